"""Boxes behind texts."""

from __future__ import annotations

import numpy as np

from scene.content import ShapeContent
from scene.paint import Backdrop
from workers.painters.painter import Box, Raster, over, whole_px
from workers.painters.shadow import Margin
from workers.painters.shape import ShapePainter


def backdrop_margin(backdrop: Backdrop | None, ink: Margin) -> Margin:
    """How far beyond its box a text whose ink reaches ``ink`` beyond it reaches with its backdrop."""
    padding = 0 if backdrop is None else whole_px(backdrop.padding)
    left, top, right, bottom = (max(side, padding) for side in ink)
    return (left, top, right, bottom)


def with_backdrop(raster: Raster, backdrop: Backdrop | None, ink: Margin, size: tuple[int, int]) -> Raster:
    """``raster``, whose margin is ``ink``, grown to ``backdrop_margin(backdrop, ink)``, over its backdrop.

    ``size`` is width and height of the text's box.
    """
    if backdrop is None:
        return raster
    padding = whole_px(backdrop.padding)
    left, top, right, bottom = margin = backdrop_margin(backdrop, ink)
    content = ShapeContent("rectangle", backdrop.radius, backdrop.colour, None, 0)
    box = Box(size[0] + 2 * padding, size[1] + 2 * padding)
    below = _padded(ShapePainter().paint(content, box, "high"), tuple(side - padding for side in margin))
    grown = (left - ink[0], top - ink[1], right - ink[2], bottom - ink[3])
    return over(_padded(raster, grown), below)


def _padded(raster: Raster, by: tuple[int, ...]) -> Raster:
    left, top, right, bottom = by
    return np.pad(raster, ((top, bottom), (left, right), (0, 0)))
