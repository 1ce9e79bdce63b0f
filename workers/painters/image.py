"""Uploaded pictures, and the sign that stands where one is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PIL import Image

from scene.content import ImageContent
from scene.fitting import Fit
from workers.painters.painter import Box, Quality, Raster, whole_px
from workers.painters.sign import picture_sign

MISSING_SIZE = (320, 180)
"""How large a picture that nobody has is taken to be, in its own pixels."""

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
        if not content.asset:
            return Box(*box_size(MISSING_SIZE, content.scale, width, height), problem=content.problem)
        state = self._pictures.state(content.asset)
        size = box_size(_natural(state, content), content.scale, width, height)
        other = None if state.settled else box_size(MISSING_SIZE, content.scale, width, height)
        return Box(*size, problem=state.problem, unsettled=other)

    def paint(self, content: ImageContent, box: Box, quality: Quality) -> Raster:
        """The picture in its box; a sign when there is a problem with it."""
        if box.problem is not None or not content.asset:
            return picture_sign(box.width, box.height, waiting=box.problem is None)
        if content.grid is None:
            picture = self._pictures.picture(content.asset, content.frame)
        else:
            picture = _cell(self._pictures.picture(content.asset, 0), content.grid, content.frame)
        return fitted(picture, content.fit, (box.width, box.height), quality)


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


def fitted(picture: Image.Image, fit: Fit, size: tuple[int, int], quality: Quality) -> Raster:
    """``picture``, premultiplied, in a box of ``size``."""
    wide, high = size[0] / picture.width, size[1] / picture.height
    region = (0.0, 0.0, float(picture.width), float(picture.height))
    inner = size
    if fit == "contain":
        scale = min(wide, high)
        inner = (max(1, whole_px(picture.width * scale)), max(1, whole_px(picture.height * scale)))
    elif fit == "cover":
        scale = max(wide, high)
        cut_x = max(0.0, (picture.width - size[0] / scale) / 2)
        cut_y = max(0.0, (picture.height - size[1] / scale) / 2)
        region = (cut_x, cut_y, picture.width - cut_x, picture.height - cut_y)
    unchanged = inner == picture.size and region[:2] == (0.0, 0.0)
    scaled = np.asarray(picture if unchanged else picture.resize(inner, _FILTERS[quality], region))
    if quality == "high" and not unchanged:
        # Cubic filters overshoot; a colour above its alpha would be brighter than white.
        scaled = np.minimum(scaled, scaled[..., 3:])
    if inner == size:
        return scaled
    raster = np.zeros((size[1], size[0], 4), np.uint8)
    x, y = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    raster[y : y + inner[1], x : x + inner[0]] = scaled
    return raster
