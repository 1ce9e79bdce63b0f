"""Edits that snap layers to the viewport's grid. What is kept is what was snapped, so that a document shows
where its layers lie, and neither percentages nor animations ever snap."""

from __future__ import annotations

import math
from typing import Any

from scene.document import Scene
from scene.fields import Coordinate, Length, Position, Size
from scene.layers import AnyLayer
from scene.viewport import Viewport


def snapped(old: Scene, new: Scene) -> Scene:
    """``new`` with the pixels that differ from ``old`` moved to the lines of its grid, if that snaps.

    Anchor points go to the nearest line of each direction, sides to the nearest whole number of cells, one
    at least.
    """
    grid = new.viewport.grid
    if grid is None or not grid.snap:
        return new
    before = {layer.id: layer for layer in old.layers}
    layers = tuple(_snapped(before.get(layer.id), layer, new.viewport, grid.size) for layer in new.layers)
    return new if layers == new.layers else new.model_copy(update={"layers": layers})


def _snapped(old: AnyLayer | None, layer: AnyLayer, viewport: Viewport, step: float) -> AnyLayer:
    update: dict[str, Any] = {}
    was, place = old.position if old else None, layer.position
    left, top = viewport.area(layer.within).at(place.origin)
    if place != was:
        x = place.x if was and place.x == was.x else _on_line(place.x, left, step)
        y = place.y if was and place.y == was.y else _on_line(place.y, top, step)
        update["position"] = Position(x=x, y=y, origin=place.origin)
    had, size = (old.size if old else None) or Size(), layer.size
    if size is not None and size != had:
        width = size.width if size.width == had.width else _in_cells(size.width, step)
        height = size.height if size.height == had.height else _in_cells(size.height, step)
        update["size"] = Size(width=width, height=height)
    return layer.model_copy(update=update) if update else layer


def _on_line(place: Coordinate, origin_px: float, step: float) -> Coordinate:
    if isinstance(place, str):
        return place
    return _nearest(origin_px + place, step) * step - origin_px


def _in_cells(side: Length | None, step: float) -> Length | None:
    return side if side is None or isinstance(side, str) else max(1, _nearest(side, step)) * step


def _nearest(px: float, step: float) -> int:
    return math.floor(px / step + 0.5)
