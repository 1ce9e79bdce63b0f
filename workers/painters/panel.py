"""What cards are made of: even shapes and texts, one stamped over the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from scene.colour import Colour
from scene.content import ShapeContent, TextContent
from workers.painters.painter import Box, Quality, Raster
from workers.painters.shape import ShapePainter
from workers.painters.text import TextPainter


@dataclass(frozen=True, slots=True)
class Patch:
    """A rectangle with corners of ``radius`` and, with a width, a rim inside it; px."""

    x: int
    y: int
    width: int
    height: int
    colour: Colour
    radius: float = 0.0
    rim: Colour | None = None
    rim_px: float = 0.0


@dataclass(frozen=True, slots=True)
class Words:
    """A text with the upper left corner of its box."""

    text: TextContent
    x: int
    y: int
    box: Box


Mark = Patch | Words


class Panels:
    """Draws marks."""

    def __init__(self, texts: TextPainter) -> None:
        self._texts = texts
        self._shapes = ShapePainter()

    def drawn(self, marks: Iterable[Mark], width: int, height: int, quality: Quality) -> Raster:
        """``marks`` over nothing, the first one lowest. Raises DrawFailed when a font is missing."""
        raster = np.zeros((height, width, 4), np.uint8)
        for mark in marks:
            if isinstance(mark, Words):
                left, top, _, _ = mark.box.margin
                stamp(raster, self._texts.paint(mark.text, mark.box, quality), mark.x - left, mark.y - top)
            elif mark.width > 0 and mark.height > 0:
                stamp(raster, self.patch(mark, quality), mark.x, mark.y)
        return raster

    def patch(self, mark: Patch, quality: Quality) -> Raster:
        """One rectangle."""
        content = ShapeContent("rectangle", mark.radius, mark.colour, mark.rim, mark.rim_px)
        return self._shapes.paint(content, Box(mark.width, mark.height), quality)


def stamp(raster: Raster, above: Raster, x: int, y: int) -> None:
    """Draw ``above`` over ``raster`` at ``x``, ``y``; what lies outside is cut off."""
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + above.shape[1], raster.shape[1]), min(y + above.shape[0], raster.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    part = above[y0 - y : y1 - y, x0 - x : x1 - x]
    below = raster[y0:y1, x0:x1]
    clear = 255 - part[..., 3:].astype(np.uint16)
    # Both are premultiplied, so that no sum passes 255; and no product passes 16 bits.
    below[...] = part + ((below * clear + 127) // 255).astype(np.uint8)


def inked_bands(raster: Raster) -> list[tuple[int, int]]:
    """The rows of ``raster`` that are not all clear, as (from, to) of each band of them."""
    inked = np.concatenate(([False], raster[..., 3].any(axis=1), [False]))
    edges = np.flatnonzero(inked[1:] != inked[:-1])
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]
