"""The frame's number as black and white cells."""

from __future__ import annotations

import numpy as np

from scene.content import FrameNumberContent
from workers.painters.painter import Box, Quality, Raster


class FrameNumberPainter:
    """Draws the pattern that :class:`scene.content.FrameNumberContent` describes."""

    def measure(self, content: FrameNumberContent, _width: float | None, _height: float | None) -> Box:
        """One row of cells; another size cannot be asked for."""
        return Box((content.bits + 4) * content.cell, content.cell)

    def paint(self, content: FrameNumberContent, _box: Box, _quality: Quality) -> Raster:
        """Cells of exactly ``content.cell`` pixels, without smoothing."""
        grey = np.array(content.cells(), np.uint8) * 255
        row = np.repeat(grey, content.cell)
        raster = np.full((content.cell, row.size, 4), 255, np.uint8)
        raster[:, :, :3] = row[None, :, None]
        return raster
