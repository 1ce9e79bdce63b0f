"""The scene document: parsed, checked as a whole, written back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from scene.data import DataValues
from scene.fields import ColourText, Part
from scene.layers import AnyLayer, Layer
from scene.layout import Layout, LayoutTransition
from scene.mistakes import Mistake, SceneMistakes
from scene.runs import Runs
from scene.timeline import Timelines, timeline_mistakes
from scene.viewport import Viewport
from scene.wording import mistakes_in

MAX_LAYERS = 100
"""More than this no scene may hold, whatever its stream allows."""

MAX_MISTAKES = 100
"""So many are reported; who mends them sees the rest."""


class Scene(Part):
    """An immutable scene document."""

    viewport: Viewport = Viewport()
    """What the scene's pixels are counted in."""
    background: ColourText = "#000000"
    """Below all layers; what is clear of it is black."""
    data: DataValues = Field(default_factory=dict)
    """What ``{data.NAME}`` in texts shows until the API sets another value."""
    layout: Layout = Layout()
    """Where the layers with a slot lie."""
    layout_transition: LayoutTransition = LayoutTransition()
    """How these go to their new places."""
    layers: Annotated[tuple[Layer, ...], Field(strict=False, max_length=MAX_LAYERS)] = ()
    """From the lowest to the highest, unless their ``zIndex`` says otherwise."""
    timelines: Timelines = ()
    """What moves layers together."""
    runs: Runs | None = None
    """Of the timelines; written by the farm. None: those that start by themselves are to start."""

    def to_json(self) -> dict[str, Any]:
        """The document with every default written out; :func:`parse_scene` makes an equal scene of it."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


_layer: TypeAdapter[AnyLayer] = TypeAdapter(Layer)


def parse_scene(data: object, *, max_layers: int) -> Scene:
    """The scene in ``data``, a JSON value. Raises SceneMistakes with all that is wrong."""
    listed = _listed_layers(data)
    found = _scene_wide(listed, max_layers)
    scene, layers = None, []
    try:
        scene = Scene.model_validate({**data, "layers": []} if isinstance(data, dict) and listed else data)
    except ValidationError as error:
        found += mistakes_in(error)
    # One by one, so that a flood of mistakes is not looked at to its end.
    for index, layer in enumerate(listed[:MAX_LAYERS]):
        if len(found) >= MAX_MISTAKES:
            break
        try:
            layers.append(parse_layer(layer))
        except SceneMistakes as error:
            found += [mistake.inside(f"layers[{index}]") for mistake in error.mistakes]
    if scene is not None and not found:
        found = timeline_mistakes(scene.timelines, layers, MAX_MISTAKES)
    if found or scene is None:
        raise SceneMistakes(found[:MAX_MISTAKES])
    return scene.model_copy(update={"layers": tuple(layers)})


def parse_layer(data: object) -> AnyLayer:
    """The layer in ``data``. Raises SceneMistakes with paths inside the layer."""
    try:
        return _layer.validate_python(data)
    except ValidationError as error:
        # pydantic begins a path with the kind of the layer, which is no step in the document.
        raise SceneMistakes(mistakes_in(error, skipped_steps=1)[:MAX_MISTAKES]) from error


def _listed_layers(data: object) -> Sequence[object]:
    layers = data.get("layers") if isinstance(data, dict) else None
    return layers if isinstance(layers, list) else ()


def _scene_wide(layers: Sequence[object], max_layers: int) -> list[Mistake]:
    """What no single layer can know. Looks at the layers as written, so that it adds to their mistakes."""
    limit = min(max_layers, MAX_LAYERS)
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
