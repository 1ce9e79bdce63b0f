"""An edge runs over the old picture and leaves the new one behind.

A map says of every pixel when the edge arrives, in 65536 steps; it is made once for a shape and a size.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from farm.transport.planes import Plane
from scene.onair import STEPS
from scene.transitions import Wipe
from workers import kernel
from workers.transitions.transition import Scenery

LAST = 65_535
_MAX_MAPS = 2


def wipe(scenery: Scenery, transition: Wipe, progress: int, /) -> None:
    """See :class:`workers.transitions.transition.Mixer`."""
    height, width = scenery.target.y.shape
    luma, chroma = _orders(transition.shape, transition.direction, width, height)
    softness = max(1, round(transition.softness * LAST))
    high = progress * (LAST + softness) // STEPS
    for plane, coming, order in zip(scenery.target, scenery.incoming, (luma, chroma, chroma), strict=True):
        kernel.wipe(plane, coming, order, high - softness, high)


@lru_cache(maxsize=_MAX_MAPS)
def _orders(shape: str, direction: str, width: int, height: int) -> tuple[Plane, Plane]:
    """The map for luma and the one for chroma, as the kernel takes them."""
    share = _arrival(shape, direction, width, height)
    chroma = share.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
    luma, small = (np.rint(arrival * LAST).astype(np.uint16).view(np.uint8) for arrival in (share, chroma))
    return luma, small


def _arrival(shape: str, direction: str, width: int, height: int) -> NDArray[np.float64]:
    """When the edge arrives at each pixel's centre, 0..1 of its way."""
    x = ((np.arange(width) + 0.5) / width)[None, :].repeat(height, 0)
    y = ((np.arange(height) + 0.5) / height)[:, None].repeat(width, 1)
    if shape == "line":
        return {"left": 1 - x, "right": x, "up": 1 - y, "down": y}[direction]
    from_middle_x, from_middle_y = (x - 0.5) * width, (y - 0.5) * height
    if shape == "circle":
        reach: NDArray[np.float64] = np.hypot(from_middle_x, from_middle_y) / np.hypot(width / 2, height / 2)
        return reach
    if shape == "diamond":
        return (np.abs(from_middle_x) + np.abs(from_middle_y)) / (width / 2 + height / 2)
    # The hand of a clock, from twelve.
    turned: NDArray[np.float64] = np.arctan2(from_middle_x, -from_middle_y) / (2 * np.pi) % 1.0
    return turned
