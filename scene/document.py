"""The scene document: parsed, checked as a whole, written back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from scene.data import DataValues
from scene.fields import ColourText, Name, Part
from scene.glides import glides_beside
from scene.layers import AnyLayer, Layer, british
from scene.layout import Layout, LayoutTransition
from scene.merging import merged
from scene.mistakes import Mistake, SceneMistakes, UnknownVariant
from scene.runs import Runs
from scene.timeline import Timelines, timeline_mistakes
from scene.triggers import Triggers, trigger_mistakes
from scene.variant import Variant, Variants
from scene.viewport import Viewport
from scene.wording import mistakes_in

MAX_LAYERS = 100
"""More than this no scene may hold, whatever its stream allows."""

MAX_FONTS = 200
"""Names that texts of a scene and its variants may call fonts by."""

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
    triggers: Triggers = ()
    """What sets timelines off."""
    runs: Runs | None = None
    """Of the timelines; written by the farm. None: those that start by themselves are to start."""
    fonts: Annotated[dict[Name, Name], Field(max_length=MAX_FONTS)] | None = None
    """The ids of fonts that texts call by their names; written by the farm."""
    variants: Variants = Field(default_factory=dict)
    """The same scene for canvases of other proportions."""

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
        found += trigger_mistakes(scene.triggers, scene.timelines)
    if found or scene is None:
        raise SceneMistakes(found[:MAX_MISTAKES])
    scene = scene.model_copy(update={"layers": tuple(layers)})
    check_variants(scene)
    return scene


def parse_layer(data: object) -> AnyLayer:
    """The layer in ``data``. Raises SceneMistakes with paths inside the layer."""
    try:
        return _layer.validate_python(data)
    except ValidationError as error:
        # pydantic begins a path with the kind of the layer, which is no step in the document.
        raise SceneMistakes(mistakes_in(error, skipped_steps=1)[:MAX_MISTAKES]) from error


def layer_to_json(layer: AnyLayer) -> dict[str, Any]:
    """One layer as it stands in its document, with every default written out."""
    return layer.model_dump(mode="json", by_alias=True, exclude_none=True)


def variant_of(scene: Scene, name: str) -> Scene:
    """``scene`` as its variant ``name`` is, without any variants. Raises UnknownVariant."""
    variant = scene.variants.get(name)
    if variant is None:
        raise UnknownVariant(name, list(scene.variants))
    layers = tuple(_moved(layer, variant) for layer in _overridden(scene, variant, []))
    update = {"viewport", "background", "layout", "layout_transition"}
    own = {field: value for field in update if (value := getattr(variant, field)) is not None}
    return scene.model_copy(update={**own, "layers": layers, "variants": {}})


def check_variants(scene: Scene) -> None:
    """Raises SceneMistakes where a variant does not go with the layers of ``scene``."""
    found: list[Mistake] = []
    ids = {layer.id for layer in scene.layers}
    for name, variant in scene.variants.items():
        mistakes = [
            Mistake(f"layers.{layer_id}", "is not a layer of the scene; add it there, or remove it here")
            for layer_id in variant.layers
            if layer_id not in ids
        ]
        layers = []
        for layer in _overridden(scene, variant, mistakes):
            layers.append(layer)
            if len(found) + len(mistakes) >= MAX_MISTAKES:
                break
        if not mistakes:
            mistakes = timeline_mistakes(scene.timelines, layers, MAX_MISTAKES)
        found += [mistake.inside(f"variants.{name}") for mistake in mistakes]
    if found:
        raise SceneMistakes(found[:MAX_MISTAKES])


def _overridden(scene: Scene, variant: Variant, mistakes: list[Mistake]) -> Iterator[AnyLayer]:
    """The layers as ``variant`` has them; what is wrong with some of them is added to ``mistakes``."""
    for layer in scene.layers:
        overrides = variant.layers.get(layer.id)
        if overrides is None:
            yield layer
        elif overrides.get("id", layer.id) != layer.id:
            mistakes.append(Mistake(f"layers.{layer.id}.id", "cannot differ in a variant; remove it"))
        else:
            try:
                varied = parse_layer(merged(layer_to_json(layer), british(overrides)))
                yield varied.model_copy(update={"glides": glides_beside(varied.glides, overrides)})
            except SceneMistakes as error:
                mistakes += [mistake.inside(f"layers.{layer.id}") for mistake in error.mistakes]


def _moved(layer: AnyLayer, variant: Variant) -> AnyLayer:
    """With the way that it goes to its box in the variant's layout, which is not the scene's."""
    move = variant.layout_moves.get(layer.id)
    return layer if layer.layout_move == move else layer.model_copy(update={"layout_move": move})


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
