"""Sprites: what the compositor blends, a layer's raster in premultiplied planes of Y'CbCr 4:2:0."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from farm.transport.planes import Plane, Planes, i420_bytes, planes_in
from scene.colour import Colour
from scene.geometry import Rect
from workers import kernel, scanline
from workers.painters.painter import Quality, Raster, premultiplied
from workers.placement import Placement, Turn

_FILTERS: dict[Quality, int] = {"low": cv2.INTER_NEAREST, "medium": cv2.INTER_LINEAR}
"""The third, cubic, is the kernel's own."""


Spans = NDArray[np.int32]
"""(rows, 4): see :func:`workers.kernel.spans`."""


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """``dst = planes + dst * clear`` draws it; ``clear`` is the inverse alpha, at both plane sizes."""

    planes: Planes
    clear: Planes
    opaque: Rect | None
    """An even part of the sprite, in its own pixels, that hides all below."""
    spans: tuple[Spans, Spans, Spans]
    """What shows and what hides in the rows of each plane."""
    bytes: int

    @classmethod
    def of(cls, planes: Planes, clear: Planes, opaque: Rect | None) -> Sprite:
        """The sprite of these planes; ``clear`` has one plane for both of chroma."""
        y, u, v = (_spans(pixels, inverse) for pixels, inverse in zip(planes, clear, strict=True))
        parts = (*planes, clear.y, clear.u, y, u, v)
        return cls(planes, clear, opaque, (y, u, v), sum(part.nbytes for part in parts))


def plane_bytes(width: int, height: int) -> int:
    """What the planes of a sprite of this size, even both ways, take: of its colours, and of its inverse
    alpha at two sizes."""
    return i420_bytes(width, height) + width * height * 5 // 4


def make_sprite(raster: Raster, placement: Placement, quality: Quality) -> Sprite:
    """Convert ``raster`` for drawing at ``placement``."""
    _, _, width, height = placement.bounds
    padded = laid_out(raster, placement, quality)
    planes = planes_in(np.empty(i420_bytes(width, height), np.uint8), width, height)
    clear = np.empty((height, width), np.uint8)
    clear_half = np.empty((height // 2, width // 2), np.uint8)
    kernel.convert(padded, *planes, clear, clear_half)
    return Sprite.of(planes, Planes(clear, clear_half, clear_half), _opaque_part(clear))


def laid_out(raster: Raster, placement: Placement, quality: Quality) -> Raster:
    """``raster`` as it lies in the bounds of ``placement``: padded to even sides, turned if it is to be."""
    _, _, width, height = placement.bounds
    if placement.turn is not None:
        return _turned(raster, placement, placement.turn, quality)
    if raster.shape[:2] == (height, width):
        return np.ascontiguousarray(raster)
    padded = np.zeros((height, width, 4), np.uint8)
    left, top = placement.left, placement.top
    padded[top : top + raster.shape[0], left : left + raster.shape[1]] = raster
    return padded


@lru_cache(maxsize=1024)
def ycc(colour: Colour) -> tuple[int, int, int]:
    """``colour`` without its alpha as Y', Cb, Cr; the same numbers that a raster of it gets."""
    pixels = np.full((2, 2, 4), premultiplied(colour._replace(alpha=255)), np.uint8)
    y, clear = np.empty((2, 2), np.uint8), np.empty((2, 2), np.uint8)
    u, v, clear_half = (np.empty((1, 1), np.uint8) for _ in range(3))
    kernel.convert(pixels, y, u, v, clear, clear_half)
    return int(y[0, 0]), int(u[0, 0]), int(v[0, 0])


def _turned(raster: Raster, placement: Placement, turn: Turn, quality: Quality) -> Raster:
    """``raster`` turned around its pivot, in a picture of the placement's size."""
    cos, sin = math.cos(math.radians(turn.degrees)), math.sin(math.radians(turn.degrees))
    # From pixel indices to pixel indices; a pixel's centre lies half a pixel from its index.
    from_x, from_y = 0.5 - turn.x, 0.5 - turn.y
    to_x, to_y = placement.left + turn.x - 0.5, placement.top + turn.y - 0.5
    matrix = np.array(
        [
            [cos, -sin, to_x + from_x * cos - from_y * sin],
            [sin, cos, to_y + from_x * sin + from_y * cos],
        ]
    )
    _, _, width, height = placement.bounds
    upright = np.ascontiguousarray(raster)
    if quality == "high":
        turned: Raster = np.zeros((height, width, 4), np.uint8)
        a, b, c, d, e, f = (float(number) for number in cv2.invertAffineTransform(matrix).ravel())
        scanline.turn(turned, width, height, upright, raster.shape[1], raster.shape[0], (a, b, c, d, e, f))
        return turned
    clear = (0, 0, 0, 0)
    flags, mode = _FILTERS[quality], cv2.BORDER_CONSTANT
    turned_by_cv2 = cv2.warpAffine(
        upright, matrix, (width, height), flags=flags, borderMode=mode, borderValue=clear
    )
    return np.asarray(turned_by_cv2, np.uint8)


def _spans(pixels: Plane, inverse_alpha: Plane) -> Spans:
    spans = np.empty((pixels.shape[0], 4), np.int32)
    kernel.spans(pixels, inverse_alpha, spans)
    return spans


def _opaque_part(clear: NDArray[np.uint8]) -> Rect | None:
    """The largest even part around the middle that hides all below: whole rows of a box with soft corners."""
    height = clear.shape[0]
    columns = np.flatnonzero(clear[height // 2] == 0)
    if columns.size == 0:
        return None
    left, right = int(columns[0]) + 1 & ~1, int(columns[-1]) + 1 & ~1
    if left >= right:
        return None
    rows = clear[:, left:right].max(axis=1) == 0
    middle = height // 2
    if not rows[middle]:
        return None
    above, below = np.flatnonzero(~rows[:middle]), np.flatnonzero(~rows[middle:])
    top = int(above[-1]) + 2 & ~1 if above.size else 0
    bottom = middle + int(below[0]) & ~1 if below.size else height
    return (left, top, right - left, bottom - top) if top < bottom else None
