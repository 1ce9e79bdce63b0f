"""The animations of a layer, resolved to numbers: one track for each property that they move."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial

from scene.animation import BOTH, BOUNDS, COLOURS, MEASURES, AfterRevision, Animation, Loop, Movement, Start
from scene.colour import Colour, parse_colour
from scene.fields import viewport_px
from scene.keyframes import Stop, through
from scene.motion import Motion, Track, Way, between, latest_first
from scene.oklab import CHANNELS, channels_of, colour_of
from scene.route import PathData, route_along
from scene.timing import curve_of

Values = Mapping[str, float]
"""The number of every property that can be animated, in viewport px where it is a length. A side that
follows from the content is left out."""

COLOUR_BOUNDS = {f"{name}.{channel}": bounds for name in COLOURS for channel, bounds in CHANNELS.items()}
"""The numbers that colours are moved by, each with its smallest and largest value."""


def tracks_of(
    animations: Sequence[Animation],
    base: Values,
    viewport: tuple[float, float],
    births: Mapping[int, Fraction],
    revision: int,
    more_bounds: Mapping[str, tuple[float, float]],
) -> tuple[Track, ...]:
    """The animations that have a beginning, by property. ``more_bounds`` are those of this layer only."""
    by_target: dict[str, list[Motion]] = {}
    for animation in animations:
        started_s = start_s(animation.start, births, revision)
        if started_s is not None:
            for target, motion in motions_of(animation, started_s, base, viewport):
                by_target.setdefault(target, []).append(motion)
    bounds = {**BOUNDS, **COLOUR_BOUNDS, **more_bounds}
    return tuple(
        Track(target, latest_first(motions), *bounds[target]) for target, motions in by_target.items()
    )


def motions_of(
    movement: Movement, started_s: Fraction, base: Values, viewport: tuple[float, float]
) -> Iterator[tuple[str, Motion]]:
    """Each number that ``movement`` moves, and how, when it is started at ``started_s``."""
    begins_s, duration_s, times = started_s + exact(movement.delay), play_s(movement), plays(movement.loop)
    for target, way in _ways(movement, base, viewport):
        yield target, Motion(begins_s, duration_s, way, times, movement.yoyo)


def numbers_of(target: str) -> Sequence[str]:
    """The numbers that the property ``target`` is moved by, except the position on a path: its own, two that
    move alike, or a colour's channels."""
    return _channels(target) if target in COLOURS else BOTH.get(target, (target,))


def play_s(movement: Movement) -> Fraction:
    """How long one play of ``movement`` takes, without its delay."""
    if movement.spring is not None:
        return movement.spring.duration_s
    if movement.duration is None and movement.keyframes:
        return exact(movement.keyframes[-1].at)
    return exact(movement.duration or 0.0)


def start_s(start: Start, births: Mapping[int, Fraction], revision: int) -> Fraction | None:
    """Scene time of a start that ``revision`` has; None when it has not come."""
    if isinstance(start, float):
        return exact(start)
    if start == "onAir":  # of a scene that no take brought: it is there from the beginning
        return Fraction(0)
    return births.get(start.revision if isinstance(start, AfterRevision) else revision)


def plays(loop: Loop) -> int | None:
    """How often what loops so plays in all; None for ever."""
    if isinstance(loop, bool):
        return None if loop else 1
    return loop


def exact(seconds: float) -> Fraction:
    """The decimal number that was written, not the binary one nearest to it."""
    return Fraction(repr(seconds))


def colour_values(name: str, colour: Colour | None) -> Values:
    """The numbers of the colour property ``name``, each under its own name; None is transparent."""
    return dict(zip(_channels(name), channels_of(colour), strict=True))


def colour_at(values: Values, name: str, own: Colour | None) -> Colour | None:
    """The colour property ``name``: as it was moved, or the layer's own."""
    if f"{name}.alpha" not in values:
        return own
    return colour_of(*[values[channel] for channel in _channels(name)])


def _channels(name: str) -> list[str]:
    return [f"{name}.{channel}" for channel in CHANNELS]


def _ways(movement: Movement, base: Values, viewport: tuple[float, float]) -> Iterator[tuple[str, Way]]:
    """Each number that ``movement`` moves, and how."""
    target = movement.target
    if movement.path is not None:
        yield from _along(movement, movement.path, base["rotation"])
        return
    if target in COLOURS:
        for index, channel in enumerate(_channels(target)):
            yield channel, _way(movement, base.get(channel, 0.0), partial(_channel, index))
        return
    if target in BOTH:
        for number in BOTH[target]:
            yield number, _way(movement, base[number], float)
        return
    whole_px = viewport[1] if target in ("position.y", "size.height") else viewport[0]
    if target in MEASURES:
        whole_px = min(viewport)
    yield target, _way(movement, base.get(target, 0.0), lambda value: viewport_px(value, whole_px))


def _along(movement: Movement, path: PathData, rotation_deg: float) -> Iterator[tuple[str, Way]]:
    """Position, and rotation if it turns with the path, which is measured when it is first used."""
    curve = movement.spring.curve() if movement.spring else curve_of(movement.easing)
    yield "position.x", lambda progress: route_along(path).x(curve(progress))
    yield "position.y", lambda progress: route_along(path).y(curve(progress))
    if movement.orient:
        yield "rotation", lambda progress: route_along(path).heading_deg(curve(progress)) + rotation_deg


def _channel(index: int, colour: float | str) -> float:
    return channels_of(parse_colour(str(colour)))[index]


def _way(movement: Movement, own: float, number: Callable[[float | str], float]) -> Way:
    """Through the movement's values, which ``number`` turns into numbers; ``own`` is the layer's."""
    curve = movement.spring.curve() if movement.spring else curve_of(movement.easing)
    if not movement.keyframes:
        to = own if movement.to is None else number(movement.to)
        return between(own if movement.from_ is None else number(movement.from_), to, curve)
    whole = 1.0 if movement.duration is not None else movement.keyframes[-1].at or 1.0
    stops = [
        Stop(frame.at / whole, number(frame.value), curve_of(frame.easing) if frame.easing else curve)
        for frame in movement.keyframes
    ]
    return through(stops if stops[0].at == 0 else [Stop(0.0, own, curve), *stops])
