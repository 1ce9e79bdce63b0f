"""The animations of a layer, resolved to numbers: one track for each property that they move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from scene.animation import BOUNDS, AfterRevision, Animation, Loop, Start
from scene.fields import share
from scene.motion import Motion, Track, between, latest_first
from scene.timing import curve_of

Values = Mapping[str, float]
"""The number of every property that can be animated, in viewport px where it is a length. A side that
follows from the content is left out."""


def tracks_of(
    animations: Sequence[Animation],
    base: Values,
    viewport: tuple[int, int],
    births: Mapping[int, Fraction],
    revision: int,
) -> tuple[Track, ...]:
    """The animations that have a beginning, by property."""
    by_target: dict[str, list[Motion]] = {}
    for animation in animations:
        started_s = start_s(animation.start, births, revision)
        if started_s is not None:
            motion = _motion(animation, started_s + exact(animation.delay), base, viewport)
            by_target.setdefault(animation.target, []).append(motion)
    return tuple(
        Track(target, latest_first(motions), *BOUNDS[target]) for target, motions in by_target.items()
    )


def viewport_px(value: float | str, whole_px: int) -> float:
    """A length in viewport px, whether written as such or as a percentage of ``whole_px``."""
    return share(value) * whole_px if isinstance(value, str) else value


def start_s(start: Start, births: Mapping[int, Fraction], revision: int) -> Fraction | None:
    """Scene time of a start that ``revision`` has; None when it has not come."""
    if isinstance(start, float):
        return exact(start)
    return births.get(start.revision if isinstance(start, AfterRevision) else revision)


def plays(loop: Loop) -> int | None:
    """How often what loops so plays in all; None for ever."""
    if isinstance(loop, bool):
        return None if loop else 1
    return loop


def exact(seconds: float) -> Fraction:
    """The decimal number that was written, not the binary one nearest to it."""
    return Fraction(repr(seconds))


def _motion(animation: Animation, begins_s: Fraction, base: Values, viewport: tuple[int, int]) -> Motion:
    whole_px = viewport[1] if animation.target in ("position.y", "size.height") else viewport[0]
    from_value = base[animation.target] if animation.from_ is None else viewport_px(animation.from_, whole_px)
    spring = animation.spring
    curve = spring.curve() if spring else curve_of(animation.easing)
    return Motion(
        begins_s=begins_s,
        duration_s=spring.duration_s if spring else exact(animation.duration or 0.0),
        way=between(from_value, viewport_px(animation.to, whole_px), curve),
        plays=plays(animation.loop),
        yoyo=animation.yoyo,
    )
