"""Characters as contents of layers: what the scene knows of one, and the parts that workers make of it.

The scene names a character and says what it does. Only workers have its package, so they put its parts in
the place of its layer; see ``workers.characters.stage``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["host", "assistant"]
CharacterState = Literal["idle", "speaking"]


@dataclass(frozen=True, slots=True)
class CharacterContent:
    """A character at a moment of scene time; see :class:`scene.rig.Rig`.

    ``openness`` is how far open the mouth is, 0..1; ``viseme`` names a shape of it instead. ``scale`` is
    canvas pixels per px of the character, where the layer gives no size.
    """

    character: str
    emotion: str
    mirrored: bool
    scale: float
    seed: int
    time_s: float
    openness: float = 0.0
    viseme: str | None = None
    leaving: str | None = None
    """The emotion that goes while this one comes."""
    arrived: float = 1.0
    """How far this one has come, 0..1."""


@dataclass(frozen=True, slots=True)
class PartContent:
    """One image of a character's package, drawn into whole canvas pixels.

    ``x`` and ``y`` are where its raster begins, in the character's px; each is ``scale`` canvas px.
    """

    character: str
    image: str
    x: float
    y: float
    width: int
    height: int
    scale: float
    mirrored: bool


@dataclass(frozen=True, slots=True)
class PlacedPart:
    """A part in its figure; ``left`` and ``top`` are its upright corner, in pixels of the figure's box.

    It is turned by ``degrees``, clockwise, around ``pivot_x``, ``pivot_y`` of itself.
    """

    content: PartContent
    left: int
    top: int
    degrees: float
    pivot_x: float
    pivot_y: float


@dataclass(frozen=True, slots=True)
class FigureContent:
    """A whole character in one pose, where its layer is faded, turned, blended or has effects."""

    parts: tuple[PlacedPart, ...]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class StandInContent:
    """What is seen of a character while its package is missing, broken or on its way: a silhouette.

    Where it is not ``missing`` nothing is seen; it holds the place that other workers may still show one in.
    """

    character: str
    scale: float
    missing: bool


AnyCharacterContent = CharacterContent | PartContent | FigureContent | StandInContent
