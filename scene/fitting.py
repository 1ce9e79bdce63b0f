"""How a scene's viewport lies on the canvas that is streamed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from scene.viewport import ViewportFit

Fit = Literal["contain", "cover", "stretch"]
"""How a picture lies in a box of other proportions."""

_STEPS = 32
"""Lengths are rounded to this part of a canvas pixel, so that the slow end of a motion comes to rest."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """Takes viewport px, gives canvas px; how many of these there are to one of those may differ by axis."""

    scale_x: float
    scale_y: float
    left: float
    top: float

    @property
    def scale(self) -> float:
        """Of what keeps its proportions: letters, strokes, pictures of their own size."""
        return min(self.scale_x, self.scale_y)

    def length(self, viewport_px: float) -> float:
        """A length on the canvas, the same in both directions."""
        return _rounded(viewport_px * self.scale)

    def width(self, viewport_px: float) -> float:
        """A length on the canvas, from left to right."""
        return _rounded(viewport_px * self.scale_x)

    def height(self, viewport_px: float) -> float:
        """A length on the canvas, from top to bottom."""
        return _rounded(viewport_px * self.scale_y)

    def x(self, viewport_px: float) -> float:
        """A place on the canvas, from its left."""
        return _rounded(self.left + viewport_px * self.scale_x)

    def y(self, viewport_px: float) -> float:
        """A place on the canvas, from its top."""
        return _rounded(self.top + viewport_px * self.scale_y)

    def zoomed(self, by_x: float, by_y: float) -> Fitting:
        """For what is drawn so many times its size: good for its lengths, not for its place."""
        if by_x == by_y == 1:
            return self
        return replace(self, scale_x=self.scale_x * by_x, scale_y=self.scale_y * by_y)

    def seen_from(self, x: float, y: float) -> Fitting:
        """The same, for places that are measured from the point ``x``, ``y`` of the viewport."""
        return replace(self, left=self.left + x * self.scale_x, top=self.top + y * self.scale_y)


def fit_viewport(viewport: tuple[int, int], canvas: tuple[int, int], fit: ViewportFit = "contain") -> Fitting:
    """Fit a viewport into a canvas, in its middle; both are (width, height)."""
    scale_x, scale_y = canvas[0] / viewport[0], canvas[1] / viewport[1]
    if fit == "contain":
        scale_x = scale_y = min(scale_x, scale_y)
    elif fit == "cover":
        scale_x = scale_y = max(scale_x, scale_y)
    left, top = (canvas[0] - viewport[0] * scale_x) / 2, (canvas[1] - viewport[1] * scale_y) / 2
    return Fitting(scale_x, scale_y, left, top)


def _rounded(canvas_px: float) -> float:
    return round(canvas_px * _STEPS) / _STEPS
