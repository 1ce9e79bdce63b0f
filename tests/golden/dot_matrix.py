"""A font of our own for examples and tests: five by seven round dots, as on a scoreboard, as TrueType.

Source of the tables: OpenType specification, https://learn.microsoft.com/typography/opentype/spec/.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence

UNITS = 800
"""Of an em; a dot's cell is 100 wide and high."""
_CELL, _ADVANCE, _ASCENT, _DESCENT = 100, 600, 800, -100
_DOT = ((44, 18), (18, 44), (-18, 44), (-44, 18), (-44, -18), (-18, -44), (18, -44), (44, -18))

# Each glyph by its rows from above, each row as five bits.
DOTS: Mapping[str, Sequence[int]] = {
    " ": (0, 0, 0, 0, 0, 0, 0),
    "0": (14, 17, 19, 21, 25, 17, 14),
    "1": (4, 12, 4, 4, 4, 4, 14),
    "2": (14, 17, 1, 2, 4, 8, 31),
    "3": (31, 2, 4, 2, 1, 17, 14),
    "4": (2, 6, 10, 18, 31, 2, 2),
    "5": (31, 16, 30, 1, 1, 17, 14),
    "6": (6, 8, 16, 30, 17, 17, 14),
    "7": (31, 1, 2, 4, 8, 8, 8),
    "8": (14, 17, 17, 14, 17, 17, 14),
    "9": (14, 17, 17, 15, 1, 2, 12),
    "A": (14, 17, 17, 31, 17, 17, 17),
    "B": (30, 17, 17, 30, 17, 17, 30),
    "C": (14, 17, 16, 16, 16, 17, 14),
    "D": (28, 18, 17, 17, 17, 18, 28),
    "E": (31, 16, 16, 30, 16, 16, 31),
    "F": (31, 16, 16, 30, 16, 16, 16),
    "G": (14, 17, 16, 23, 17, 17, 15),
    "H": (17, 17, 17, 31, 17, 17, 17),
    "I": (14, 4, 4, 4, 4, 4, 14),
    "J": (7, 2, 2, 2, 2, 18, 12),
    "K": (17, 18, 20, 24, 20, 18, 17),
    "L": (16, 16, 16, 16, 16, 16, 31),
    "M": (17, 27, 21, 21, 17, 17, 17),
    "N": (17, 17, 25, 21, 19, 17, 17),
    "O": (14, 17, 17, 17, 17, 17, 14),
    "P": (30, 17, 17, 30, 16, 16, 16),
    "Q": (14, 17, 17, 17, 21, 18, 13),
    "R": (30, 17, 17, 30, 20, 18, 17),
    "S": (15, 16, 16, 14, 1, 1, 30),
    "T": (31, 4, 4, 4, 4, 4, 4),
    "U": (17, 17, 17, 17, 17, 17, 14),
    "V": (17, 17, 17, 17, 17, 10, 4),
    "W": (17, 17, 17, 21, 21, 21, 10),
    "X": (17, 17, 10, 4, 10, 17, 17),
    "Y": (17, 17, 17, 10, 4, 4, 4),
    "Z": (31, 1, 2, 4, 8, 16, 31),
    ".": (0, 0, 0, 0, 0, 12, 12),
    ",": (0, 0, 0, 0, 12, 4, 8),
    ":": (0, 12, 12, 0, 12, 12, 0),
    "-": (0, 0, 0, 31, 0, 0, 0),
    "+": (0, 4, 4, 31, 4, 4, 0),
    "/": (0, 1, 2, 4, 8, 16, 0),
    "%": (24, 25, 2, 4, 8, 19, 3),
    "!": (4, 4, 4, 4, 4, 0, 4),
    "'": (12, 4, 8, 0, 0, 0, 0),
}


def dot_matrix(dots: Mapping[str, Sequence[int]] = DOTS) -> bytes:
    """A TrueType font with these glyphs."""
    characters = sorted(dots)
    glyphs = [_glyph((31, 17, 17, 17, 17, 17, 31)), *(_glyph(dots[character]) for character in characters)]
    offsets = [0]
    for glyph in glyphs:
        offsets.append(offsets[-1] + len(glyph))
    count = len(glyphs)
    return _file(
        {
            b"cmap": _cmap(characters),
            b"glyf": b"".join(glyphs),
            b"head": struct.pack(
                ">4I2H2Q4h4h",
                0x10000,
                0x10000,
                0,
                0x5F0F3CF5,
                3,
                UNITS,
                0,
                0,
                0,
                _DESCENT,
                500,
                700,
                0,
                8,
                2,
                1,
            )
            + struct.pack(">h", 0),
            b"hhea": struct.pack(
                ">I3hH11hH", 0x10000, _ASCENT, _DESCENT, 0, _ADVANCE, 0, 0, 500, 1, *[0] * 7, count
            ),
            b"hmtx": struct.pack(">Hh", _ADVANCE, 0) * count,
            b"loca": struct.pack(f">{len(offsets)}I", *offsets),
            b"maxp": struct.pack(">I14H", 0x10000, count, 8 * 35, 35, 0, 0, *[2, 0, 0, 0, 0, 0, 0, 0, 0]),
        }
    )


def woff(font: bytes, *, compressed: bool = True, lies: int = 0) -> bytes:
    """``font`` as a WOFF; its tables say a size that is off by ``lies``."""
    (count,) = struct.unpack_from(">H", font, 4)
    directory, body, at = b"", b"", 44 + 20 * count
    for i in range(count):
        tag, checksum, offset, length = struct.unpack_from(">4s3I", font, 12 + 16 * i)
        table = font[offset : offset + length]
        packed = zlib.compress(table) if compressed else table
        packed = packed if len(packed) < length else table
        directory += tag + struct.pack(">4I", at + len(body), len(packed), length + lies, checksum)
        body += packed
    head = b"wOFF" + font[:4] + struct.pack(">IHHI2H5I", at + len(body), count, 0, len(font), 1, 0, *[0] * 5)
    return head + directory + body


def _glyph(rows: Sequence[int]) -> bytes:
    """The outline of one glyph: for each dot a contour, clockwise, of control points only."""
    centres = [
        (_CELL * column + _CELL // 2, _CELL * (6 - row) + _CELL // 2)
        for row, bits in enumerate(rows)
        for column in range(5)
        if bits & (16 >> column)
    ]
    if not centres:
        return b""
    points = [(x + dx, y + dy) for x, y in centres for dx, dy in _DOT[::-1]]
    ends = [len(_DOT) * (index + 1) - 1 for index in range(len(centres))]
    steps = [(x - x0, y - y0) for (x, y), (x0, y0) in zip(points, [(0, 0), *points], strict=False)]
    glyph = struct.pack(">5h", len(centres), 0, 0, 500, 700)
    glyph += struct.pack(f">{len(ends)}H", *ends) + struct.pack(">H", 0) + b"\0" * len(points)
    glyph += b"".join(struct.pack(">h", x) for x, _ in steps) + b"".join(
        struct.pack(">h", y) for _, y in steps
    )
    return glyph + b"\0" * (-len(glyph) % 4)


def _cmap(characters: Sequence[str]) -> bytes:
    """One segment a character, in format 4; glyph 0 is that of what is missing."""
    codes = [ord(character) for character in characters]
    segments = [*((code, (glyph - code) & 0xFFFF) for glyph, code in enumerate(codes, 1)), (0xFFFF, 1)]
    row = f">{len(segments)}H"
    ends, deltas = zip(*segments, strict=True)
    body = struct.pack(">4H", 2 * len(segments), 0, 0, 0) + struct.pack(row, *ends) + b"\0\0"
    body += struct.pack(row, *ends) + struct.pack(row, *deltas) + struct.pack(row, *[0] * len(segments))
    table = struct.pack(">3H", 4, 6 + len(body), 0) + body
    return struct.pack(">2H2HI", 0, 1, 3, 1, 12) + table


def _file(tables: Mapping[bytes, bytes]) -> bytes:
    directory, body, at = b"", b"", 12 + 16 * len(tables)
    for tag, data in sorted(tables.items()):
        padded = data + b"\0" * (-len(data) % 4)
        checksum = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        directory += tag + struct.pack(">3I", checksum, at + len(body), len(data))
        body += padded
    return struct.pack(">I4H", 0x10000, len(tables), 0, 0, 0) + directory + body
