"""Font files: TrueType and OpenType as they are, WOFF unpacked to one of them.

Source: WOFF File Format 1.0, https://www.w3.org/TR/WOFF/.
"""

from __future__ import annotations

import struct
import zlib

from farm.errors import AssetRefused

_FORMATS = {b"\0\1\0\0": "TTF", b"true": "TTF", b"OTTO": "OTF", b"wOFF": "WOFF"}
_REFUSED = {
    b"wOF2": "WOFF2 is not read here; upload the font as TTF, OTF or WOFF",
    b"ttcf": "this is a collection of several fonts; upload one of them, as TTF or OTF",
}
_NEEDED = {b"cmap", b"head", b"hhea", b"hmtx", b"maxp"}
MAX_TABLES = 100


def is_font(data: bytes) -> bool:
    """Whether ``data`` begins like a font file of any kind, also one that is not read here."""
    return data[:4] in _FORMATS or data[:4] in _REFUSED


def font_format(data: bytes) -> str:
    """TTF, OTF or WOFF. Raises AssetRefused with what to do instead."""
    mark = data[:4]
    if mark in _FORMATS:
        return _FORMATS[mark]
    raise AssetRefused(_REFUSED.get(mark, "this is not a TTF, OTF or WOFF font"))


def sfnt_of(data: bytes, *, max_bytes: int) -> bytes:
    """The font in ``data`` as TrueType or OpenType, of at most ``max_bytes``. Raises AssetRefused."""
    try:
        font = _unpacked(data, max_bytes) if font_format(data) == "WOFF" else data
        missing = _NEEDED - _tables(font)
    except (struct.error, zlib.error) as error:
        raise AssetRefused(f"the font is damaged ({error})") from error
    if len(font) > max_bytes:
        raise AssetRefused(f"the font has more than {max_bytes:,} bytes; make it smaller")
    if missing:
        raise AssetRefused(f"the font is damaged: it has no {min(missing).decode()} table")
    return font


def _tables(font: bytes) -> set[bytes]:
    (count,) = struct.unpack_from(">H", font, 4)
    if count > MAX_TABLES:
        raise AssetRefused("the font is damaged: it has too many tables")
    found = set()
    for i in range(count):
        tag, _, offset, length = struct.unpack_from(">4s3I", font, 12 + 16 * i)
        if offset + length > len(font):
            raise AssetRefused(f"the font is cut off: its {tag.decode('latin-1')} table lies beyond its end")
        found.add(tag)
    return found


def _unpacked(data: bytes, max_bytes: int) -> bytes:
    """The tables of a WOFF, decompressed, behind a new directory."""
    flavour: bytes
    flavour, _, count = struct.unpack_from(">4sIH", data, 4)
    if count > MAX_TABLES:
        raise AssetRefused("the font is damaged: it has too many tables")
    power = max(count, 1).bit_length() - 1
    head = flavour + struct.pack(">4H", count, 16 << power, power, 16 * count - (16 << power))
    directory, body = b"", b""
    for i in range(count):
        tag, offset, packed, length, checksum = struct.unpack_from(">4s4I", data, 44 + 20 * i)
        if len(body) + length > max_bytes:
            raise AssetRefused(f"the font unpacks to more than {max_bytes:,} bytes; make it smaller")
        table = data[offset : offset + packed]
        if packed < length:
            table = zlib.decompressobj().decompress(table, length)
        if len(table) != length:
            raise AssetRefused("the font is damaged: a table has not the size that it says")
        directory += tag + struct.pack(">3I", checksum, 12 + 16 * count + len(body), length)
        body += table + b"\0" * (-length % 4)
    return head + directory + body
