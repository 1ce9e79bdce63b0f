"""Puts the parts of characters in the place of their layers.

Every part is a layer of its own then, with its own pixels and its own extent: a blink redraws the eyes only,
and a head that turns a little has its rasters kept. A layer that is faded, turned, blended, cropped or has
effects is one figure instead, because those are about the character as a whole.

Corners are snapped to whole pixels here, so that parts which lie alike have equal states.
"""

from __future__ import annotations

import math
from dataclasses import replace

from scene.character import CharacterContent, FigureContent, PartContent, PlacedPart, StandInContent
from scene.content import LayerState
from scene.puppet import PosedPart, Puppet
from scene.state import SceneState
from workers.cache import RecentCache
from workers.characters.cast import Cast
from workers.painters.painter import whole_px

STAND_IN_SIZE = (600, 900)
"""Of a character that nobody has, in its own px."""

_SCALE_STEPS = 1024
_MAX_POSES = 256
_MAX_PARTS = 2048


def figure_box(
    natural: tuple[int, int], scale: float, width: float | None, height: float | None
) -> tuple[int, int]:
    """Width and height of a character's box in px; what the layer does not say follows from the character."""
    if width is None and height is None:
        return whole_px(natural[0] * scale), whole_px(natural[1] * scale)
    if width is None and height is not None:
        width = height * natural[0] / natural[1]
    elif height is None and width is not None:
        height = width * natural[1] / natural[0]
    return whole_px(width), whole_px(height)


class Stage:
    """Makes parts of characters. Equal ones are the same object, which makes them quick to compare."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self._figures: RecentCache[tuple[object, ...], tuple[PlacedPart, ...]] = RecentCache(_MAX_POSES)
        self._parts: RecentCache[tuple[object, ...], LayerState] = RecentCache(_MAX_PARTS)

    def staged(self, state: SceneState) -> SceneState:
        """``state`` with every character as its parts; nothing of a :class:`CharacterContent` is left."""
        layers, mix = state.layers, state.mix
        if any(isinstance(layer.content, CharacterContent) for layer in layers):
            layers = tuple(part for layer in layers for part in self._parts_of(layer))
        if mix is not None:
            outgoing = self.staged(mix.outgoing)
            mix = mix if outgoing is mix.outgoing else replace(mix, outgoing=outgoing)
        return (
            state if layers is state.layers and mix is state.mix else replace(state, layers=layers, mix=mix)
        )

    def _parts_of(self, layer: LayerState) -> list[LayerState]:
        content = layer.content
        return self._split(layer, content) if isinstance(content, CharacterContent) else [layer]

    def _split(self, layer: LayerState, content: CharacterContent) -> list[LayerState]:
        """A stand-in, which shows nothing while the character is here, and the character."""
        package = self._cast.member(content.character).package
        away = StandInContent(content.character, content.scale, missing=package is None)
        stand_in = replace(layer, content=away)
        if package is None:
            return [stand_in]
        puppet = package.puppet
        width, height = figure_box(puppet.size, content.scale, layer.width, layer.height)
        if width <= 0 or height <= 0:
            return []
        parts = self._figure(puppet, content, width, height)
        whole = layer.opacity < 1 or layer.rotation_deg != 0 or layer.finish.blend != "normal"
        if whole or not layer.finish.is_plain:
            figure = FigureContent(parts, width, height)
            return [stand_in, replace(layer, id=f"{layer.id}/figure", content=figure)]
        left = math.floor(layer.x - layer.anchor_x * width + 0.5)
        top = math.floor(layer.y - layer.anchor_y * height + 0.5)
        return [stand_in, *(self._part(layer, index, part, left, top) for index, part in enumerate(parts))]

    def _figure(
        self, puppet: Puppet, content: CharacterContent, width: int, height: int
    ) -> tuple[PlacedPart, ...]:
        """As large as fits into the box, in its middle."""
        posed = puppet.pose(content)
        key = (content.character, content.mirrored, width, height, posed)
        parts = self._figures.get(key)
        if parts is None:
            fits = min(width / puppet.size[0], height / puppet.size[1])
            scale = max(1, math.floor(fits * _SCALE_STEPS)) / _SCALE_STEPS
            shift_x = whole_px((width - puppet.size[0] * scale) / 2)
            shift_y = whole_px((height - puppet.size[1] * scale) / 2)
            parts = tuple(_placed(puppet, content, part, scale, (shift_x, shift_y)) for part in posed)
            self._figures.put(key, parts)
        return parts

    def _part(self, layer: LayerState, index: int, part: PlacedPart, left: int, top: int) -> LayerState:
        key = (layer.id, index, part, left, top)
        state = self._parts.get(key)
        if state is None:
            turned = part.degrees != 0
            state = LayerState(
                id=f"{layer.id}/{index}",
                content=part.content,
                x=left + part.left + (part.pivot_x if turned else 0.0),
                y=top + part.top + (part.pivot_y if turned else 0.0),
                width=None,
                height=None,
                anchor_x=part.pivot_x / part.content.width if turned else 0.0,
                anchor_y=part.pivot_y / part.content.height if turned else 0.0,
                rotation_deg=part.degrees % 360,
                opacity=1.0,
            )
            self._parts.put(key, state)
        return state


def _placed(
    puppet: Puppet, content: CharacterContent, part: PosedPart, scale: float, shift: tuple[int, int]
) -> PlacedPart:
    """``part`` in pixels. Its raster's grid is that of the resting character, which all parts share."""
    place, whole = puppet.places[part.image], puppet.size[0]
    x, pivot_x, at_x, degrees = place.x, part.pivot[0], part.at[0], part.degrees
    if content.mirrored:
        x, pivot_x, at_x, degrees = whole - x - place.width, whole - pivot_x, whole - at_x, -degrees
    left, top = math.floor(x * scale), math.floor(place.y * scale)
    width = max(1, math.ceil((x + place.width) * scale) - left)
    height = max(1, math.ceil((place.y + place.height) * scale) - top)
    return PlacedPart(
        PartContent(
            content.character, part.image, left / scale, top / scale, width, height, scale, content.mirrored
        ),
        left=shift[0] + left + math.floor((at_x - pivot_x) * scale + 0.5),
        top=shift[1] + top + math.floor((part.at[1] - part.pivot[1]) * scale + 0.5),
        degrees=degrees,
        pivot_x=pivot_x * scale - left,
        pivot_y=part.pivot[1] * scale - top,
    )
