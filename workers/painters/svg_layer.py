"""Drawings that come with the scene, as SVG."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import cv2
import numpy as np

from scene.content import SvgContent
from scene.fitting import Fit
from scene.svg import svg_cost_of, svg_view
from scene.svg_cost import View
from workers.painters.image import box_size
from workers.painters.painter import Box, Quality, Raster
from workers.painters.svg import rasterised

MAX_DRAW_MS = 500
"""A drawing that would cost more, by :mod:`scene.svg_cost`, is drawn smaller and enlarged."""

MAX_EXTENT_PX = 16_000
"""So far from the raster's corner anything may be drawn; else the drawing is drawn smaller, too. Coordinates
beyond 32,767 px break resvg, which then ends the process."""

_SMALLER = 0.8
_ASPECTS: dict[Fit, str] = {"contain": "xMidYMid meet", "cover": "xMidYMid slice", "stretch": "none"}


class SvgPainter:
    """Draws at the size that the layer has, so that edges are always sharp."""

    def measure(self, content: SvgContent, width: float | None, height: float | None) -> Box:
        """As large as asked for; what is not asked for follows from the drawing."""
        return Box(*box_size((content.width, content.height), 1.0, width, height))

    def paint(self, content: SvgContent, box: Box, _quality: Quality) -> Raster:
        """The drawing in its box. Raises DrawFailed."""
        root = ET.fromstring(content.svg)  # noqa: S314  scene.svg let it through
        width, height = _drawn_size(content, box)
        root.set("viewBox", " ".join(map(str, svg_view(content.svg))))
        root.set("preserveAspectRatio", _ASPECTS[content.fit])
        root.set("width", str(width))
        root.set("height", str(height))
        raster = rasterised(ET.tostring(root, encoding="unicode"))
        if (width, height) == (box.width, box.height):
            return raster
        larger = np.asarray(cv2.resize(raster, (box.width, box.height)), np.uint8)
        return np.minimum(larger, larger[..., 3:])


def _drawn_size(content: SvgContent, box: Box) -> tuple[int, int]:
    """The box's size, or the largest below it that keeps to MAX_DRAW_MS and MAX_EXTENT_PX."""
    cost = svg_cost_of(content.svg, _window(content, box))
    width, height = box.width, box.height
    while max(width, height) > 1 and (
        cost.ms(width, height) > MAX_DRAW_MS or cost.extent_px(width, height) > MAX_EXTENT_PX
    ):
        width, height = max(1, int(width * _SMALLER)), max(1, int(height * _SMALLER))
    return width, height


def _window(content: SvgContent, box: Box) -> View:
    """What of the drawing's plane the box shows: more than its view where that leaves room, less where it
    is cut off."""
    x, y, width, height = svg_view(content.svg)
    if content.fit == "stretch":
        return x, y, width, height
    choose = min if content.fit == "contain" else max
    scale = choose(box.width / width, box.height / height)
    wide, high = box.width / scale, box.height / scale
    return x + (width - wide) / 2, y + (height - high) / 2, wide, high
