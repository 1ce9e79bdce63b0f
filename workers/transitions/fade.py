"""One picture turns into the other evenly: its code values, or the light that they stand for.

Light: IEC 61966-2-1 (sRGB), as the colours of scenes are meant.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scene.transitions import Fade
from workers import kernel
from workers.transitions.transition import Scenery, weight

_STEPS = 65_535  # of light, in the kernel's tables
_BUCKET = 16


def fade(scenery: Scenery, transition: Fade, progress: int, /) -> None:
    """See :class:`workers.transitions.transition.Mixer`."""
    share = weight(progress)
    if transition.linear_light:
        kernel.dissolve(*scenery.target, *scenery.incoming, share, _TO_LIGHT, _TO_CODE)
        return
    for plane, coming in zip(scenery.target, scenery.incoming, strict=True):
        kernel.cross(plane, coming, share)


def light_of(code: NDArray[np.float64]) -> NDArray[np.float64]:
    """The light, 0..1, of R'G'B' values, 0..1."""
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


def code_of(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of :func:`light_of`."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


_TO_LIGHT = np.rint(light_of(np.arange(256) / 255) * _STEPS).astype(np.uint16).view(np.uint8)[None, :]
_MIDDLES = (np.arange(0, _STEPS, _BUCKET) + _BUCKET / 2) / _STEPS
_TO_CODE = np.rint(code_of(_MIDDLES) * 255).astype(np.uint8)[None, :]
