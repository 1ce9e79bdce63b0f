"""Drawings that come with the scene, as SVG."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from scene.content import SvgContent
from scene.fitting import Fit
from scene.svg import svg_cost_of, svg_view
from scene.svg_cost import View
from workers.painters.image import box_size
from workers.painters.painter import Box, Quality, Raster
from workers.painters.svg import drawn_size, enlarged, rasterised

_ASPECTS: dict[Fit, str] = {"contain": "xMidYMid meet", "cover": "xMidYMid slice", "stretch": "none"}


class SvgPainter:
    """Draws at the size that the layer has, so that edges are always sharp."""

    def measure(self, content: SvgContent, width: float | None, height: float | None) -> Box:
        """As large as asked for; what is not asked for follows from the drawing."""
        return Box(*box_size((content.width, content.height), 1.0, width, height))

    def paint(self, content: SvgContent, box: Box, _quality: Quality) -> Raster:
        """The drawing in its box. Raises DrawFailed."""
        root = ET.fromstring(content.svg)  # noqa: S314  scene.svg let it through
        width, height = drawn_size(svg_cost_of(content.svg, _window(content, box)), box.width, box.height)
        root.set("viewBox", " ".join(map(str, svg_view(content.svg))))
        root.set("preserveAspectRatio", _ASPECTS[content.fit])
        root.set("width", str(width))
        root.set("height", str(height))
        return enlarged(rasterised(ET.tostring(root, encoding="unicode")), box.width, box.height)


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
