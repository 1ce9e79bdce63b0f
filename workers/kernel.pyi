"""The compositing kernel, compiled from kernel.c. All arguments are uint8 with contiguous rows.

Raises ValueError, naming the argument, for a wrong shape, type or range.
"""

import numpy as np
from numpy.typing import NDArray

_Bytes = NDArray[np.uint8]

def over(dst: _Bytes, src: _Bytes, inverse_alpha: _Bytes, opacity: int, /) -> None:
    """``dst = src + dst * inverse_alpha / 255`` on a plane; ``src`` is faded by ``opacity`` (0..255)."""

def tint(dst: _Bytes, value: int, alpha: int, /) -> None:
    """Blend one ``value`` (0..255) at ``alpha`` (0..255) over the whole plane ``dst``."""

def convert(
    rgba: _Bytes, y: _Bytes, u: _Bytes, v: _Bytes, inverse_alpha: _Bytes, inverse_alpha_half: _Bytes, /
) -> None:
    """Premultiplied RGBA (h, w, 4), even sides, to premultiplied BT.709 limited-range 4:2:0 planes."""

def mix(y: _Bytes, u: _Bytes, v: _Bytes, src: _Bytes, table: _Bytes, out: _Bytes, /) -> None:
    """Premultiplied ``src`` (h, w, 4) to ``out``, alike but for its colours: ``table[own, backdrop]``,
    channel by channel, where the backdrop lies in BT.709 limited-range planes. ``table`` is (256, 256)."""
