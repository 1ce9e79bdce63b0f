"""Which characters a TrueType or OpenType font has: its "cmap" table, subtable formats 4 and 12."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from farm.errors import DrawFailed

_UNICODE = {(0, 3), (0, 4), (0, 6), (3, 1), (3, 10)}  # (platform, encoding) of the subtables that count


def characters_of(path: Path) -> frozenset[int]:
    """The code points with a glyph in the font at ``path``. Raises DrawFailed."""
    try:
        data = path.read_bytes()
        return frozenset(code for at in _subtables(data) for code in _codes(data, at))
    except (OSError, struct.error) as error:
        raise DrawFailed(f"the font {path.name} cannot be read: {error}") from error


def _subtables(data: bytes) -> Iterator[int]:
    """Where the Unicode subtables begin."""
    (tables,) = struct.unpack_from(">H", data, 4)
    for i in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4s3I", data, 12 + 16 * i)
        if tag != b"cmap":
            continue
        (count,) = struct.unpack_from(">H", data, offset + 2)
        for j in range(count):
            platform, encoding, at = struct.unpack_from(">HHI", data, offset + 4 + 8 * j)
            if (platform, encoding) in _UNICODE:
                yield offset + at


def _codes(data: bytes, at: int) -> Iterator[int]:
    (kind,) = struct.unpack_from(">H", data, at)
    if kind == 4:
        yield from _segments(data, at)
    elif kind == 12:
        (groups,) = struct.unpack_from(">I", data, at + 12)
        for i in range(groups):
            first, last, _ = struct.unpack_from(">3I", data, at + 16 + 12 * i)
            yield from range(first, last + 1)


def _segments(data: bytes, at: int) -> Iterator[int]:
    """Format 4: segments of code points; a glyph is found by a delta, or by an offset into an array."""
    (twice,) = struct.unpack_from(">H", data, at + 6)
    row = f">{twice // 2}H"
    ends, starts, deltas, offsets = (
        struct.unpack_from(row, data, at + start)
        for start in (14, 16 + twice, 16 + 2 * twice, 16 + 3 * twice)
    )
    for i, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                where = at + 16 + 3 * twice + 2 * i + offset + 2 * (code - first)
                (glyph,) = struct.unpack_from(">H", data, where)
                if glyph == 0:
                    continue
            if (glyph + delta) & 0xFFFF:
                yield code
