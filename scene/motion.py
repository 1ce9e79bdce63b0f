"""Plays animations: one property's value at a moment of scene time.

Whether an animation has begun, which play it is in and whether it has ended is decided in whole numbers, so
that a frame that falls exactly on an edge is never on its wrong side; only the position within a play is a
floating point number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scene.easing import Curve

Way = Callable[[float], float]
"""The value at a play's progress, 0..1."""


@dataclass(frozen=True, slots=True)
class Motion:
    """One animation, resolved to numbers."""

    begins_s: Fraction
    """Scene time of the first movement: start + delay."""
    duration_s: Fraction
    """Of one play."""
    way: Way
    plays: int | None
    """How often it plays in all; None for ever."""
    yoyo: bool

    def value_at(self, time_s: Fraction) -> float | None:
        """The value at ``time_s``; None before the animation begins."""
        begins, duration = self.begins_s, self.duration_s
        elapsed = time_s.numerator * begins.denominator - begins.numerator * time_s.denominator
        if elapsed < 0:
            return None
        # elapsed / duration = play + rest / whole, exactly
        whole = time_s.denominator * begins.denominator * duration.numerator
        if whole == 0:
            return self._last()
        play, rest = divmod(elapsed * duration.denominator, whole)
        if self.plays is not None and play >= self.plays:
            return self._last()
        backwards = self.yoyo and play % 2 == 1
        return self.way((whole - rest if backwards else rest) / whole)

    def _last(self) -> float:
        ends_backwards = self.yoyo and self.plays is not None and self.plays % 2 == 0
        return self.way(0.0 if ends_backwards else 1.0)


@dataclass(frozen=True, slots=True)
class Track:
    """All animations of one property of one layer."""

    target: str
    motions: tuple[Motion, ...]
    """The last to begin first."""
    low: float
    high: float

    def value_at(self, time_s: Fraction) -> float | None:
        """The property's value, within its bounds; None while no animation has begun."""
        for motion in self.motions:
            value = motion.value_at(time_s)
            if value is not None:
                return min(max(value, self.low), self.high)
        return None


def between(from_value: float, to_value: float, curve: Curve) -> Way:
    """From one value to another; exact at the end, whatever the two are."""

    def way(progress: float) -> float:
        share = curve(progress)
        return to_value if share == 1 else from_value + (to_value - from_value) * share

    return way


def latest_first(motions: Sequence[Motion]) -> tuple[Motion, ...]:
    """In the order in which a track asks them: of two that begin together the later in the document wins."""
    order = sorted(range(len(motions)), key=lambda index: (motions[index].begins_s, index), reverse=True)
    return tuple(motions[index] for index in order)
