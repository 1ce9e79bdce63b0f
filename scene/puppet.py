"""A rig that can be posed: where every part of a character lies at a moment of scene time.

All in the character's own px. Places are in steps of 1/8 px and angles of 1/4 degree, so that a slow motion
comes to rest and the rasters of turned parts are few.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from scene.character import CharacterContent
from scene.idle import blink_image, displacement, smooth
from scene.rig import NEUTRAL, Blink, Change, Expression, Motion, Rig, RigPart, Shift, ancestors

_SHIFT_STEPS = 8
TURN_STEPS = 4
"""Of a degree."""

OWN_SEEDS = 1001
"""What a motion that goes on its own adds to the seed, and the number of the motion besides."""

_LOUDNESS_STEPS = 4
_BEHIND_A_BLINK = 0.35
_NO_CHANGE, _NO_SHIFT = Change(), Shift()


@dataclass(frozen=True, slots=True)
class Place:
    """Where an image lies on the character's canvas while nothing moves."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PosedPart:
    """``image``, turned by ``degrees`` around ``pivot``, which now lies at ``at``."""

    image: str
    degrees: float
    pivot: tuple[float, float]
    at: tuple[float, float]

    def moved(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the resting character lies now."""
        dx, dy = x - self.pivot[0], y - self.pivot[1]
        if self.degrees == 0:
            return self.at[0] + dx, self.at[1] + dy
        cos, sin = math.cos(math.radians(self.degrees)), math.sin(math.radians(self.degrees))
        return self.at[0] + dx * cos - dy * sin, self.at[1] + dx * sin + dy * cos


@dataclass(frozen=True, slots=True)
class _Joint:
    """A part with all that moves it."""

    part: RigPart
    pivot: tuple[float, float]
    motions: tuple[tuple[int, Motion], ...]
    """Each with the number that is added to the character's seed."""
    blinks: tuple[Blink, ...]
    voice: Shift


@dataclass(frozen=True, slots=True)
class _Faces:
    """The expression that goes and the one that comes; the same when nothing changes."""

    goes: Expression
    comes: Expression
    arrived: float

    @property
    def shown(self) -> Expression:
        """Whose images are shown."""
        return self.comes if self.arrived >= 0.5 else self.goes

    def changes(self, part: str) -> tuple[Change, Change]:
        return self.goes.parts.get(part, _NO_CHANGE), self.comes.parts.get(part, _NO_CHANGE)

    def between(self, goes: float, comes: float) -> float:
        return goes + (comes - goes) * self.arrived

    def hides_change_of(self, part: str) -> bool:
        """Whether ``part`` blinks now because it gets another image."""
        goes, comes = self.changes(part)
        return abs(self.arrived - 0.5) < _BEHIND_A_BLINK and goes.image != comes.image


class Puppet:
    """``rig`` with the ``places`` of its images, made ready once for many poses."""

    def __init__(self, rig: Rig, places: Mapping[str, Place]) -> None:
        self.rig = rig
        self.places = places
        self.size = (rig.canvas.width, rig.canvas.height)
        parts = {part.id: part for part in rig.parts}
        # Parents first, whatever the order in which they are drawn.
        self._joints = sorted(
            (self._joint(part, parts) for part in rig.parts),
            key=lambda joint: len(list(ancestors(joint.part, parts))),
        )
        self._drawn = [part.id for part in sorted(rig.parts, key=lambda part: part.z)]

    def pose(self, content: CharacterContent) -> tuple[PosedPart, ...]:
        """The parts that show, from the lowest to the highest. An emotion that it has not is neutral."""
        faces = self._faces(content)
        posed: dict[str, PosedPart] = {}
        for joint in self._joints:
            posed[joint.part.id] = self._posed(joint, content, faces, posed)
        return tuple(part for part in (posed[part_id] for part_id in self._drawn) if part.image)

    def _joint(self, part: RigPart, parts: Mapping[str, RigPart]) -> _Joint:
        pivots = (above.pivot for above in ancestors(part, parts))
        pivot = next((found for found in pivots if found is not None), None)
        mouth = self.rig.mouth
        return _Joint(
            part,
            (self.size[0] / 2, float(self.size[1])) if pivot is None else (pivot.x, pivot.y),
            tuple(
                (OWN_SEEDS + index if motion.seed is None else motion.seed, motion)
                for index, motion in enumerate(self.rig.motions)
                if motion.part == part.id
            ),
            tuple(blink for blink in self.rig.blinks if blink.part == part.id),
            _NO_SHIFT if mouth is None else mouth.moves.get(part.id, _NO_SHIFT),
        )

    def _face(self, emotion: str) -> Expression:
        known = self.rig.expressions
        return known.get(emotion) or known.get(NEUTRAL) or Expression()

    def _faces(self, content: CharacterContent) -> _Faces:
        comes = self._face(content.emotion)
        if content.leaving is None or content.arrived >= 1:
            return _Faces(comes, comes, 1.0)
        return _Faces(self._face(content.leaving), comes, smooth(content.arrived))

    def _posed(
        self, joint: _Joint, content: CharacterContent, faces: _Faces, above: Mapping[str, PosedPart]
    ) -> PosedPart:
        goes, comes = faces.changes(joint.part.id)
        loudness = math.ceil(content.openness * _LOUDNESS_STEPS) / _LOUDNESS_STEPS
        x = faces.between(goes.x, comes.x) + joint.voice.x * loudness
        y = faces.between(goes.y, comes.y) + joint.voice.y * loudness
        degrees = faces.between(goes.rotation, comes.rotation) + joint.voice.rotation * loudness
        for own, motion in joint.motions:
            distance = displacement(motion, content.seed + own, content.time_s)
            if motion.target == "x":
                x += distance
            elif motion.target == "y":
                y += distance
            else:
                degrees += distance
        at = (joint.pivot[0] + x, joint.pivot[1] + y)
        if joint.part.parent is not None:
            parent = above[joint.part.parent]
            at, degrees = parent.moved(*at), degrees + parent.degrees
        at = (round(at[0] * _SHIFT_STEPS) / _SHIFT_STEPS, round(at[1] * _SHIFT_STEPS) / _SHIFT_STEPS)
        turned = round(degrees * TURN_STEPS) / TURN_STEPS
        return PosedPart(self._image(joint, content, faces), turned, joint.pivot, at)

    def _image(self, joint: _Joint, content: CharacterContent, faces: _Faces) -> str:
        """The image that the part shows; empty when it shows none."""
        change = faces.shown.parts.get(joint.part.id, _NO_CHANGE)
        if change.hidden:
            return ""
        if joint.blinks and faces.hides_change_of(joint.part.id):
            return joint.blinks[0].images[-1]
        blinks = change.image is None if change.blinks is None else change.blinks
        for blink in joint.blinks if blinks else ():
            image = blink_image(blink, content.seed, content.time_s)
            if image is not None:
                return image
        mouth = self.rig.mouth
        if mouth is not None and mouth.part == joint.part.id:
            spoken = mouth.visemes.get(content.viseme or "")
            level = round(content.openness * (len(mouth.shapes) - 1))
            if spoken or level:
                return spoken or mouth.shapes[level]
            return faces.shown.rest or change.image or mouth.shapes[0]
        return change.image or joint.part.image or ""
