"""Outlines of shapes as polygons, in px of their box; they run clockwise."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from scene.content import ShapeContent
from scene.paint import Point

Polygon = NDArray[np.float64]
"""(n, 2): x and y of each corner."""

_FLAT_PX = 0.01
"""How far a curve may lie from the sides that stand for it."""
_MITER_LIMIT = 10.0
_CLOSE_PX = 1e-6


def contour(content: ShapeContent, width: int, height: int) -> Polygon:
    """The outline of ``content``, which is no line, in a box of this size."""
    match content.shape:
        case "rectangle":
            radius = min(content.radius, width / 2, height / 2)
            return _rounded(width, height, radius)
        case "circle":
            return _ellipse(width / 2, height / 2, *[min(width, height) / 2] * 2)
        case "ellipse":
            return _ellipse(width / 2, height / 2, width / 2, height / 2)
        case "star":
            points = _around(content.corners, content.inner)
        case _:
            points = content.points or _around(content.corners, 1.0)
    return _clockwise(_distinct(np.array(points, np.float64) * (width, height)))


def inset(polygon: Polygon, by: float) -> Polygon:
    """``polygon`` with every side moved inwards by ``by`` px. Where it is too narrow for that it turns round
    and runs counterclockwise; without corners when nothing is left."""
    if len(polygon) < 3 or by >= np.ptp(polygon, axis=0).min() / 2:
        return polygon[:0]
    sides = np.roll(polygon, -1, axis=0) - polygon
    inwards = np.stack([-sides[:, 1], sides[:, 0]], axis=1) / np.hypot(*sides.T)[:, None]
    before = np.roll(inwards, 1, axis=0)
    # Where the two moved sides meet: along their bisector, further the sharper the corner is.
    bisector = before + inwards
    meeting = 2 / np.maximum(np.square(bisector).sum(axis=1), 1e-12)
    turns_right = before[:, 0] * inwards[:, 1] - before[:, 1] * inwards[:, 0] >= 0
    # As with an SVG stroke, an inward corner that is too sharp for a miter is cut.
    meeting = np.where(turns_right, meeting, np.minimum(meeting, _MITER_LIMIT / 2))
    moved: Polygon = polygon + bisector * (meeting * by)[:, None]
    turned = ((np.roll(moved, -1, axis=0) - moved) * sides).sum(axis=1) <= 0
    return moved[:0] if turned.all() else moved


def crosses_itself(polygon: Polygon) -> bool:
    """Whether two sides that are not neighbours meet."""
    starts, ends = polygon[:, None], np.roll(polygon, -1, axis=0)[:, None]
    # By its ends, on which sides of each side every other one lies.
    across = _side(starts, ends, starts.swapaxes(0, 1)) * _side(starts, ends, ends.swapaxes(0, 1)) <= 0
    meet = across & across.T
    count = len(polygon)
    apart = np.abs(np.arange(count)[:, None] - np.arange(count))
    return bool((meet & (apart > 1) & (apart < count - 1)).any())


def edges_of(polygon: Polygon) -> NDArray[np.float64]:
    """(n, 4): the sides, as the scanline kernel takes them."""
    return np.hstack([polygon, np.roll(polygon, -1, axis=0)])


def line_segments(content: ShapeContent, box: tuple[int, int], at: tuple[int, int]) -> NDArray[np.float64]:
    """A line in a ``box`` whose upper left corner lies at ``at``, as the scanline kernel takes it."""
    points = np.array(content.points or ((0, 0.5), (1, 0.5)), np.float64) * box + at
    corners = np.array(list(_joined(map(tuple, points))))
    if len(corners) == 1:
        if content.cap == "butt":
            return np.empty((0, 6))
        corners = np.repeat(corners, 2, axis=0)
    segments = np.full((len(corners) - 1, 6), -1.0)
    segments[:, :2], segments[:, 2:4] = corners[:-1], corners[1:]
    beyond = {"butt": 0.0, "square": content.stroke_width / 2, "round": -1.0}[content.cap]
    segments[0, 4] = segments[-1, 5] = beyond
    return segments


def _side(a: Polygon, b: Polygon, p: Polygon) -> NDArray[np.float64]:
    """On which side of the line from ``a`` to ``b`` ``p`` lies, by its sign."""
    found: NDArray[np.float64] = (b[..., 0] - a[..., 0]) * (p[..., 1] - a[..., 1]) - (
        b[..., 1] - a[..., 1]
    ) * (p[..., 0] - a[..., 0])
    return found


def _ellipse(x: float, y: float, radius_x: float, radius_y: float) -> Polygon:
    angles = np.arange(4 * _steps(max(radius_x, radius_y))) * (math.pi / 2 / _steps(max(radius_x, radius_y)))
    return np.stack([x + radius_x * np.cos(angles), y + radius_y * np.sin(angles)], axis=1)


def _rounded(width: int, height: int, radius: float) -> Polygon:
    if radius <= 0:
        return np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)
    quarter = np.linspace(0, math.pi / 2, _steps(radius) + 1)
    arc = np.stack([np.cos(quarter), np.sin(quarter)], axis=1) * radius
    turn = np.array([[0, 1], [-1, 0]], np.float64)
    corners = []
    for x, y in ((width, height), (0, height), (0, 0), (width, 0)):
        towards = (radius if x == 0 else -radius, radius if y == 0 else -radius)
        corners.append(arc + np.array([x + towards[0], y + towards[1]]))
        arc = arc @ turn
    return _distinct(np.vstack(corners))


def _steps(radius: float) -> int:
    """Sides for a quarter of a circle."""
    half_angle = math.acos(max(0.0, 1 - _FLAT_PX / max(radius, _FLAT_PX)))
    return max(4, math.ceil(math.pi / 4 / max(half_angle, 1e-3)))


def _around(corners: int, inner: float) -> tuple[Point, ...]:
    """Points on the ellipse of the box, from the top clockwise, with one ``inner`` way out after each.

    For a regular polygon ``inner`` is 1 and there are none between.
    """
    between = (1.0, inner) if inner < 1 else (1.0,)
    count = corners * len(between)
    angles = [2 * math.pi * i / count for i in range(count)]
    return tuple(
        (0.5 + out * math.sin(angle) / 2, 0.5 - out * math.cos(angle) / 2)
        for i, angle in enumerate(angles)
        for out in (between[i % len(between)],)
    )


def _clockwise(polygon: Polygon) -> Polygon:
    x, y = polygon.T
    doubled = (x * np.roll(y, -1) - np.roll(x, -1) * y).sum()
    return polygon if doubled >= 0 else polygon[::-1]


def _distinct(polygon: Polygon) -> Polygon:
    """Without corners that lie where the one before does."""
    apart = np.hypot(*(polygon - np.roll(polygon, 1, axis=0)).T) > _CLOSE_PX
    return polygon[apart] if apart.any() else polygon[:1]


def _joined(points: Iterable[tuple[float, ...]]) -> Iterable[tuple[float, ...]]:
    last: tuple[float, ...] | None = None
    for point in points:
        if point != last:
            yield point
        last = point
