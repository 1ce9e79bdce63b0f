"""What rasters are made with, compiled from scanline.c. Buffers are contiguous, rasters premultiplied RGBA.

Pixel (0, 0) covers x 0..1 and y 0..1. Raises ValueError, naming the argument, for a wrong size.
"""

import numpy as np
from numpy.typing import NDArray

_Bytes = NDArray[np.uint8]
_Numbers = NDArray[np.float64]

def fill(edges: _Numbers, mask: _Bytes, width: int, height: int, positive: bool, /) -> None:
    """Into ``mask`` (height, width), which is 0: 255 times the area of each pixel that ``edges`` enclose.

    ``edges`` (n, 4) are x0, y0, x1, y1 of closed outlines. What they wind around, in either way, is inside;
    with ``positive`` in the way that is clockwise on the screen only.
    """

def stroke(segments: _Numbers, mask: _Bytes, width: int, height: int, half: float, /) -> None:
    """Into ``mask`` what lies within ``half`` px of ``segments`` (n, 6): x0, y0, x1, y1, and for each end by
    how many px it goes on before it is cut; below 0 it is round."""

def paint(
    out: _Bytes,
    width: int,
    height: int,
    colours: _Bytes,
    radial: bool,
    ramp: tuple[float, float, float, float],
    mask: _Bytes | None,
    inner: _Bytes | None,
    stroke: _Bytes,
    /,
) -> None:
    """Premultiplied ``colours`` (n, 4) into ``out`` (height, width, 4), which is 0, where ``mask`` is.

    Which colour follows from a place 0..1 along them: ``a x + b y + c`` of the ``ramp`` (a, b, c, d), or,
    ``radial``, the length of (a x + c, b y + d). Outside ``inner`` lies the ``stroke``, one premultiplied
    colour. Without a mask everything is painted, without an inner one there is no stroke.
    """

def lay(out: _Bytes, above: _Bytes, below: _Bytes, /) -> None:
    """``above`` over ``below`` into ``out``, which may not be either; all are as large."""

def turn(
    out: _Bytes,
    width: int,
    height: int,
    raster: _Bytes,
    its_width: int,
    its_height: int,
    matrix: tuple[float, float, float, float, float, float],
    /,
) -> None:
    """Into ``out`` (height, width, 4), which is 0, ``raster`` by cubic interpolation; outside it is clear.

    The pixel with the indices x, y shows what lies at the indices a x + b y + c, d x + e y + f of the raster;
    ``matrix`` is a b c d e f.
    """
