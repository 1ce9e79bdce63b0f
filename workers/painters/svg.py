"""The one way to resvg: SVG text in, a raster out; and how large a drawing may be drawn."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image
from resvg import render, usvg

from farm.errors import DrawFailed
from scene.svg_cost import SvgCost
from workers.painters.painter import Raster

MAX_DRAW_MS = 500
"""A drawing that would cost more, by :mod:`scene.svg_cost`, is drawn smaller and enlarged."""
MAX_EXTENT_PX = 16_000
"""So far from the raster's corner anything may be drawn; else the drawing is drawn smaller, too. Coordinates
beyond 32,767 px break resvg, which then ends the process."""

_SMALLER = 0.8
_UPRIGHT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
# No fonts are loaded: text is drawn by the text painter only.
_OPTIONS = usvg.Options.default()


def rasterised(svg: str) -> Raster:
    """``svg`` at the size that its root gives in px, anti-aliased.

    resvg follows references to files and the depth of the document: only what we wrote or
    :mod:`scene.svg` let through may come here. Raises DrawFailed.
    """
    try:
        png = render(usvg.Tree.from_str(svg, _OPTIONS), _UPRIGHT)
    except BaseException as error:
        # resvg reports a document that it cannot read by a panic, which is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise DrawFailed("the SVG cannot be read; check that it has a size") from error
    with Image.open(io.BytesIO(png)) as picture:
        raster: Raster = np.asarray(picture.convert("RGBa"))
    return raster


def drawn_size(cost: SvgCost, width: int, height: int) -> tuple[int, int]:
    """This size, or the largest below it at which a drawing keeps to MAX_DRAW_MS and MAX_EXTENT_PX."""
    while max(width, height) > 1 and (
        cost.ms(width, height) > MAX_DRAW_MS or cost.extent_px(width, height) > MAX_EXTENT_PX
    ):
        width, height = max(1, int(width * _SMALLER)), max(1, int(height * _SMALLER))
    return width, height


def enlarged(raster: Raster, width: int, height: int) -> Raster:
    """``raster`` at this size; itself if it has it."""
    if raster.shape[:2] == (height, width):
        return raster
    larger = np.asarray(cv2.resize(raster, (width, height)), np.uint8)
    return np.minimum(larger, larger[..., 3:])
