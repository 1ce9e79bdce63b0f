"""Pictures and drawings as files, damaged in the ways of networks, disks and people who mean harm."""

from __future__ import annotations

import io
import random
import re
import struct
import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from PIL import Image

from tests.golden.dot_matrix import DOTS, dot_matrix, woff

_ROOT = Path(__file__).parents[2]
_SIDE = 24
_INTERESTING = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
"""Lengths, counts and sizes at which programs go wrong."""


@cache
def whole_files() -> Mapping[str, bytes]:
    """Files that are as they should be, by name: every format, still and moving, small."""
    frames = [_frame(turn) for turn in range(4)]
    still = frames[0]
    moving = {"save_all": True, "append_images": frames[1:], "duration": [40, 90, 200, 40], "loop": 0}
    files = {
        "rgba.png": _saved(still, "PNG"),
        "palette.png": _saved(still.convert("P"), "PNG", transparency=0),
        "grey16.png": _saved(still.convert("I;16"), "PNG"),
        "photo.jpg": _saved(still.convert("RGB"), "JPEG", exif=_sideways()),
        "progressive.jpg": _saved(still.convert("RGB"), "JPEG", progressive=True, quality=40),
        "cmyk.jpg": _saved(still.convert("CMYK"), "JPEG"),
        "lossy.webp": _saved(still, "WEBP"),
        "lossless.webp": _saved(still, "WEBP", lossless=True),
        "moving.webp": _saved(still, "WEBP", **moving),
        "moving.png": _saved(still, "PNG", **moving),
        "moving.gif": _saved(still, "GIF", **moving, disposal=2),
        "still.gif": _saved(still.convert("P"), "GIF"),
    }
    drawings = sorted((_ROOT / "docs" / "examples").rglob("*.json"))
    texts = [text for path in drawings for text in _drawings_in(path.read_text())]
    return files | {f"drawing{index}.svg": text.encode() for index, text in enumerate(texts)}


@cache
def small_fonts() -> tuple[bytes, ...]:
    """Fonts that are as they should be: of a few characters, plain and packed."""
    font = dot_matrix({character: DOTS[character] for character in " 18AW"})
    return font, woff(font), woff(font, compressed=False)


def damaged(data: bytes, rng: random.Random) -> bytes:
    """``data`` after one to four accidents."""
    for _ in range(rng.choice((1, 1, 2, 4))):
        data = rng.choice(_ACCIDENTS)(data, rng)
    return data


def _frame(turn: int) -> Image.Image:
    picture = Image.new("RGBA", (_SIDE, _SIDE), (30 * turn, 90, 200, 255))
    for at in range(_SIDE):
        picture.putpixel((at, (at * (turn + 1)) % _SIDE), (255, 10 * at, 0, 10 * at))
    return picture


def _sideways() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif.tobytes()


def _saved(picture: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def _drawings_in(document: str) -> list[str]:
    """The SVG texts of a scene's JSON."""
    parts = document.split('"svg": "')[1:]
    return [part.split('</svg>"')[0].replace('\\"', '"') + "</svg>" for part in parts]


def _flip(data: bytes, rng: random.Random) -> bytes:
    """Some bits are others."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 3, 20))):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _flip_the_head(data: bytes, rng: random.Random) -> bytes:
    """The same where headers lie."""
    return _flip(data[:64], rng) + data[64:]


def _cut(data: bytes, rng: random.Random) -> bytes:
    """The end is missing."""
    return data[: rng.randrange(len(data) + 1)]


def _lose(data: bytes, rng: random.Random) -> bytes:
    """A piece in the middle is missing."""
    start = rng.randrange(len(data) + 1)
    return data[:start] + data[start + rng.randrange(64) :]


def _repeat(data: bytes, rng: random.Random) -> bytes:
    """A piece comes many times."""
    start = rng.randrange(len(data) + 1)
    piece = data[start : start + rng.randrange(1, 64)]
    return data[:start] + piece * rng.choice((2, 3, 200)) + data[start:]


def _field(data: bytes, rng: random.Random) -> bytes:
    """What may be a length, a count or a size is another number."""
    form = rng.choice(("B", "<H", ">H", "<I", ">I"))
    number = rng.choice(_INTERESTING) & (256 ** struct.calcsize(form) - 1)
    at = rng.randrange(min(len(data), rng.choice((40, 200, 100_000))) + 1)
    return data[:at] + struct.pack(form, number) + data[at + struct.calcsize(form) :]


def _resize_png(data: bytes, rng: random.Random) -> bytes:
    """A PNG says that it is huge, with a checksum that holds."""
    if data[12:16] != b"IHDR":
        return _field(data, rng)
    sides = struct.pack(">II", *(rng.choice((*_INTERESTING, 5000, 30_000)) for _ in range(2)))
    head = b"IHDR" + sides + data[24:29]
    return data[:12] + head + struct.pack(">I", zlib.crc32(head)) + data[33:]


def _mend_png(data: bytes, rng: random.Random) -> bytes:
    """A chunk of a PNG is flipped and its checksum made to hold, so that the damage goes deeper."""
    if not data.startswith(b"\x89PNG"):
        return _flip(data, rng)
    chunks, at = [], 8
    while at + 12 <= len(data):
        length = struct.unpack(">I", data[at : at + 4])[0]
        chunks.append(data[at + 4 : at + 8 + length])
        at += 12 + length
    if chunks:
        index = rng.randrange(len(chunks))
        chunks[index] = chunks[index][:4] + _flip(chunks[index][4:], rng)
    return data[:8] + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )


def _splice(data: bytes, rng: random.Random) -> bytes:
    """The beginning of one file and the end of another."""
    other = rng.choice(list(whole_files().values()))
    return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other)) :]


def _renumber(data: bytes, rng: random.Random) -> bytes:
    """Some numbers of a drawing are others; it stays well-formed."""
    if b"<svg" not in data:
        return _field(data, rng)
    numbers = list(_NUMBER.finditer(data))
    chosen = rng.sample(range(len(numbers)), min(len(numbers), rng.choice((1, 2, 9))))
    for index in sorted(chosen, reverse=True):
        data = data[: numbers[index].start()] + rng.choice(_EXTREME) + data[numbers[index].end() :]
    return data


_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_EXTREME = (b"0", b"-1", b"1e9", b"-1e9", b"1e-9", b"1e38", b"1e400", b"nan", b"8192", b"99999", b"0.5", b"")
_ACCIDENTS = (
    *(_renumber, _renumber, _flip, _flip, _flip_the_head, _cut, _lose, _repeat, _field, _field),
    *(_resize_png, _mend_png, _splice),
)
