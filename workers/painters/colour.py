"""An even colour."""

from __future__ import annotations

import numpy as np

from scene.content import ColourContent
from workers.painters.painter import Box, Quality, Raster, premultiplied, whole_px


class ColourPainter:
    """Fills the box."""

    def measure(self, content: ColourContent, width: float | None, height: float | None) -> Box:
        """As large as asked for; a colour has no size of its own."""
        return Box(whole_px(width), whole_px(height), even=content.colour)

    def paint(self, content: ColourContent, box: Box, _quality: Quality) -> Raster:
        """The colour, for where it cannot be drawn as such: when it is turned."""
        raster: Raster = np.empty((box.height, box.width, 4), np.uint8)
        raster[...] = premultiplied(content.colour)
        return raster
