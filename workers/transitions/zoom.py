"""Into the old picture while the new one appears, or back from within the new one."""

from __future__ import annotations

import cv2
import numpy as np

from farm.transport.planes import Planes
from scene.onair import STEPS
from scene.transitions import Zoom
from workers import kernel
from workers.transitions.transition import Scenery, weight

LARGEST = 2.5
"""How many times as large the picture is that is farthest zoomed in."""


def zoom(scenery: Scenery, transition: Zoom, progress: int, /) -> None:
    """See :class:`workers.transitions.transition.Mixer`."""
    share = progress / STEPS
    if transition.direction == "in":
        _enlarge(scenery.target, scenery.spare, LARGEST**share)
        _cross(scenery.spare, scenery.incoming, weight(progress))
    else:
        _enlarge(scenery.incoming, scenery.spare, LARGEST ** (1 - share))
        _cross(scenery.spare, scenery.target, 255 - weight(progress))
    for plane, drawn in zip(scenery.target, scenery.spare, strict=True):
        plane[...] = drawn


def _enlarge(picture: Planes, into: Planes, factor: float) -> None:
    """``picture`` around its middle, ``factor`` (1 or more) times as large."""
    for source, target in zip(picture, into, strict=True):
        height, width = source.shape
        # From pixel indices to pixel indices; a pixel's centre lies half a pixel from its index.
        back = np.array(
            [
                [1 / factor, 0, (width - 1) / 2 * (1 - 1 / factor)],
                [0, 1 / factor, (height - 1) / 2 * (1 - 1 / factor)],
            ]
        )
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        cv2.warpAffine(
            source, back, (width, height), dst=target, flags=flags, borderMode=cv2.BORDER_REPLICATE
        )


def _cross(target: Planes, other: Planes, share: int) -> None:
    for plane, coming in zip(target, other, strict=True):
        kernel.cross(plane, coming, share)
