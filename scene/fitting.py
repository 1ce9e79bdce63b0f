"""How a scene's viewport lies on the canvas that is streamed."""

from __future__ import annotations

from dataclasses import dataclass

_STEPS = 32
"""Lengths are rounded to this part of a canvas pixel, so that the slow end of a motion comes to rest."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """As large as fits, in the middle, in true proportions. Takes viewport px, gives canvas px."""

    scale: float
    left: float
    top: float

    def length(self, viewport_px: float) -> float:
        """A length on the canvas."""
        return round(viewport_px * self.scale * _STEPS) / _STEPS

    def x(self, viewport_px: float) -> float:
        """A place on the canvas, from its left."""
        return round((self.left + viewport_px * self.scale) * _STEPS) / _STEPS

    def y(self, viewport_px: float) -> float:
        """A place on the canvas, from its top."""
        return round((self.top + viewport_px * self.scale) * _STEPS) / _STEPS


def fit_viewport(viewport: tuple[int, int], canvas: tuple[int, int]) -> Fitting:
    """Fit a viewport into a canvas; both are (width, height)."""
    scale = min(canvas[0] / viewport[0], canvas[1] / viewport[1])
    return Fitting(scale, (canvas[0] - viewport[0] * scale) / 2, (canvas[1] - viewport[1] * scale) / 2)
