"""Shapes. Rectangles, rounded or not, and circles of even colours are drawn here, all others by resvg.

Edges are smooth: a pixel is covered by what the signed distance from its centre to the outline says. Only
one corner is computed; the rest mirrors it and repeats its last row and column.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scene.colour import Colour
from scene.content import ShapeContent
from workers.painters.painter import NO_MARGIN, Box, Quality, Raster, whole_px
from workers.painters.shadow import Margin, shadow_margin, with_shadow
from workers.painters.svg import rasterised
from workers.painters.vector import shape_svg

_Field = NDArray[np.float32]
_NOTHING = Colour(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Outline:
    """A rounded rectangle around the middle of the box: half its sides and the corners' radius, in px."""

    half_width: float
    half_height: float
    radius: float

    def inset(self, by: float) -> _Outline:
        return _Outline(self.half_width - by, self.half_height - by, max(self.radius - by, 0.0))

    def coverage(self, x: _Field, y: _Field) -> _Field:
        """How much of the pixels with centres ``x``, ``y`` (from the middle) lies inside, 0..1."""
        if self.half_width <= 0 or self.half_height <= 0:
            return np.zeros(np.broadcast_shapes(x.shape, y.shape), np.float32)
        dx = np.abs(x) - np.float32(self.half_width - self.radius)
        dy = np.abs(y) - np.float32(self.half_height - self.radius)
        beyond = np.hypot(np.maximum(dx, 0), np.maximum(dy, 0))
        distance = beyond + np.minimum(np.maximum(dx, dy), 0) - np.float32(self.radius)
        covered: _Field = np.clip(0.5 - distance, 0, 1)
        return covered


class ShapePainter:
    """Fills and strokes an outline; the stroke lies inside it, that of a line around it."""

    def measure(self, content: ShapeContent, width: float | None, height: float | None) -> Box:
        """As large as asked for; a shape has no size of its own."""
        stroked = content.stroke is not None and content.stroke_width > 0
        plain = content.shape == "rectangle" and content.radius == 0 and not stroked
        if plain and content.gradient is None and content.shadow is None:
            return Box(whole_px(width), whole_px(height), even=content.fill or _NOTHING)
        return Box(whole_px(width), whole_px(height), shadow_margin(content.shadow, _ink_margin(content)))

    def paint(self, content: ShapeContent, box: Box, _quality: Quality) -> Raster:
        """The shape with smooth edges, over its shadow. Raises DrawFailed."""
        ink = _ink_margin(content)
        if content.shape in ("rectangle", "circle") and content.gradient is None:
            raster = self._rounded(content, box)
        else:
            raster = rasterised(shape_svg(content, box.width, box.height, ink))
        return with_shadow(raster, content.shadow, ink)

    def _rounded(self, content: ShapeContent, box: Box) -> Raster:
        """A rectangle or a circle, without its shadow."""
        outline = _outline(content, box)
        stroke_px = content.stroke_width if content.stroke else 0.0
        corner = math.ceil(max(outline.radius, stroke_px)) + 2
        columns = box.width if content.shape == "circle" else corner
        rows = box.height if content.shape == "circle" else corner
        across, down = _mirrored(box.width, columns), _mirrored(box.height, rows)
        x = np.arange(int(across.max()) + 1, dtype=np.float32)[None, :] + np.float32(0.5 - box.width / 2)
        y = np.arange(int(down.max()) + 1, dtype=np.float32)[:, None] + np.float32(0.5 - box.height / 2)
        outer = outline.coverage(x, y)
        inner = outline.inset(stroke_px).coverage(x, y) if stroke_px else outer
        quarter = _coloured(content, inner, np.maximum(outer - inner, 0))
        return np.ascontiguousarray(quarter[down[:, None], across[None, :]])


def _ink_margin(content: ShapeContent) -> Margin:
    """How far a line's stroke and its caps reach beyond the box; all else stays inside."""
    if content.shape != "line":
        return NO_MARGIN
    # A square cap's corner lies half a diagonal from the end of the line.
    beyond = math.ceil(content.stroke_width * math.sqrt(0.5)) + 1
    return (beyond, beyond, beyond, beyond)


def _outline(content: ShapeContent, box: Box) -> _Outline:
    half_width, half_height = box.width / 2, box.height / 2
    half = min(half_width, half_height)
    if content.shape == "circle":
        return _Outline(half, half, half)
    return _Outline(half_width, half_height, min(content.radius, half))


def _mirrored(length: int, corner: int) -> NDArray[np.intp]:
    """For each pixel of ``length`` the one of the corner that it looks like."""
    place = np.arange(length)
    return np.minimum(np.minimum(place, length - 1 - place), corner)


def _coloured(content: ShapeContent, inner: _Field, ring: _Field) -> Raster:
    """Fill and stroke mixed by area, so that neither shines through at the other's edge."""
    stroke, fill = content.stroke or _NOTHING, content.fill or _NOTHING
    stroke_alpha, fill_alpha = stroke.alpha / 255, fill.alpha / 255
    stroke_share = ring * np.float32(stroke_alpha)
    fill_share = (inner + ring * np.float32(1 - stroke_alpha)) * np.float32(fill_alpha)
    channels = [s * stroke_share + f * fill_share for s, f in zip(stroke[:3], fill[:3], strict=True)]
    channels.append((stroke_share + fill_share) * 255)
    return (np.stack(channels, axis=-1) + np.float32(0.5)).astype(np.uint8)
