"""Colours changed by a matrix: brightness, contrast, saturation, hue and tint."""

from __future__ import annotations

import cv2
import numpy as np

from scene.finish import Recoloured
from workers.effects.effect import Area, Inside
from workers.painters.painter import Raster


class ToneEffect(Inside):
    """Every pixel by itself."""

    def apply(self, raster: Raster, state: Recoloured, _area: Area) -> Raster:
        """On premultiplied colours the matrix works as on straight ones: what it adds is multiplied by alpha
        too, and the result ends at alpha."""
        matrix = np.array([state.red, state.green, state.blue, (0.0, 0.0, 0.0, 1.0)])
        changed = np.asarray(cv2.transform(np.ascontiguousarray(raster), matrix), np.uint8)
        return np.minimum(changed, changed[..., 3:])
