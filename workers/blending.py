"""Blend modes: layers whose colour depends on what lies below them.

With B the mode's function of the backdrop's colour cb and the layer's own colour cs, W3C Compositing and
Blending Level 1 (https://www.w3.org/TR/compositing-1/#blending) gives over an opaque backdrop, which a canvas
always is, ``alpha * B(cb, cs) + (1 - alpha) * cb``: the common "over" with B as the layer's colour. So where
a layer is clear nothing below it changes, not even by rounding.

The modes are separable: B works on each of red, green and blue alone. It is a table of 256 x 256 numbers,
which the kernel looks up, so that all hosts get the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from farm.transport.planes import Planes, i420_bytes, planes_in
from scene.blending import Blend
from scene.geometry import Rect
from workers import kernel
from workers.painters.painter import Raster

_Shades = NDArray[np.float64]
_Mode = Callable[[_Shades, _Shades], _Shades]

_BAND_PX = 262_144
"""So many pixels are blended at once: scratch memory is bounded, and stays in the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """A layer's pixels for blending: premultiplied red, green, blue and alpha, of even sides."""

    raster: Raster
    blend: Blend


def _screen(below: _Shades, own: _Shades) -> _Shades:
    return below + own - below * own


def _hard_light(below: _Shades, own: _Shades) -> _Shades:
    return np.where(own <= 0.5, below * 2 * own, _screen(below, 2 * own - 1))


def _colour_dodge(below: _Shades, own: _Shades) -> _Shades:
    lit = np.minimum(below / np.where(own < 1, 1 - own, 1), 1)
    return np.where(below == 0, 0, np.where(own == 1, 1, lit))


def _colour_burn(below: _Shades, own: _Shades) -> _Shades:
    burnt = 1 - np.minimum((1 - below) / np.where(own > 0, own, 1), 1)
    return np.where(below == 1, 1, np.where(own == 0, 0, burnt))


def _soft_light(below: _Shades, own: _Shades) -> _Shades:
    curve = np.where(below <= 0.25, ((16 * below - 12) * below + 4) * below, np.sqrt(below))
    darker = below - (1 - 2 * own) * below * (1 - below)
    return np.where(own <= 0.5, darker, below + (2 * own - 1) * (curve - below))


MODES: Mapping[Blend, _Mode] = {
    "normal": lambda below, own: own + 0 * below,
    "multiply": lambda below, own: below * own,
    "screen": _screen,
    "overlay": lambda below, own: _hard_light(own, below),
    "darken": np.minimum,
    "lighten": np.maximum,
    "colorDodge": _colour_dodge,
    "colorBurn": _colour_burn,
    "hardLight": _hard_light,
    "softLight": _soft_light,
    "difference": lambda below, own: np.abs(below - own),
    "exclusion": lambda below, own: below + own - 2 * below * own,
    "add": lambda below, own: np.minimum(below + own, 1),
}
"""B(backdrop, own), all in 0..1."""


@lru_cache(maxsize=len(MODES))
def table(blend: Blend) -> NDArray[np.uint8]:
    """(256, 256): the blended colour by own colour (row) and that of the backdrop (column)."""
    shades = np.arange(256) / 255
    blended = MODES[blend](shades[None, :], shades[:, None])
    return np.floor(blended * 255 + 0.5).astype(np.uint8)


class Blender:
    """Blends overlays into a canvas, in scratch memory of its own; not for two threads at once."""

    def __init__(self) -> None:
        self._rgba = np.empty(0, np.uint8)
        self._planes = np.empty(0, np.uint8)
        self._clear = np.empty(0, np.uint8)

    def blend(self, target: Planes, overlay: Overlay, own: Rect, alpha: int) -> None:
        """``own``, an even part of ``overlay``, at ``alpha`` (0..255) into ``target``, as large a part of a
        canvas."""
        x, y, width, height = own
        rows = max(2, _BAND_PX // width & ~1)
        for top in range(0, height, rows):
            band = (0, top, width, min(rows, height - top))
            source = overlay.raster[y + top : y + top + band[3], x : x + width]
            self._blend(target.crop(band), source, table(overlay.blend), alpha)

    def _blend(self, target: Planes, source: Raster, modes: NDArray[np.uint8], alpha: int) -> None:
        height, width = source.shape[:2]
        self._reserve(width * height)
        rgba = self._rgba[: width * height * 4].reshape(height, width, 4)
        planes = planes_in(self._planes, width, height)
        clear, clear_half, _ = planes_in(self._clear, width, height)
        kernel.mix(*target, source, modes, rgba)
        kernel.convert(rgba, *planes, clear, clear_half)
        for plane, pixels, inverse in zip(target, planes, (clear, clear_half, clear_half), strict=True):
            kernel.over(plane, pixels, inverse, alpha)

    def _reserve(self, pixels: int) -> None:
        if self._rgba.size < pixels * 4:
            self._rgba = np.empty(pixels * 4, np.uint8)
            self._planes = np.empty(i420_bytes(pixels, 1), np.uint8)
            self._clear = np.empty(i420_bytes(pixels, 1), np.uint8)
