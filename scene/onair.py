"""What is on air of a show: its program scene, and while a transition runs the scene that goes as well.

A cut, a fade through a colour and a stinger are layers above one of the two scenes. The other transitions
make one picture of two; the state of such a frame holds both, and how far it has come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from scene.colour import parse_colour
from scene.content import ColourContent, Content, ImageContent, LayerState
from scene.document import variant_of
from scene.easing import Curve, linear
from scene.edits import settle_on_air
from scene.live import NOTHING_LIVE, Live
from scene.playback import animated
from scene.show import Show, Take
from scene.state import Mix, SceneState, scene_at
from scene.time import Segment
from scene.timing import curve_of
from scene.tracks import exact, start_s
from scene.transitions import Cut, Fade, Mixing, Stinger
from scene.version import SceneVersion

STEPS = 4096
"""A transition's progress is rounded to such a part: even pixels of the widest canvas; a slow end comes to
rest."""

_ABOVE = "transition/above"
"""The layer that a transition adds; no document's id has a slash."""

_OPACITY_STEPS = 255


@dataclass(frozen=True, slots=True)
class Handover:
    """A transition that takes its time, from ``begins_s`` to ``ends_s`` of scene time."""

    transition: Mixing | Stinger
    curve: Curve
    begins_s: Fraction
    ends_s: Fraction


class ShowVersion:
    """What is needed to evaluate a show's ``revision`` on a canvas of (width, height); never changed after
    it is made. The scene that goes is made ready when a frame of its transition is first asked for.

    ``births`` are those of :class:`scene.version.SceneVersion`. With ``variant`` each scene that has it is
    shown so; one that has it not, or lost it, as it is: a picture with bars is better than none. Raises
    SceneMistakes when the program scene cannot be read.
    """

    def __init__(
        self,
        revision: int,
        show: Show,
        births: Mapping[int, Fraction],
        canvas: tuple[int, int],
        variant: str | None = None,
    ) -> None:
        self._revision = revision
        self._variant = variant
        # The other scenes' documents are not kept.
        names = {show.program, show.take.from_} if show.take else {show.program}
        self._show = replace(show, scenes={name: show.scenes[name] for name in names if name in show.scenes})
        self._births = births
        self._canvas = canvas
        self.handover = _handover(show.take, births, revision)
        self.program = self._version(show.program)

    @cached_property
    def outgoing(self) -> SceneVersion:
        """The scene that goes. Raises SceneMistakes when it cannot be read."""
        take = self._show.take
        return self.program if take is None else self._version(take.from_)

    def _version(self, name: str) -> SceneVersion:
        since = self._show.since.get(name)
        scene = self._show.scene(name)
        if self._variant in scene.variants:
            scene = variant_of(scene, self._variant)
        if since is not None:
            scene = settle_on_air(scene, since)
        return SceneVersion(self._revision, scene, self._births, self._canvas)


def on_air_at(
    version: ShowVersion, n: int, segment: Segment, fps: Fraction, live: Live = NOTHING_LIVE
) -> SceneState:
    """What output frame ``n``, which lies in ``segment``, shows; ``live`` is the segment's snapshot.

    Raises SceneMistakes when a scene of it cannot be read.
    """
    handover, time_s = version.handover, segment.time_at_s(n, fps)

    def picture(scene: SceneVersion) -> SceneState:
        return scene_at(scene, n, segment, fps, live)

    if handover is None or time_s >= handover.ends_s:
        return picture(version.program)
    if time_s < handover.begins_s:
        return picture(version.outgoing)
    return _handed_over(version, handover, time_s, picture)


def _handed_over(
    version: ShowVersion, handover: Handover, time_s: Fraction, picture: Callable[[SceneVersion], SceneState]
) -> SceneState:
    """A moment of the transition."""
    elapsed_s = time_s - handover.begins_s
    share = float(elapsed_s / (handover.ends_s - handover.begins_s))
    progress = round(min(max(handover.curve(share), 0.0), 1.0) * STEPS)
    transition = handover.transition
    if isinstance(transition, Stinger):
        comes = elapsed_s >= exact(transition.cut_s)
        shown = picture(version.program if comes else version.outgoing)
        return _covered(shown, _stinger(transition, elapsed_s), 1.0)
    if isinstance(transition, Fade) and transition.colour is not None:
        shown = picture(version.program if 2 * progress >= STEPS else version.outgoing)
        colour = ColourContent(parse_colour(transition.colour))
        return _covered(shown, colour, 1 - abs(2 * progress / STEPS - 1))
    if progress in (0, STEPS):
        return picture(version.program if progress else version.outgoing)
    return replace(picture(version.program), mix=Mix(transition, progress, picture(version.outgoing)))


def _handover(take: Take | None, births: Mapping[int, Fraction], revision: int) -> Handover | None:
    """None when there is nothing to show of it: also when it comes with a stream's first picture."""
    begins_s = None if take is None else start_s(take.start, births, revision)
    if take is None or isinstance(take.transition, Cut) or not begins_s:
        return None
    transition = take.transition
    curve = linear if isinstance(transition, Stinger) else curve_of(transition.easing)
    return Handover(transition, curve, begins_s, begins_s + exact(transition.seconds))


def _stinger(stinger: Stinger, elapsed_s: Fraction) -> ImageContent:
    played = animated(stinger.frame_ms, Fraction(0), Fraction(1), 1) if stinger.frame_ms else None
    frame = 0 if played is None else int(played.value_at(elapsed_s) or 0)
    return ImageContent(stinger.address, "cover", frame=frame)


def _covered(state: SceneState, content: Content, opacity: float) -> SceneState:
    """``state`` with ``content`` above all of it."""
    steps = round(opacity * _OPACITY_STEPS)
    if steps == 0:
        return state
    width, height = float(state.width), float(state.height)
    above = LayerState(_ABOVE, content, 0.0, 0.0, width, height, 0.0, 0.0, 0.0, steps / _OPACITY_STEPS)
    return replace(state, layers=(*state.layers, above))
