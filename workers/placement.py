"""Where a layer lies: from its anchor, box and rotation to even rectangles of the canvas.

The upright box is snapped to whole pixels; a rotated one turns around the anchor point of that snapped box.
What is drawn is then padded outwards to even coordinates, as 4:2:0 chroma needs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scene.content import LayerState
from scene.geometry import Rect
from workers.painters.painter import Box


@dataclass(frozen=True, slots=True)
class Turn:
    """A rotation by ``degrees``, clockwise, around ``x``, ``y`` of the raster."""

    degrees: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Placement:
    """``bounds`` is the even part of the canvas that a layer covers, before clipping.

    ``left`` and ``top`` say where in it the upright raster has its corner; for a turned one, where the
    corner was before the turn. They and the size are all that a layer's pixels depend on, so that a layer
    that moves keeps its pixels, in four variants of odd and even.
    """

    bounds: Rect
    left: int
    top: int
    turn: Turn | None = None


def place(layer: LayerState, box: Box) -> Placement:
    """Where ``layer`` lies when its content measures ``box``."""
    margin_left, margin_top, _, _ = box.margin
    # Corner of the raster; half a pixel goes up, so that a slow movement steps evenly.
    x = math.floor(layer.x - layer.anchor_x * box.width + 0.5) - margin_left
    y = math.floor(layer.y - layer.anchor_y * box.height + 0.5) - margin_top
    width, height = box.raster_size
    if layer.rotation_deg == 0:
        bounds = _even_around(x, y, x + width, y + height)
        return Placement(bounds, x - bounds[0], y - bounds[1])
    pivot_x = margin_left + layer.anchor_x * box.width
    pivot_y = margin_top + layer.anchor_y * box.height
    turn = Turn(layer.rotation_deg, pivot_x, pivot_y)
    corners = [_turned(turn, px, py) for px in (0, width) for py in (0, height)]
    # One pixel more all around: interpolation smooths the edge over it.
    left, right = _spread([px for px, _ in corners])
    top, bottom = _spread([py for _, py in corners])
    bounds = _even_around(x + left, y + top, x + right, y + bottom)
    return Placement(bounds, x - bounds[0], y - bounds[1], turn)


def clipped(bounds: Rect, width: int, height: int) -> Rect | None:
    """The part of ``bounds`` on a canvas of this size; None when there is none."""
    return shared(bounds, (0, 0, width, height))


def shared(a: Rect, b: Rect) -> Rect | None:
    """What two rectangles share; None when they do not meet."""
    x0, y0 = max(a[0], b[0]), max(a[1], b[1])
    x1, y1 = min(a[0] + a[2], b[0] + b[2]), min(a[1] + a[3], b[1] + b[3])
    return (x0, y0, x1 - x0, y1 - y0) if x0 < x1 and y0 < y1 else None


def contains(outer: Rect, inner: Rect) -> bool:
    """Whether all of ``inner`` lies in ``outer``."""
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and inner[0] + inner[2] <= outer[0] + outer[2]
        and inner[1] + inner[3] <= outer[1] + outer[3]
    )


def _even_around(x0: int, y0: int, x1: int, y1: int) -> Rect:
    left, top = x0 & ~1, y0 & ~1
    return left, top, (x1 + 1 & ~1) - left, (y1 + 1 & ~1) - top


def _turned(turn: Turn, x: float, y: float) -> tuple[float, float]:
    cos, sin = math.cos(math.radians(turn.degrees)), math.sin(math.radians(turn.degrees))
    dx, dy = x - turn.x, y - turn.y
    return turn.x + dx * cos - dy * sin, turn.y + dx * sin + dy * cos


def _spread(values: list[float]) -> tuple[int, int]:
    return math.floor(min(values)) - 1, math.ceil(max(values)) + 1
