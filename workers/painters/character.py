"""Characters: their parts, and the silhouette that stands where one is missing."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np
from PIL import Image

from farm.characters.package import Package
from farm.errors import DrawFailed
from scene.character import PartContent, StandInContent
from scene.svg import svg_cost_of
from workers.characters.cast import LOADING, Cast
from workers.characters.stage import STAND_IN_SIZE, figure_box
from workers.painters.painter import Box, Quality, Raster
from workers.painters.svg import drawn_size, enlarged, rasterised

_FILTERS: dict[Quality, Image.Resampling] = {
    "low": Image.Resampling.NEAREST,
    "medium": Image.Resampling.BILINEAR,
    "high": Image.Resampling.BICUBIC,
}


class PartPainter:
    """Draws one image of a package at the size that it has on the canvas."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast

    def measure(self, content: PartContent, _width: float | None, _height: float | None) -> Box:
        """As large as the stage made it."""
        return Box(content.width, content.height)

    def paint(self, content: PartContent, _box: Box, quality: Quality) -> Raster:
        """The image. Raises DrawFailed when the package has gone."""
        package = self._cast.member(content.character).package
        if package is None:
            raise DrawFailed("the character's package is not here any more")
        if content.image in package.drawings:
            raster = _drawn(package, content)
        else:
            raster = _resized(package.pictures[content.image], content, _FILTERS[quality])
        return np.ascontiguousarray(raster[:, ::-1]) if content.mirrored else raster


class StandInPainter:
    """Draws a silhouette of a character that is missing."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast

    def measure(self, content: StandInContent, width: float | None, height: float | None) -> Box:
        """The silhouette's box. It stays one for its frame, should the character come in the midst of it."""
        member = self._cast.member(content.character)
        size = figure_box(STAND_IN_SIZE, content.scale, width, height)
        if content.missing:
            return Box(*size, problem=member.problem or LOADING, unsettled=size)
        return Box(0, 0, unsettled=None if member.settled else size)

    def paint(self, _content: StandInContent, box: Box, _quality: Quality) -> Raster:
        """A head and shoulders, dim. Raises DrawFailed."""
        return rasterised(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{box.width}" height="{box.height}"'
            f' viewBox="0 0 600 900" preserveAspectRatio="xMidYMax meet">{_SILHOUETTE}</svg>'
        )


_SILHOUETTE = """
<defs><linearGradient id="g" x1="0" y1="0" x2="0" y2="1">
<stop offset="0" stop-color="#8e96a6" stop-opacity="0.62"/>
<stop offset="1" stop-color="#8e96a6" stop-opacity="0.12"/></linearGradient></defs>
<path fill="url(#g)" d="M300 150c92 0 158 70 158 166 0 70-32 130-80 160v44c0 20 12 34 32 42
 l86 34c62 24 94 70 94 138v166H10V734c0-68 32-114 94-138l86-34c20-8 32-22 32-42v-44
 c-48-30-80-90-80-160 0-96 66-166 158-166z"/>
"""


def _drawn(package: Package, content: PartContent) -> Raster:
    """A drawing on the pixel grid that all parts of the figure share."""
    drawing = package.drawings[content.image]
    root = ET.fromstring(drawing)  # noqa: S314  scene.svg let it through
    width, height = content.width / content.scale, content.height / content.scale
    x = package.puppet.size[0] - content.x - width if content.mirrored else content.x
    cost = svg_cost_of(drawing, (x, content.y, width, height))
    drawn_width, drawn_height = drawn_size(cost, content.width, content.height)
    root.set("viewBox", f"{x!r} {content.y!r} {width!r} {height!r}")
    root.set("preserveAspectRatio", "none")
    root.set("width", str(drawn_width))
    root.set("height", str(drawn_height))
    return enlarged(rasterised(ET.tostring(root, encoding="unicode")), content.width, content.height)


def _resized(picture: Image.Image, content: PartContent, filter_: Image.Resampling) -> Raster:
    size = (content.width, content.height)
    if picture.size == size:
        return np.asarray(picture)
    scaled = np.asarray(picture.resize(size, filter_))
    # Cubic filters overshoot; a colour above its alpha would be brighter than white.
    return np.minimum(scaled, scaled[..., 3:]) if filter_ is Image.Resampling.BICUBIC else scaled
