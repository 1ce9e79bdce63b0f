"""Paths of SVG as the corners between which they run, to estimate what drawing them costs.

A curve is stood for by its control polygon: it lies in the polygon's hull, and no line crosses it more often
than the polygon. An arc is stood for by a box around its ellipse.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

Point = tuple[float, float]
Polygon = list[Point]
"""Corners, in order."""
MAX_NUMBER = 1e9
"""Of a coordinate."""

_NUMBER = re.compile(r"[\s,]*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?)")
_FLAG = re.compile(r"[\s,]*([01])")
_COMMAND = re.compile(r"[\s,]*([a-zA-Z])")
_END = re.compile(r"[\s,]*$")
_COUNTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}


def path_polygons(data: str) -> list[Polygon]:
    """One polygon for each part of the path ``data`` (the ``d`` of a path). Raises ValueError."""
    polygons: list[Polygon] = []
    here, handle = (0.0, 0.0), (0.0, 0.0)
    for letter, numbers in _commands(data):
        base = here if letter.islower() else (0.0, 0.0)
        kind = letter.upper()
        if kind == "M":
            polygons.append([])
        elif not polygons:
            raise ValueError("a path begins with M")
        elif kind == "Z":
            here = handle = polygons[-1][0]
            polygons.append([here])
            continue
        corners = _CORNERS[kind](numbers, base, here, handle)
        polygons[-1].extend(corners)
        here = corners[-1]
        handle = (2 * here[0] - corners[-2][0], 2 * here[1] - corners[-2][1]) if kind in "CSQT" else here
    return polygons


def numbers_of(text: str) -> list[float]:
    """The numbers of a list with spaces or commas. Raises ValueError."""
    numbers, place = [], 0
    while not _END.match(text, place):
        number, place = _take(_NUMBER, text, place)
        numbers.append(number)
    return numbers


def _commands(data: str) -> Iterator[tuple[str, list[float]]]:
    """Each command with its numbers; one that is repeated without its letter has it all the same."""
    letter, place = "", 0
    while not _END.match(data, place):
        found = _COMMAND.match(data, place)
        if found:
            letter, place = found[1], found.end()
        elif letter in "Zz":
            raise ValueError("a command is missing")
        if letter.upper() not in _COUNTS:
            raise ValueError(f"there is no command {letter!r}")
        numbers = []
        for index in range(_COUNTS[letter.upper()]):
            # The two flags of an arc may be written without anything between.
            pattern = _FLAG if letter in "Aa" and index in (3, 4) else _NUMBER
            number, place = _take(pattern, data, place)
            numbers.append(number)
        yield letter, numbers
        letter = {"M": "L", "m": "l"}.get(letter, letter)


def _take(pattern: re.Pattern[str], text: str, place: int) -> tuple[float, int]:
    """The number at ``place``, and where it ends."""
    found = pattern.match(text, place)
    if found is None:
        raise ValueError(f"a number is missing after {text[max(0, place - 16) : place]!r}")
    number = float(found[1])
    if abs(number) > MAX_NUMBER:
        raise ValueError(f"the number {found[1][:32]} is too large")
    return number, found.end()


def _points(numbers: list[float], base: Point) -> Polygon:
    xs, ys = numbers[::2], numbers[1::2]
    return [(x + base[0], y + base[1]) for x, y in zip(xs, ys, strict=True)]


def _straight(numbers: list[float], base: Point, _here: Point, _handle: Point) -> Polygon:
    return _points(numbers, base)


def _curved_on(numbers: list[float], base: Point, _here: Point, handle: Point) -> Polygon:
    """A curve whose first control point mirrors the last one of the curve before."""
    return [handle, *_points(numbers, base)]


def _across(numbers: list[float], base: Point, here: Point, _handle: Point) -> Polygon:
    return [(numbers[0] + base[0], here[1])]


def _down(numbers: list[float], base: Point, here: Point, _handle: Point) -> Polygon:
    return [(here[0], numbers[0] + base[1])]


def _arc(numbers: list[float], base: Point, here: Point, _handle: Point) -> Polygon:
    """Around all that the ellipse can reach: twice its larger radius from either end."""
    ((x, y),) = _points(numbers[5:], base)
    radii = abs(numbers[0]), abs(numbers[1])
    if min(radii) == 0:
        return [(x, y)]
    half_chord = (abs(x - here[0]) + abs(y - here[1])) / 2
    # Radii that are too small for the ends are scaled up until they are not.
    reach = 2 * max(radii) * max(1.0, half_chord / min(radii))
    left, right = max(x, here[0]) - reach, min(x, here[0]) + reach
    top, bottom = max(y, here[1]) - reach, min(y, here[1]) + reach
    return [(left, top), (right, top), (right, bottom), (left, bottom), (x, y)]


_CORNERS: dict[str, Callable[[list[float], Point, Point, Point], Polygon]] = {
    "M": _straight,
    "L": _straight,
    "H": _across,
    "V": _down,
    "C": _straight,
    "S": _curved_on,
    "Q": _straight,
    "T": _curved_on,
    "A": _arc,
}
