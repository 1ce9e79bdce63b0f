"""Drawings that come with the scene, as SVG."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from scene.content import Fit, SvgContent
from scene.svg import svg_view
from workers.painters.image import box_size
from workers.painters.painter import Box, Quality, Raster
from workers.painters.svg import rasterised

_ASPECTS: dict[Fit, str] = {"contain": "xMidYMid meet", "cover": "xMidYMid slice", "stretch": "none"}


class SvgPainter:
    """Draws at the size that the layer has, so that edges are always sharp."""

    def measure(self, content: SvgContent, width: float | None, height: float | None) -> Box:
        """As large as asked for; what is not asked for follows from the drawing."""
        return Box(*box_size((content.width, content.height), 1.0, width, height))

    def paint(self, content: SvgContent, box: Box, _quality: Quality) -> Raster:
        """The drawing in its box. Raises DrawFailed."""
        root = ET.fromstring(content.svg)  # noqa: S314  scene.svg let it through
        root.set("viewBox", " ".join(map(str, svg_view(content.svg))))
        root.set("preserveAspectRatio", _ASPECTS[content.fit])
        root.set("width", str(box.width))
        root.set("height", str(box.height))
        return rasterised(ET.tostring(root, encoding="unicode"))
