"""Pictures in blocks."""

from __future__ import annotations

import cv2
import numpy as np

from scene.finish import Pixelated
from workers.effects.effect import Area, Inside
from workers.painters.painter import Raster


class PixelateEffect(Inside):
    """Blocks of the mean colour, from the upper left corner of the box on."""

    def apply(self, raster: Raster, state: Pixelated, area: Area) -> Raster:
        """``raster`` in blocks; those at the edge are as if the picture went on."""
        height, width = raster.shape[:2]
        size = state.size
        left, top = -area.left % size, -area.top % size
        right, bottom = -(left + width) % size, -(top + height) % size
        whole = cv2.copyMakeBorder(raster, top, bottom, left, right, cv2.BORDER_REPLICATE)
        columns, rows = whole.shape[1] // size, whole.shape[0] // size
        means = np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
        means = np.minimum(means, means[..., 3:])
        across, down = (np.arange(width) + left) // size, (np.arange(height) + top) // size
        return means[down[:, None], across[None, :]]
