"""Whether something grows: the line through measurements, and how sure its slope is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

_MOST_ALIKE = 0.99


class Trend(NamedTuple):
    """A slope, per unit of time, and its standard error."""

    slope: float
    noise: float

    def grows(self) -> bool:
        """Whether the slope is above what chance alone makes of an even line nineteen times in twenty."""
        return self.slope > 2 * self.noise


def trend(points: Sequence[tuple[float, float]]) -> Trend:
    """The line with the least squares through ``points`` (time, value); 0 and 0 for fewer than three.

    What is measured again soon has hardly changed, so n points count as n (1 - r) / (1 + r) independent ones,
    where r is the correlation of neighbouring residuals: Santer et al. 2000, "Statistical significance of
    trends and trend differences in layer-average atmospheric temperature time series", J. Geophys. Res. 105.
    """
    count = len(points)
    if count < 3:
        return Trend(0.0, 0.0)
    mean_t = sum(t for t, _ in points) / count
    mean_v = sum(value for _, value in points) / count
    spread = sum((t - mean_t) ** 2 for t, _ in points)
    slope = sum((t - mean_t) * (value - mean_v) for t, value in points) / spread
    residuals = [value - mean_v - slope * (t - mean_t) for t, value in points]
    squares = sum(residual**2 for residual in residuals)
    if squares == 0:
        return Trend(slope, 0.0)
    alike = sum(a * b for a, b in pairwise(residuals)) / squares
    alike = min(max(alike, 0.0), _MOST_ALIKE)
    independent = max(3.0, count * (1 - alike) / (1 + alike))
    return Trend(slope, math.sqrt(squares / (independent - 2) / spread))
