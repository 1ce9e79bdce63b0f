"""Shapes: an outline becomes coverage, exact for each pixel, and the coverage takes colours.

At the quality "low" edges are not smooth. Polygons with a stroke whose sides cross each other are left to
resvg: what is inside them is no matter of moving their sides.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from scene.colour import Colour
from scene.content import ShapeContent
from workers import scanline
from workers.painters.contour import Polygon, contour, crosses_itself, edges_of, inset, line_segments
from workers.painters.painter import NO_MARGIN, Box, Quality, Raster, premultiplied, whole_px
from workers.painters.ramp import Ramp, ramp_of
from workers.painters.shadow import Margin, shadow_margin, with_shadow
from workers.painters.svg import rasterised
from workers.painters.vector import stroked_polygon_svg

_Mask = NDArray[np.uint8]
_NOTHING = Colour(0, 0, 0, 0)
_HALF = 128


class ShapePainter:
    """Fills and strokes an outline; the stroke lies inside it, that of a line around it."""

    def measure(self, content: ShapeContent, width: float | None, height: float | None) -> Box:
        """As large as asked for; a shape has no size of its own."""
        plain = content.shape == "rectangle" and content.radius == 0 and not _stroked(content)
        if plain and content.gradient is None and content.shadow is None:
            return Box(whole_px(width), whole_px(height), even=content.fill or _NOTHING)
        return Box(whole_px(width), whole_px(height), shadow_margin(content.shadow, _ink_margin(content)))

    def paint(self, content: ShapeContent, box: Box, quality: Quality) -> Raster:
        """The shape over its shadow. Raises DrawFailed."""
        ink = _ink_margin(content)
        draw = _line if content.shape == "line" else _area
        return with_shadow(draw(content, (box.width, box.height), quality), content.shadow, ink)


def _stroked(content: ShapeContent) -> bool:
    return content.stroke is not None and content.stroke_width > 0


def _ink_margin(content: ShapeContent) -> Margin:
    """How far a line's stroke and its caps reach beyond the box; all else stays inside."""
    if content.shape != "line":
        return NO_MARGIN
    # A square cap's corner lies half a diagonal from the end of the line.
    beyond = math.ceil(content.stroke_width * math.sqrt(0.5)) + 1
    return (beyond, beyond, beyond, beyond)


def _area(content: ShapeContent, size: tuple[int, int], quality: Quality) -> Raster:
    outline = contour(content, *size)
    stroked = _stroked(content)
    if stroked and content.points and crosses_itself(outline):
        return rasterised(stroked_polygon_svg(content, *size))
    fills_box = content.shape == "rectangle" and content.radius == 0
    mask = None if fills_box and not stroked else _filled(outline, size, quality)
    inner = _filled(inset(outline, content.stroke_width), size, quality, positive=True) if stroked else None
    stroke = content.stroke if stroked and content.stroke else _NOTHING
    return _painted(size, ramp_of(content.fill, content.gradient, size), mask, inner, stroke)


def _line(content: ShapeContent, size: tuple[int, int], quality: Quality) -> Raster:
    left, top, right, bottom = _ink_margin(content)
    whole = (size[0] + left + right, size[1] + top + bottom)
    mask = np.zeros((whole[1], whole[0]), np.uint8)
    if content.stroke_width > 0:
        segments = line_segments(content, size, (left, top))
        scanline.stroke(segments, mask, *whole, content.stroke_width / 2)
    colour = None if content.gradient else content.stroke
    ramp = ramp_of(colour, content.gradient, size, (left, top))
    return _painted(whole, ramp, _hard(mask) if quality == "low" else mask)


def _filled(outline: Polygon, size: tuple[int, int], quality: Quality, *, positive: bool = False) -> _Mask:
    """How much of each pixel lies inside, 0..255."""
    mask = np.zeros((size[1], size[0]), np.uint8)
    scanline.fill(edges_of(outline), mask, *size, positive)
    return _hard(mask) if quality == "low" else mask


def _hard(mask: _Mask) -> _Mask:
    hard: _Mask = np.where(mask >= _HALF, np.uint8(255), np.uint8(0))
    return hard


def _painted(
    size: tuple[int, int],
    ramp: Ramp,
    mask: _Mask | None,
    inner: _Mask | None = None,
    stroke: Colour = _NOTHING,
) -> Raster:
    raster = np.zeros((size[1], size[0], 4), np.uint8)
    ink = np.array(premultiplied(stroke), np.uint8)
    scanline.paint(raster, *size, ramp.colours, ramp.radial, ramp.place, mask, inner, ink)
    return raster
