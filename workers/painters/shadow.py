"""Shadows: the silhouette of a raster, moved, blurred and coloured, below it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from scene.paint import Shadow
from workers.effects.blur import blurred
from workers.painters.painter import NO_MARGIN, Raster, inked, over, whole_px

Margin = tuple[int, int, int, int]
"""Left, top, right, bottom, px."""


def shadow_margin(shadow: Shadow | None, ink: Margin) -> Margin:
    """How far beyond its box ink that reaches ``ink`` beyond it reaches with its shadow."""
    if shadow is None:
        return ink
    # A Gaussian is done at three standard deviations.
    spread = math.ceil(shadow.blur * 1.5)
    x, y = whole_px(shadow.x), whole_px(shadow.y)
    left, top, right, bottom = ink
    return (
        left + max(0, spread - x),
        top + max(0, spread - y),
        right + max(0, spread + x),
        bottom + max(0, spread + y),
    )


def with_shadow(raster: Raster, shadow: Shadow | None, ink: Margin = NO_MARGIN) -> Raster:
    """``raster``, whose margin is ``ink``, grown to ``shadow_margin(shadow, ink)`` with its shadow below."""
    if shadow is None:
        return raster
    left, top, right, bottom = (
        grown - before for grown, before in zip(shadow_margin(shadow, ink), ink, strict=True)
    )
    picture = np.pad(raster, ((top, bottom), (left, right), (0, 0)))
    return over(picture, inked(blurred(_moved(picture[..., 3], shadow), shadow.blur / 2), shadow.colour))


def _moved(alpha: NDArray[np.uint8], shadow: Shadow) -> NDArray[np.uint8]:
    """``alpha`` at the shadow's place."""
    x, y = whole_px(shadow.x), whole_px(shadow.y)
    height, width = alpha.shape
    moved = np.zeros_like(alpha)
    across, down = max(0, width - abs(x)), max(0, height - abs(y))
    from_x, from_y = max(0, -x), max(0, -y)
    to_x, to_y = max(0, x), max(0, y)
    moved[to_y : to_y + down, to_x : to_x + across] = alpha[from_y : from_y + down, from_x : from_x + across]
    return moved
