"""Paths as people write them: SVG path data, read into lines, Bézier curves and arcs.

Of SVG 2, 9.3 (https://www.w3.org/TR/SVG2/paths.html) it knows M, L, H, V, C, Q, A and Z, absolute and
relative.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import atan2, ceil, cos, hypot, pi, radians, sin, sqrt

from scene.fields import MAX_POSITION_PX

Point = tuple[float, float]

MAX_PIECES = 200
"""Of one path."""

_TOLERANCE_PX = 0.02  # between a curve and its chords
_MAX_CHORDS = 256  # of one piece
_MIN_CHORDS = 8  # of a curve, so that its direction turns smoothly

_TOKEN = re.compile(
    r"([MLHVCQAZmlhvcqaz])|([-+]?(?:\d{1,12}\.?\d{0,12}|\.\d{1,12})(?:[eE][-+]?\d{1,2})?)|[\s,]+"
)
_NUMBERS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "Q": 4, "A": 7, "Z": 0}


@dataclass(frozen=True, slots=True)
class Piece:
    """One line or curve. ``point`` and its derivative ``direction`` take a parameter from 0 to 1."""

    point: Callable[[float], Point]
    direction: Callable[[float], Point]
    chords: int
    """So many straight parts of even parameter follow it closely."""


def line(start: Point, end: Point) -> Piece:
    """A straight piece."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    return Piece(lambda t: (start[0] + dx * t, start[1] + dy * t), lambda _t: (dx, dy), 1)


def cubic(a: Point, b: Point, c: Point, d: Point) -> Piece:
    """A cubic Bézier curve."""

    def point(t: float) -> Point:
        s = 1 - t
        wa, wb, wc, wd = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
        return (
            wa * a[0] + wb * b[0] + wc * c[0] + wd * d[0],
            wa * a[1] + wb * b[1] + wc * c[1] + wd * d[1],
        )

    def direction(t: float) -> Point:
        s = 1 - t
        wa, wb, wc = 3 * s * s, 6 * s * t, 3 * t * t
        return (
            wa * (b[0] - a[0]) + wb * (c[0] - b[0]) + wc * (d[0] - c[0]),
            wa * (b[1] - a[1]) + wb * (c[1] - b[1]) + wc * (d[1] - c[1]),
        )

    bend = max(
        hypot(a[0] - 2 * b[0] + c[0], a[1] - 2 * b[1] + c[1]),
        hypot(b[0] - 2 * c[0] + d[0], b[1] - 2 * c[1] + d[1]),
    )
    # Wang's formula: the second derivative is at most 6 * bend.
    return Piece(point, direction, _chords(sqrt(6 * bend / (8 * _TOLERANCE_PX))))


def quadratic(a: Point, b: Point, c: Point) -> Piece:
    """A quadratic Bézier curve, as the cubic one that it is."""
    first = (a[0] + 2 / 3 * (b[0] - a[0]), a[1] + 2 / 3 * (b[1] - a[1]))
    second = (c[0] + 2 / 3 * (b[0] - c[0]), c[1] + 2 / 3 * (b[1] - c[1]))
    return cubic(a, first, second, c)


def arc(start: Point, radii: Point, turn_deg: float, flags: tuple[bool, bool], end: Point) -> Piece:
    """An elliptical arc; ``flags`` are large-arc and sweep. Source: SVG 2, appendix B.2.4 and B.2.5."""
    rx, ry = abs(radii[0]), abs(radii[1])
    if rx == 0 or ry == 0 or start == end:
        return line(start, end)
    cos_turn, sin_turn = cos(radians(turn_deg)), sin(radians(turn_deg))
    half = ((start[0] - end[0]) / 2, (start[1] - end[1]) / 2)
    x = (cos_turn * half[0] + sin_turn * half[1]) / rx
    y = (cos_turn * half[1] - sin_turn * half[0]) / ry
    reach = hypot(x, y)
    if reach > 1:
        # Radii that do not reach are scaled up until they do.
        rx, ry, x, y, reach = rx * reach, ry * reach, x / reach, y / reach, 1.0
    # On the unit circle the ends are (x, y) and (-x, -y), and the centre lies at right angles to both.
    away = sqrt(max(0.0, 1 - reach * reach)) / reach * (-1 if flags[0] == flags[1] else 1)
    cx, cy = away * y, -away * x
    first = atan2(y - cy, x - cx)
    swept = (atan2(-y - cy, -x - cx) - first) % (2 * pi)
    swept = swept if flags[1] else swept - 2 * pi
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)

    def turned(u: float, v: float) -> Point:
        return cos_turn * rx * u - sin_turn * ry * v, sin_turn * rx * u + cos_turn * ry * v

    def point(t: float) -> Point:
        dx, dy = turned(cx + cos(first + swept * t), cy + sin(first + swept * t))
        return middle[0] + dx, middle[1] + dy

    def direction(t: float) -> Point:
        return turned(-swept * sin(first + swept * t), swept * cos(first + swept * t))

    return Piece(point, direction, _chords(abs(swept) * sqrt(max(rx, ry) / (8 * _TOLERANCE_PX))))


def _chords(wanted: float) -> int:
    return min(max(ceil(wanted), _MIN_CHORDS), _MAX_CHORDS)


def read_path(text: str) -> tuple[Piece, ...]:
    """The pieces of SVG path data. Raises ValueError with what is wrong and where."""
    reader = _Reader()
    for command, numbers in _commands(text):
        reader.draw(command, numbers)
        if len(reader.pieces) > MAX_PIECES:
            raise ValueError(f"has more than {MAX_PIECES} pieces; leave some out")
    if not reader.pieces:
        raise ValueError('leads nowhere; write for example "M 100 100 L 500 300"')
    return tuple(reader.pieces)


def _commands(text: str) -> list[tuple[str, list[float]]]:
    """Each command with as many numbers as it takes; one that repeats without its letter has it here."""
    found: list[tuple[str, list[float]]] = []
    place = 0
    while place < len(text):
        token = _TOKEN.match(text, place)
        if token is None:
            raise ValueError(
                f"cannot be read at character {place + 1}; use M, L, H, V, C, Q, A, Z and numbers only"
            )
        place = token.end()
        if token[1]:
            found.append((token[1], []))
        elif token[2]:
            if not found or found[-1][0] in "Zz":
                raise ValueError(f"has a number without a command at character {token.start() + 1}")
            command, numbers = found[-1]
            if len(numbers) == _NUMBERS[command.upper()]:
                found.append(({"M": "L", "m": "l"}.get(command, command), []))
            found[-1][1].append(float(token[2]))
    for command, numbers in found:
        if len(numbers) != _NUMBERS[command.upper()]:
            raise ValueError(f"gives {command} {len(numbers)} numbers; it takes {_NUMBERS[command.upper()]}")
    return found


class _Reader:
    """Draws commands, from where the one before has ended."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self._here: Point | None = None
        self._begun: Point = (0.0, 0.0)

    def draw(self, command: str, numbers: list[float]) -> None:
        kind = command.upper()
        if self._here is None and kind != "M":
            raise ValueError("must begin with M, which says where")
        here = self._here or (0.0, 0.0)
        base = here if command.islower() else (0.0, 0.0)
        points = _points(kind, numbers, here, base)
        if kind == "Z":
            points = [self._begun]
        radii = [(numbers[0], numbers[1])] if kind == "A" else []
        if any(max(abs(x), abs(y)) > MAX_POSITION_PX for x, y in points + radii):
            raise ValueError(f"leaves the {MAX_POSITION_PX} pixels around the viewport")
        end = points[-1]
        if kind == "M":
            if self.pieces:
                raise ValueError("has a second M; a layer cannot jump along one path")
            self._begun = end
        elif kind == "C":
            self.pieces.append(cubic(here, *points))
        elif kind == "Q":
            self.pieces.append(quadratic(here, *points))
        elif kind == "A":
            flags = (bool(numbers[3]), bool(numbers[4]))
            self.pieces.append(arc(here, (numbers[0], numbers[1]), numbers[2], flags, end))
        else:
            self.pieces.append(line(here, end))
        self._here = end


def _points(kind: str, numbers: list[float], here: Point, base: Point) -> list[Point]:
    """The points that a command names, absolute."""
    if kind == "H":
        return [(base[0] + numbers[0], here[1])]
    if kind == "V":
        return [(here[0], base[1] + numbers[0])]
    if kind == "A":
        numbers = numbers[5:]
    return [(base[0] + x, base[1] + y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
