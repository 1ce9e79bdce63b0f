"""``python -m farm.fonts.trial``: draws every character of the font on standard input once; exit code 0 if it
can be drawn. A font that hangs or breaks the library ends this process and no other."""

from __future__ import annotations

import io
import resource
import sys

from PIL import Image, ImageDraw, ImageFont

from farm.fonts.cmap import characters_in

CPU_S = 10
MEMORY_BYTES = 1_000_000_000
SIZE_PX = 24
_AT_ONCE = 64


def main() -> int:
    """Draw; the exit code."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    draw_all(sys.stdin.buffer.read())
    return 0


def draw_all(data: bytes) -> None:
    """Draw every character of the font ``data``. Raises whatever the library raises."""
    face = ImageFont.truetype(io.BytesIO(data), SIZE_PX, layout_engine=ImageFont.Layout.RAQM)
    ascent, descent = face.getmetrics()
    if ascent + descent <= 0:
        raise ValueError("its lines have no height")
    draw = ImageDraw.Draw(Image.new("L", (SIZE_PX * _AT_ONCE, 3 * SIZE_PX)))
    characters = [chr(code) for code in sorted(characters_in(data)) if not 0xD800 <= code <= 0xDFFF]
    for first in range(0, len(characters), _AT_ONCE):
        text = "".join(characters[first : first + _AT_ONCE])
        face.getlength(text)
        draw.text((0, SIZE_PX), text, 255, face)


if __name__ == "__main__":
    sys.exit(main())
