"""Uploaded fonts: what is taken, what is refused and why, and that nothing in a file can hang or fill us."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from farm.errors import AssetRefused
from farm.fonts import check
from farm.fonts.check import check_font
from farm.fonts.cmap import characters_in
from farm.fonts.sfnt import font_format, is_font, sfnt_of
from tests.golden.dot_matrix import DOTS, dot_matrix, woff

FONT = dot_matrix()
LIMIT = 1_000_000


def table_at(font: bytes, tag: bytes) -> int:
    """Where a table begins."""
    (count,) = struct.unpack_from(">H", font, 4)
    rows = [struct.unpack_from(">4s3I", font, 12 + 16 * i) for i in range(count)]
    return next(int(row[2]) for row in rows if row[0] == tag)


def with_bytes(at: int, new: bytes) -> bytes:
    return FONT[:at] + new + FONT[at + len(new) :]


def test_a_font_of_ours_is_taken() -> None:
    assert is_font(FONT)
    assert check_font(FONT, max_bytes=LIMIT) == "TTF"
    assert characters_in(FONT) == frozenset(map(ord, DOTS))


@pytest.mark.parametrize("compressed", [True, False])
def test_a_woff_is_unpacked_to_the_same_font(compressed: bool) -> None:
    packed = woff(FONT, compressed=compressed)
    assert font_format(packed) == "WOFF"
    assert characters_in(sfnt_of(packed, max_bytes=LIMIT)) == characters_in(FONT)


def test_a_woff_is_drawn_like_its_font() -> None:
    assert check_font(woff(FONT), max_bytes=LIMIT) == "WOFF"


@pytest.mark.parametrize("data", [b"", b"\x89PNG", b"GIF8", b"PK\3\4"])
def test_what_is_no_font_is_not_taken_for_one(data: bytes) -> None:
    assert not is_font(data)


HEAD, CMAP = table_at(FONT, b"head"), table_at(FONT, b"cmap")
GROUPS = struct.pack(">2H2HI", 0, 1, 3, 10, 12) + struct.pack(">2H3I", 12, 0, 100, 0, 2)

MANY_SUBTABLES = b"".join(struct.pack(">2HI", 3, 10, 12 + i) for i in range(9))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"wOF2" + FONT[4:], "WOFF2 is not read here; upload the font as TTF, OTF or WOFF"),
        (b"ttcf" + FONT[4:], "this is a collection of several fonts"),
        (FONT[:6], "the font is damaged"),
        (FONT[: len(FONT) // 2], "the font is cut off"),
        (FONT.replace(b"cmap", b"cmaq", 1), "the font is damaged: it has no cmap table"),
        (with_bytes(4, b"\xff\xff"), "too many tables"),
        (woff(FONT, lies=1), "a table has not the size that it says"),
        (woff(FONT, lies=LIMIT), "the font unpacks to more than 1,000,000 bytes"),
        (FONT + bytes(LIMIT), "the font has more than 1,000,000 bytes"),
        (with_bytes(CMAP + 2, b"\0\0"), "the font has no characters of Unicode"),
        (with_bytes(CMAP, GROUPS + struct.pack(">6I", 0, 0x10FFFF, 1, 0, 0x10FFFF, 1)), "is not in order"),
        (with_bytes(CMAP, GROUPS + struct.pack(">3I", 0, 0xFFFFFFFF, 1)), "is not in order"),
        (with_bytes(CMAP, struct.pack(">2H", 0, 9) + MANY_SUBTABLES), "too many tables of characters"),
        (with_bytes(CMAP + 4, b"\0\3\0\1\xff\xff\xff\0"), "its table of characters is damaged"),
        (with_bytes(HEAD + 18, b"\0\0"), "the font cannot be drawn"),
    ],
)
def test_a_font_that_cannot_be_used_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(AssetRefused, match=reason):
        check_font(data, max_bytes=LIMIT)


def test_a_font_that_hangs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "MAX_CHECK_S", 0.001)
    with pytest.raises(AssetRefused, match="takes far too long"):
        check_font(FONT, max_bytes=LIMIT)


@pytest.mark.parametrize("damage", [lambda data: data[:-1000], lambda data: data[::-1], lambda _data: b""])
def test_damaged_bytes_raise_nothing_else(damage: Callable[[bytes], bytes]) -> None:
    for data in (FONT, woff(FONT)):
        with pytest.raises(AssetRefused):
            sfnt_of(data[:4] + damage(data[4:]), max_bytes=LIMIT)
