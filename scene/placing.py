"""Putting a layer where somebody points on the canvas."""

from __future__ import annotations

from scene.document import Scene
from scene.edits import find_layer
from scene.fields import MAX_PERCENT, MAX_POSITION_PX, Coordinate, Position
from scene.fitting import fit_viewport
from scene.glides import glides_without
from scene.layers import AnyLayer
from scene.mistakes import Mistake, SceneMistakes
from scene.screen import Point, from_screen

_DECIMALS = 3
"""Of pixels and percentages: far less than anybody sees."""


def placed_at(scene: Scene, layer_id: str, canvas: tuple[int, int], point: Point) -> Scene:
    """``scene`` with the layer's anchor at ``point`` of a canvas of (width, height).

    What the document writes in pixels stays in pixels, what it writes in percent in percent. Raises
    UnknownLayer, and SceneMistakes when something else says where the layer lies.
    """
    layer = find_layer(scene, layer_id)
    _refuse_moved(scene, layer)
    fitting = fit_viewport(scene.viewport.size, canvas, scene.viewport.fit)
    area = scene.viewport.area(layer.within)
    left, top = area.at(layer.position.origin)
    x, y = from_screen(fitting, point)
    position = Position(
        x=_like(layer.position.x, x - left, area.width),
        y=_like(layer.position.y, y - top, area.height),
        origin=layer.position.origin,
    )
    glides = glides_without(layer.glides, ("position.x", "position.y"))
    moved = layer.model_copy(update={"position": position, "glides": glides})
    layers = tuple(moved if other.id == layer_id else other for other in scene.layers)
    return scene.model_copy(update={"layers": layers})


def _refuse_moved(scene: Scene, layer: AnyLayer) -> None:
    if layer.slot is not None and scene.layout.type != "free":
        reason = f"lets the {scene.layout.type} layout say where it lies; take it out of its slot first"
        raise SceneMistakes([Mistake("slot", reason)])
    for index, animation in enumerate(layer.animations):
        if animation.target.split(".")[0] == "position":
            raise SceneMistakes(
                [Mistake(f"animations[{index}]", "moves the layer; change that, or remove it first")]
            )


def _like(written: Coordinate, px: float, whole_px: float) -> Coordinate:
    """``px`` in the unit of ``written``, within the bounds of either."""
    if isinstance(written, str):
        percent = max(-MAX_PERCENT, min(100 * px / whole_px, MAX_PERCENT))
        return f"{percent:.{_DECIMALS}f}%"
    return round(max(-MAX_POSITION_PX, min(px, MAX_POSITION_PX)), _DECIMALS)
