"""The compositing kernel, compiled from kernel.c. All arguments but spans are uint8 with contiguous rows.

Raises ValueError, naming the argument, for a wrong shape, type or range.
"""

import numpy as np
from numpy.typing import NDArray

_Bytes = NDArray[np.uint8]
_Spans = NDArray[np.int32]
"""(height, 4), contiguous."""

def over(
    dst: _Bytes, src: _Bytes, inverse_alpha: _Bytes, opacity: int, spans: _Spans = ..., left: int = 0, /
) -> None:
    """``dst = src + dst * inverse_alpha / 255`` on a plane; ``src`` is faded by ``opacity`` (0..255).

    ``spans`` are those of the rows of ``src`` when it is cut out from ``left`` on: with them nothing is
    touched where nothing shows, and nothing is computed where all below is hidden. The result is the same.
    """

def spans(src: _Bytes, inverse_alpha: _Bytes, out: _Spans, /) -> None:
    """Of each row into ``out``: where what shows begins, where a longest run that hides all below begins and
    ends, where what shows ends. In pixels; the ends are the first ones that no longer do."""

def tint(dst: _Bytes, value: int, alpha: int, /) -> None:
    """Blend one ``value`` (0..255) at ``alpha`` (0..255) over the whole plane ``dst``."""

def cross(dst: _Bytes, src: _Bytes, weight: int, /) -> None:
    """``dst`` turns into ``src``, a plane of the same size, by ``weight`` (0..255)."""

def wipe(dst: _Bytes, src: _Bytes, order: _Bytes, low: int, high: int, /) -> None:
    """``src`` where ``order`` is at most ``low``, ``dst`` where it is ``high`` or more, between the two a
    mixture. ``order`` holds 16-bit numbers of the host's byte order, seen as bytes: (h, 2 w)."""

def dissolve(
    y: _Bytes,
    u: _Bytes,
    v: _Bytes,
    src_y: _Bytes,
    src_u: _Bytes,
    src_v: _Bytes,
    weight: int,
    to_light: _Bytes,
    to_code: _Bytes,
    /,
) -> None:
    """Like :func:`cross` for a picture in BT.709 limited-range planes, whose light is mixed and not its code
    values. ``to_light`` (1, 512) holds the light of each R'G'B' value as a 16-bit number, ``to_code``
    (1, 4096) the value of every sixteenth of these."""

def convert(
    rgba: _Bytes, y: _Bytes, u: _Bytes, v: _Bytes, inverse_alpha: _Bytes, inverse_alpha_half: _Bytes, /
) -> None:
    """Premultiplied RGBA (h, w, 4), even sides, to premultiplied BT.709 limited-range 4:2:0 planes."""

def mix(y: _Bytes, u: _Bytes, v: _Bytes, src: _Bytes, table: _Bytes, out: _Bytes, /) -> None:
    """Premultiplied ``src`` (h, w, 4) to ``out``, alike but for its colours: ``table[own, backdrop]``,
    channel by channel, where the backdrop lies in BT.709 limited-range planes. ``table`` is (256, 256)."""
