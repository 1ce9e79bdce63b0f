"""Which characters a TrueType or OpenType font has: its "cmap" table, subtable formats 4 and 12.

Source: OpenType specification, https://learn.microsoft.com/typography/opentype/spec/cmap.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_UNICODE = {(0, 3), (0, 4), (0, 6), (3, 1), (3, 10)}  # (platform, encoding) of the subtables that count
_LAST_CODE = 0x10FFFF
MAX_SUBTABLES = 8
"""A few million entries at most; usually there are two subtables."""


def characters_in(data: bytes) -> frozenset[int]:
    """The code points with a glyph in the font ``data``. Raises ValueError when its tables make no sense."""
    try:
        subtables = sorted(set(_subtables(data)))
        if len(subtables) > MAX_SUBTABLES:
            raise ValueError("it has too many tables of characters")
        return frozenset(code for at in subtables for code in _codes(data, at))
    except struct.error as error:
        raise ValueError(f"its table of characters is damaged ({error})") from error


def _subtables(data: bytes) -> Iterator[int]:
    """Where the Unicode subtables begin, of the first font if it is a collection."""
    (begins,) = struct.unpack_from(">I", data, 12) if data.startswith(b"ttcf") else (0,)
    (tables,) = struct.unpack_from(">H", data, begins + 4)
    for i in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4s3I", data, begins + 12 + 16 * i)
        if tag != b"cmap":
            continue
        (count,) = struct.unpack_from(">H", data, offset + 2)
        for j in range(count):
            platform, encoding, at = struct.unpack_from(">HHI", data, offset + 4 + 8 * j)
            if (platform, encoding) in _UNICODE:
                yield offset + at
        return


def _codes(data: bytes, at: int) -> Iterator[int]:
    (kind,) = struct.unpack_from(">H", data, at)
    if kind == 4:
        yield from _segments(data, at)
    elif kind == 12:
        (groups,) = struct.unpack_from(">I", data, at + 12)
        last = -1
        for i in range(groups):
            before, (first, last, _) = last, struct.unpack_from(">3I", data, at + 16 + 12 * i)
            # In order, or a small file could name the same million again and again.
            if not before < first <= last <= _LAST_CODE:
                raise ValueError("its table of characters is not in order")
            yield from range(first, last + 1)


def _segments(data: bytes, at: int) -> Iterator[int]:
    """Format 4: segments of code points; a glyph is found by a delta, or by an offset into an array."""
    (twice,) = struct.unpack_from(">H", data, at + 6)
    row = f">{twice // 2}H"
    ends, starts, deltas, offsets = (
        struct.unpack_from(row, data, at + start)
        for start in (14, 16 + twice, 16 + 2 * twice, 16 + 3 * twice)
    )
    before = -1
    for i, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        if first <= before:
            raise ValueError("its table of characters is not in order")
        before = last
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                where = at + 16 + 3 * twice + 2 * i + offset + 2 * (code - first)
                (glyph,) = struct.unpack_from(">H", data, where)
                if glyph == 0:
                    continue
            if (glyph + delta) & 0xFFFF:
                yield code
