"""Colours as people write them and as they are drawn."""

from __future__ import annotations

import re
from typing import NamedTuple

COLOUR_PATTERN = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")


class Colour(NamedTuple):
    """sRGB and straight (not premultiplied) alpha, 0 to 255 each."""

    red: int
    green: int
    blue: int
    alpha: int = 255


def parse_colour(text: str) -> Colour:
    """``#rgb``, ``#rrggbb`` or ``#rrggbbaa``. Raises ValueError."""
    if COLOUR_PATTERN.fullmatch(text) is None:
        raise ValueError('must be a colour such as "#f80", "#ff8800" or "#ff880080"')
    digits = text[1:]
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return Colour(*bytes.fromhex(digits))
