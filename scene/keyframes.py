"""Motion through several values instead of from one to another."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from scene.easing import Curve
from scene.motion import Way, between


@dataclass(frozen=True, slots=True)
class Stop:
    """A value and when it is reached, as a share of the play."""

    at: float
    value: float
    curve: Curve
    """On the way to the next stop."""


def through(stops: Sequence[Stop]) -> Way:
    """Through every stop in order; the first lies at 0. Of stops at the same place the last one shows there,
    and the last one's value holds to the end."""
    places = [stop.at for stop in stops]
    ways = [between(stop.value, following.value, stop.curve) for stop, following in pairwise(stops)]

    def way(progress: float) -> float:
        index = bisect_right(places, progress) - 1
        if index == len(ways):
            return stops[-1].value
        start, end = places[index], places[index + 1]
        return ways[index]((progress - start) / (end - start))

    return way
