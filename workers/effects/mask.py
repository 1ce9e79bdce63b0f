"""What shows a part of the picture: masks and rounded corners."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scene.finish import Masked
from workers.effects.effect import Area, Inside
from workers.painters.painter import Raster

_Field = NDArray[np.float32]


class MaskEffect(Inside):
    """The picture times a shape's coverage."""

    def apply(self, raster: Raster, state: Masked, area: Area) -> Raster:
        """What the mask shows of ``raster``."""
        height, width = raster.shape[:2]
        x = np.arange(width, dtype=np.float32)[None, :] + np.float32(0.5 - area.left - area.width / 2)
        y = np.arange(height, dtype=np.float32)[:, None] + np.float32(0.5 - area.top - area.height / 2)
        soft = max(1.0, state.feather)
        # A soft edge lies inside the outline; a hard one is as wide as a pixel, in its middle.
        inwards = _distance(state, area, x, y) + np.float32((soft - 1) / 2)
        coverage = np.clip(0.5 - inwards / np.float32(soft), 0, 1)
        if state.feather > 1:
            coverage = coverage * coverage * (3 - 2 * coverage)
        shown = (coverage * 255 + 0.5).astype(np.uint16)
        shown = 255 - shown if state.invert else shown
        masked: Raster = ((raster * shown[..., None] + 127) // 255).astype(np.uint8)
        return masked


def _distance(state: Masked, area: Area, x: _Field, y: _Field) -> _Field:
    """How far outside the shape pixels with centres ``x``, ``y`` (from the middle) lie; negative inside."""
    half_width, half_height = area.width / 2 - state.inset, area.height / 2 - state.inset
    if state.shape == "circle":
        half_width = half_height = min(half_width, half_height)
    if half_width <= 0 or half_height <= 0:
        return np.full(np.broadcast_shapes(x.shape, y.shape), np.float32(1e6))
    if state.shape == "ellipse":
        # To first order: the implicit function over the length of its gradient.
        squared = np.square(x / np.float32(half_width)) + np.square(y / np.float32(half_height))
        slope = np.hypot(x / np.float32(half_width**2), y / np.float32(half_height**2))
        outside: _Field = (squared - 1) / (2 * np.maximum(slope, np.float32(1e-6)))
        return outside
    radius = half_width if state.shape == "circle" else min(state.radius, half_width, half_height)
    dx, dy = np.abs(x) - np.float32(half_width - radius), np.abs(y) - np.float32(half_height - radius)
    beyond = np.hypot(np.maximum(dx, 0), np.maximum(dy, 0))
    return beyond + np.minimum(np.maximum(dx, dy), 0) - np.float32(radius)
