"""A picture in memory: three uint8 planes of Y'CbCr 4:2:0, BT.709, limited range (I420)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scene.geometry import Rect

Plane = NDArray[np.uint8]
BLACK_Y, NEUTRAL_C = 16, 128


def i420_bytes(width: int, height: int) -> int:
    """Bytes of one picture; both sides even."""
    return width * height * 3 // 2


class Planes(NamedTuple):
    """``y`` is (height, width), ``u`` and ``v`` are (height / 2, width / 2)."""

    y: Plane
    u: Plane
    v: Plane

    def crop(self, rect: Rect) -> Planes:
        """The part inside ``rect``, as views."""
        x, y, width, height = rect
        cx, cy, cw, ch = x // 2, y // 2, width // 2, height // 2
        return Planes(
            self.y[y : y + height, x : x + width],
            self.u[cy : cy + ch, cx : cx + cw],
            self.v[cy : cy + ch, cx : cx + cw],
        )

    def copy_from(self, other: Planes, rects: Iterable[Rect]) -> None:
        """Copy ``rects`` of ``other``, a picture of the same size."""
        for rect in rects:
            for mine, theirs in zip(self.crop(rect), other.crop(rect), strict=True):
                np.copyto(mine, theirs)

    def blacken(self) -> None:
        """Fill with black."""
        self.y.fill(BLACK_Y)
        self.u.fill(NEUTRAL_C)
        self.v.fill(NEUTRAL_C)


def planes_in(buffer: Plane, width: int, height: int) -> Planes:
    """The planes that lie one after the other in ``buffer``, a flat array of at least i420_bytes."""
    luma, chroma = width * height, width * height // 4
    return Planes(
        buffer[:luma].reshape(height, width),
        buffer[luma : luma + chroma].reshape(height // 2, width // 2),
        buffer[luma + chroma : luma + 2 * chroma].reshape(height // 2, width // 2),
    )


MOST_COVERED = 4
"""The rectangles of one frame cover at most so many pictures together; more is nonsense, and would take
memory and time without end."""


def picture_fits(drawn: tuple[int, int] | None, rects: Sequence[Rect], width: int, height: int) -> bool:
    """Whether all ``rects`` lie inside a picture for a canvas of this size: as large as that, or, when
    ``drawn`` is given, so large and not larger."""
    if drawn is None:
        return rects_fit(rects, width, height)
    return rects_fit(((0, 0, *drawn),), width, height) and rects_fit(rects, *drawn)


def rects_fit(rects: Sequence[Rect], width: int, height: int) -> bool:
    """Whether all ``rects`` are even, not empty and inside a picture of this size, and together no more than
    MOST_COVERED of it."""
    if sum(w * h for _, _, w, h in rects) > MOST_COVERED * width * height:
        return False
    return all(
        x >= 0
        and y >= 0
        and w > 0
        and h > 0
        and x + w <= width
        and y + h <= height
        and not (x | y | w | h) & 1
        for x, y, w, h in rects
    )
