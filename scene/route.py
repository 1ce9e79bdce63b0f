"""A path to move along at constant speed: measured once by arc length, then looked up.

Curves are followed along chords that stay within 0.02 px of them (in paths of usual size), so a place along
the path is found by bisection, whatever the path is made of.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from math import atan2, cos, degrees, hypot, radians, sin
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from scene.fields import MAX_POSITION_PX, mistake, worded
from scene.outline import MAX_PIECES, Piece, Point, line, read_path

_MAX_ROUTES = 64  # in memory; the largest takes 2 MB, a usual one 10 kB
_CLOSE_PX = 1e-6

MAX_PATH_TEXT = 4000

PathData = str | tuple[Point, ...]
"""SVG path data, or points in viewport px that straight lines join."""


def _not_too_many(points: object) -> object:
    if isinstance(points, list) and not 2 <= len(points) <= MAX_PIECES + 1:
        raise mistake(f"has {len(points)} points; 2 to {MAX_PIECES + 1} are allowed")
    return points


def _readable(path: PathData) -> PathData:
    if isinstance(path, str):
        try:
            read_path(path)
        except ValueError as error:
            raise mistake(str(error)) from error
    return path


_Px = Annotated[float, Field(ge=-MAX_POSITION_PX, le=MAX_POSITION_PX)]
Path = Annotated[
    Annotated[
        Annotated[str, Field(max_length=MAX_PATH_TEXT)]
        | Annotated[
            tuple[Annotated[tuple[_Px, _Px], Field(strict=False)], ...],
            Field(strict=False, max_length=MAX_PIECES + 1),
        ],
        worded(
            f"must be SVG path data up to {MAX_PATH_TEXT} characters, or a list of points [x, y] in pixels "
            f"up to {MAX_POSITION_PX}"
        ),
    ],
    BeforeValidator(_not_too_many),
    AfterValidator(_readable),
]
"""A path in a document."""


class Route:
    """Where a share of the way along ``pieces`` lies, and which way it leads there."""

    def __init__(self, pieces: tuple[Piece, ...]) -> None:
        self._reached = array("d", [0.0])  # px from the beginning to each corner between chords
        self._x, self._y = array("d"), array("d")
        # Degrees where a chord begins and where it ends, which differ on a curve.
        self._leaving, self._arriving = array("d"), array("d")
        for piece in pieces:
            self._follow(piece)
        self.length_px = self._reached[-1]
        last = pieces[-1].point(1.0)
        self._x.append(last[0])
        self._y.append(last[1])
        first = pieces[0].point(0.0)
        self._closed = hypot(last[0] - first[0], last[1] - first[1]) < _CLOSE_PX

    def _follow(self, piece: Piece) -> None:
        for index in range(piece.chords):
            t0, t1 = index / piece.chords, (index + 1) / piece.chords
            start, end = piece.point(t0), piece.point(t1)
            length = hypot(end[0] - start[0], end[1] - start[1])
            if length < _CLOSE_PX:
                continue
            chord = degrees(atan2(end[1] - start[1], end[0] - start[0]))
            self._x.append(start[0])
            self._y.append(start[1])
            self._leaving.append(_heading(piece, t0, chord))
            self._arriving.append(_heading(piece, t1, chord))
            self._reached.append(self._reached[-1] + length)

    def x(self, share: float) -> float:
        """Viewport px at ``share`` of the way; beyond its ends straight on, or on and on if it is closed."""
        return self._along(share, self._x, cos)

    def y(self, share: float) -> float:
        """See :meth:`x`."""
        return self._along(share, self._y, sin)

    def heading_deg(self, share: float) -> float:
        """Clockwise from the right, -180 to 360."""
        if not self._leaving:
            return 0.0
        index, part, _ = self._chord(share)
        return self._leaving[index] + (self._arriving[index] - self._leaving[index]) * part

    def _along(self, share: float, places: array[float], component: Callable[[float], float]) -> float:
        if not self._leaving:
            return places[0]
        index, part, beyond_px = self._chord(share)
        place = places[index] + (places[index + 1] - places[index]) * part
        return place + beyond_px * component(radians(self.heading_deg(share))) if beyond_px else place

    def _chord(self, share: float) -> tuple[int, float, float]:
        """The chord at ``share``, the part of it that is gone, and the px that lie beyond the path's ends."""
        if self._closed and not 0 <= share <= 1:
            share %= 1
        wanted = share * self.length_px
        gone = min(max(wanted, 0.0), self.length_px)
        index = min(bisect_right(self._reached, gone), len(self._leaving)) - 1
        start, end = self._reached[index], self._reached[index + 1]
        return index, (gone - start) / (end - start), wanted - gone


def _heading(piece: Piece, t: float, chord_deg: float) -> float:
    """The direction at ``t``, within half a turn of the chord's; the chord's where the curve stands still."""
    dx, dy = piece.direction(t)
    if hypot(dx, dy) < _CLOSE_PX:
        return chord_deg
    return chord_deg + (degrees(atan2(dy, dx)) - chord_deg + 180) % 360 - 180


@lru_cache(_MAX_ROUTES)
def route_along(path: PathData) -> Route:
    """The route along ``path``; measured when somebody first moves along it. Raises ValueError."""
    if isinstance(path, str):
        return Route(read_path(path))
    return Route(tuple(line(start, end) for start, end in pairwise(path)))
