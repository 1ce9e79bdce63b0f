"""Numbers as a text shows them."""

from __future__ import annotations

import re
from math import floor
from typing import Annotated

from pydantic import AfterValidator, Field

from scene.fields import mistake

MAX_VALUE = 1e15

_DECIMAL = re.compile(r"(\+?)((?:0[1-9]\d?)?,?)(\.(?:\d|10))?([f%])")
_CLOCKS = ("m:ss", "mm:ss", "h:mm:ss", "hh:mm:ss")


def shown_number(value: float, form: str) -> str:
    """``value`` in a format that :data:`NumberFormat` allows. Decimals are rounded, a clock's seconds are
    cut off."""
    if form in _CLOCKS:
        return _clock(value, form)
    decimal = _DECIMAL.fullmatch(form)
    if decimal is None:
        raise ValueError(f"{form} is no number format")
    sign, width, digits, kind = decimal.groups()
    # z: nothing is shown as -0.
    return format(value, f"{sign}z{width}{digits or '.0'}{kind}")


def _clock(value: float, form: str) -> str:
    seconds = floor(abs(value))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60) if form.startswith("h") else (0, minutes)
    sign = "-" if value <= -1 else ""
    if form.startswith("h"):
        return f"{sign}{hours:0{form.index(':')}}:{minutes:02}:{seconds:02}"
    return f"{sign}{minutes:0{form.index(':')}}:{seconds:02}"


def known_format(form: str) -> str:
    """``form``, if it is a format that there is. Raises a mistake."""
    if form not in _CLOCKS and _DECIMAL.fullmatch(form) is None:
        raise mistake(
            'must be such as "f" (1235), ".2f" (1234.50), ",.2f" (1,234.50), "+f" (+5), "03f" (007), ".1%" '
            '(12.5%), "m:ss", "mm:ss", "h:mm:ss" or "hh:mm:ss" (of seconds)'
        )
    return form


NumberFormat = Annotated[str, Field(max_length=16), AfterValidator(known_format)]
