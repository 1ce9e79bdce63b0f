"""Uploaded pictures, and the sign that stands where one is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PIL import Image, ImageDraw

from scene.content import ImageContent
from workers.painters.painter import Box, Quality, Raster, whole_px

MISSING_SIZE = (320, 180)
"""How large a picture that nobody has is taken to be, in its own pixels."""

_SHARPNESS = 4
_DIM, _LINE = (38, 42, 51, 200), (142, 150, 166, 255)
_FILTERS: dict[Quality, Image.Resampling] = {
    "low": Image.Resampling.NEAREST,
    "medium": Image.Resampling.BILINEAR,
    "high": Image.Resampling.BICUBIC,
}


@dataclass(frozen=True, slots=True)
class PictureState:
    """What is known of a picture: its size in its own pixels, or the problem with it."""

    width: int
    height: int
    problem: str | None = None
    settled: bool = True
    """Whether all workers see the same for certain."""


class Pictures(Protocol):
    """Where pictures come from."""

    def state(self, asset: str) -> PictureState:
        """What is known of ``asset`` now. Raises StoreUnavailable."""
        ...

    def picture(self, asset: str, frame: int) -> Image.Image:
        """The pixels of ``asset``, premultiplied ("RGBa"); maybe fewer of them than it was uploaded with.

        ``frame`` counts from 0; a still picture has one.

        Raises DrawFailed, StoreUnavailable.
        """
        ...


class ImagePainter:
    """Fits a picture into its box."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures

    def measure(self, content: ImageContent, width: float | None, height: float | None) -> Box:
        """As large as asked for; what is not asked for follows from the picture."""
        state = self._pictures.state(content.asset)
        size = box_size(_natural(state, content), content.scale, width, height)
        other = None if state.settled else box_size(MISSING_SIZE, content.scale, width, height)
        return Box(*size, problem=state.problem, unsettled=other)

    def paint(self, content: ImageContent, box: Box, quality: Quality) -> Raster:
        """The picture in its box; a sign when there is a problem with it."""
        if box.problem is not None:
            return _missing_sign(box.width, box.height)
        if content.grid is None:
            picture = self._pictures.picture(content.asset, content.frame)
        else:
            picture = _cell(self._pictures.picture(content.asset, 0), content.grid, content.frame)
        return _fitted(picture, content, box, _FILTERS[quality])


def _natural(state: PictureState, content: ImageContent) -> tuple[int, int]:
    """Width and height in the picture's own pixels, of one cell where it is a sheet."""
    if content.grid is None or state.problem is not None:
        return state.width, state.height
    return max(1, state.width // content.grid[0]), max(1, state.height // content.grid[1])


def _cell(sheet: Image.Image, grid: tuple[int, int], number: int) -> Image.Image:
    """One cell of a sheet; cells are of whole pixels, what is left over lies right and below."""
    columns, rows = grid
    width, height = max(1, sheet.width // columns), max(1, sheet.height // rows)
    left, top = number % columns * width, number // columns * height
    return sheet.crop((left, top, left + width, top + height))


def box_size(
    natural: tuple[float, float], scale: float, width: float | None, height: float | None
) -> tuple[int, int]:
    """Width and height of a picture's box in px; see :class:`scene.content.ImageContent`."""
    natural_width, natural_height = natural
    if width is None and height is None:
        width, height = natural_width * scale, natural_height * scale
    elif width is None and height is not None:
        width = height * natural_width / natural_height
    elif height is None and width is not None:
        height = width * natural_height / natural_width
    return whole_px(width), whole_px(height)


def _fitted(picture: Image.Image, content: ImageContent, box: Box, filter_: Image.Resampling) -> Raster:
    wide, high = box.width / picture.width, box.height / picture.height
    region = (0.0, 0.0, float(picture.width), float(picture.height))
    size = (box.width, box.height)
    if content.fit == "contain":
        scale = min(wide, high)
        size = (max(1, whole_px(picture.width * scale)), max(1, whole_px(picture.height * scale)))
    elif content.fit == "cover":
        scale = max(wide, high)
        cut_x = max(0.0, (picture.width - box.width / scale) / 2)
        cut_y = max(0.0, (picture.height - box.height / scale) / 2)
        region = (cut_x, cut_y, picture.width - cut_x, picture.height - cut_y)
    unchanged = size == picture.size and region[:2] == (0.0, 0.0)
    scaled = np.asarray(picture if unchanged else picture.resize(size, filter_, region))
    if filter_ is Image.Resampling.BICUBIC and not unchanged:
        # Cubic filters overshoot; a colour above its alpha would be brighter than white.
        scaled = np.minimum(scaled, scaled[..., 3:])
    if size == (box.width, box.height):
        return scaled
    raster = np.zeros((box.height, box.width, 4), np.uint8)
    x, y = (box.width - size[0]) // 2, (box.height - size[1]) // 2
    raster[y : y + size[1], x : x + size[0]] = scaled
    return raster


def _missing_sign(width: int, height: int) -> Raster:
    """A dim box with a broken picture in the middle."""
    icon = round(min(width * 0.4, height * 0.4, 96.0))
    sign = Image.new("RGBA", (width, height), _DIM)
    if icon >= 8:
        mark = _broken_picture(icon).resize((icon, icon), Image.Resampling.BOX)
        sign.alpha_composite(mark, ((width - icon) // 2, (height - icon) // 2))
    return np.asarray(sign.convert("RGBa"))


def _broken_picture(icon: int) -> Image.Image:
    """The mark, drawn larger so that scaling it down smooths its edges."""
    side = icon * _SHARPNESS
    mark = Image.new("RGBA", (side, side), (*_LINE[:3], 0))
    draw = ImageDraw.Draw(mark)
    unit = side / 24
    line = max(1, round(unit * 1.6))

    def at(*points: float) -> list[float]:
        return [point * unit for point in points]

    draw.rounded_rectangle(at(2, 4, 22, 20), 2.5 * unit, outline=_LINE, width=line)
    draw.ellipse(at(14.5, 7, 18, 10.5), fill=_LINE)
    draw.polygon(at(5, 17, 9.5, 10.5, 12.5, 14.5, 14.5, 12.5, 18.5, 17), fill=_LINE)
    draw.line(at(3, 2, 21, 22), fill=(*_LINE[:3], 0), width=line * 3)
    draw.line(at(3, 2, 21, 22), fill=_LINE, width=line)
    return mark
