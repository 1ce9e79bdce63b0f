"""The way between a scene and the screen: viewport px, canvas px, and px of a layer's own box.

A layer's own px are canvas px from the upper left corner of its box, before the box is turned. Where a box
is as large as its content, only who draws knows its exact size; :mod:`scene.sizes` says it or guesses it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from scene.content import LayerState
from scene.fitting import Fitting
from scene.sizes import Size
from scene.state import SceneState


class Point(NamedTuple):
    """A place; x grows to the right, y downwards."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class LayerBox:
    """A layer's box on the canvas: ``anchor`` is the canvas px that it turns around, ``corner`` the box's own
    px of that point."""

    anchor: Point
    corner: Point
    width: float
    height: float
    rotation_deg: float

    def to_screen(self, own: Point) -> Point:
        """Canvas px of a point of the box."""
        dx, dy = _turned(own.x - self.corner.x, own.y - self.corner.y, self.rotation_deg)
        return Point(self.anchor.x + dx, self.anchor.y + dy)

    def from_screen(self, canvas: Point) -> Point:
        """The box's own px of a point of the canvas."""
        dx, dy = _turned(canvas.x - self.anchor.x, canvas.y - self.anchor.y, -self.rotation_deg)
        return Point(self.corner.x + dx, self.corner.y + dy)

    def corners(self) -> list[Point]:
        """Canvas px of the four corners: upper left, upper right, lower right, lower left."""
        ends = ((0.0, 0.0), (self.width, 0.0), (self.width, self.height), (0.0, self.height))
        return [self.to_screen(Point(x, y)) for x, y in ends]


class Hit(NamedTuple):
    """A layer that lies at a point."""

    layer: LayerState
    box: LayerBox
    own: Point
    """The point in the box's own px."""
    guessed: bool
    """Whether the size of the box is a guess."""


def to_screen(fitting: Fitting, viewport: Point) -> Point:
    """Canvas px of a point of the viewport, rounded as all that is drawn is."""
    return Point(fitting.x(viewport.x), fitting.y(viewport.y))


def from_screen(fitting: Fitting, canvas: Point) -> Point:
    """Viewport px of a point of the canvas."""
    return Point((canvas.x - fitting.left) / fitting.scale_x, (canvas.y - fitting.top) / fitting.scale_y)


def box_of(layer: LayerState, size: Size) -> LayerBox:
    """The box of ``layer``, whose content makes it as large as ``size``."""
    width, height = size.width, size.height
    corner = Point(layer.anchor_x * width, layer.anchor_y * height)
    return LayerBox(Point(layer.x, layer.y), corner, width, height, layer.rotation_deg)


def hits(state: SceneState, canvas: Point, size_of: Callable[[LayerState], Size]) -> Iterator[Hit]:
    """The layers whose boxes hold a point of the canvas, from the topmost down; what a crop took does not
    count. Whether a layer is clear at that point is not looked at."""
    for layer in reversed(state.layers):
        size = size_of(layer)
        box = box_of(layer, size)
        own = box.from_screen(canvas)
        left, top, right, bottom = layer.finish.crop
        if left <= own.x < box.width - right and top <= own.y < box.height - bottom:
            yield Hit(layer, box, own, size.guessed)


def _turned(dx: float, dy: float, degrees: float) -> tuple[float, float]:
    """Clockwise, as y grows downwards."""
    if degrees == 0:
        return dx, dy
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return dx * cos - dy * sin, dx * sin + dy * cos
