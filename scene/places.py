"""Texts with places in them: ``{value}`` for the layer's own number, ``{data.NAME}`` for a named value.

A place may bring the number format that it wants, ``{data.bid:,.2f}``; otherwise the layer's is used. What
stands in a place is shown as it is: braces in a value mean nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydantic_core import PydanticCustomError

from scene.data import NAME_PATTERN, Data
from scene.fields import mistake
from scene.live import Datum, Live
from scene.numbers import known_format, shown_number

_PLACE = re.compile(rf"\{{(?:value|data\.({NAME_PATTERN})(?::([^{{}}]*))?)\}}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text shows something that changes."""

    name: str | None
    """Of a named value; None for the layer's own number."""
    form: str | None = None


def pieces_of(text: str) -> tuple[str | Place, ...]:
    """``text`` cut at its places."""
    return tuple(_pieces(text))


def names_in(text: str) -> list[str]:
    """The named values that ``text`` shows, each once."""
    names = (piece.name for piece in pieces_of(text) if isinstance(piece, Place))
    return list(dict.fromkeys(name for name in names if name is not None))


def filler(text: str, form: str, defaults: Data) -> Callable[[float | None, Live], str]:
    """What makes ``text`` of the layer's own number and of what is live; a value that nobody has set is that
    of ``defaults``, or nothing. Without a number ``{value}`` stays as it was written."""
    pieces = pieces_of(text)
    if len(pieces) == 1 and isinstance(pieces[0], str):
        return lambda _value, _live: text

    def filled(value: float | None, live: Live) -> str:
        return "".join(piece if isinstance(piece, str) else _shown(piece, value, live) for piece in pieces)

    def _shown(place: Place, value: float | None, live: Live) -> str:
        if place.name is None:
            return "{value}" if value is None else shown_number(value, form)
        datum = live.value(place.name)
        return _datum_shown(defaults.get(place.name, "") if datum is None else datum, place.form or form)

    return filled


def known_places(text: str) -> str:
    """``text``, whose places bring only formats that there are. Raises a mistake."""
    for piece in pieces_of(text):
        if isinstance(piece, Place) and piece.form is not None:
            try:
                known_format(piece.form)
            except PydanticCustomError as error:
                raise mistake(
                    f"has {{data.{piece.name}:{piece.form[:16]}}}, whose format {error.message()}"
                ) from error
    return text


def _datum_shown(datum: Datum, form: str) -> str:
    return datum if isinstance(datum, str) else shown_number(datum, form)


def _pieces(text: str) -> Iterator[str | Place]:
    end = 0
    for match in _PLACE.finditer(text):
        if match.start() > end:
            yield text[end : match.start()]
        yield Place(match[1], match[2])
        end = match.end()
    if end < len(text) or not text:
        yield text[end:]
