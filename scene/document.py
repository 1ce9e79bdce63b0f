"""The scene document: parsed, checked as a whole, written back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from scene.fields import ColourText, Part, Viewport
from scene.layers import AnyLayer, Layer
from scene.mistakes import Mistake, SceneMistakes
from scene.wording import mistakes_in

MAX_LAYERS = 100
"""More than this no scene may hold, whatever its stream allows."""

MAX_MISTAKES = 100
"""So many are reported; who mends them sees the rest."""


class Scene(Part):
    """An immutable scene document."""

    viewport: Viewport = Viewport()
    background: ColourText = "#000000"
    layers: Annotated[tuple[Layer, ...], Field(strict=False, max_length=MAX_LAYERS)] = ()

    def to_json(self) -> dict[str, Any]:
        """The document with every default written out; :func:`parse_scene` makes an equal scene of it."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


_layer: TypeAdapter[AnyLayer] = TypeAdapter(Layer)


def parse_scene(data: object, *, max_layers: int) -> Scene:
    """The scene in ``data``, a JSON value. Raises SceneMistakes with all that is wrong."""
    found = _scene_wide(data, max_layers)
    scene = None
    try:
        scene = Scene.model_validate(_shortened(data))
    except ValidationError as error:
        found += mistakes_in(error, ("layers",))
    if found or scene is None:
        raise SceneMistakes(found[:MAX_MISTAKES])
    return scene


def parse_layer(data: object) -> AnyLayer:
    """The layer in ``data``. Raises SceneMistakes with paths inside the layer."""
    try:
        return _layer.validate_python(data)
    except ValidationError as error:
        raise SceneMistakes(mistakes_in(error, ())[:MAX_MISTAKES]) from error


def _raw_layers(data: object) -> Sequence[object]:
    layers = data.get("layers") if isinstance(data, dict) else None
    return layers if isinstance(layers, list) else ()


def _shortened(data: object) -> object:
    """Without the layers beyond MAX_LAYERS: it is refused anyway, and not worth the time."""
    if isinstance(data, dict) and len(_raw_layers(data)) > MAX_LAYERS:
        return {**data, "layers": data["layers"][:MAX_LAYERS]}
    return data


def _scene_wide(data: object, max_layers: int) -> list[Mistake]:
    """What no single layer can know. Looks at the raw document, so that it adds to other mistakes."""
    layers, limit = _raw_layers(data), min(max_layers, MAX_LAYERS)
    found = []
    if len(layers) > limit:
        found.append(Mistake("layers", f"has {len(layers)} layers; remove some, {limit} are allowed"))
    first_at: dict[str, int] = {}
    for index, layer in enumerate(layers[:MAX_LAYERS]):
        layer_id = layer.get("id") if isinstance(layer, dict) else None
        if not isinstance(layer_id, str):
            continue
        first = first_at.setdefault(layer_id, index)
        if first != index:
            found.append(Mistake(f"layers[{index}].id", f"is also the id of layers[{first}]; choose another"))
    return found
