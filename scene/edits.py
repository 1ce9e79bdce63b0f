"""Changes to a scene: each gives a new scene and leaves the old one as it is.

Mistakes in what is added or changed have paths inside that layer; those that it makes in a variant begin
with ``variants``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from scene.animation import AfterRevision, Start
from scene.document import (
    MAX_LAYERS,
    MAX_MISTAKES,
    Scene,
    check_variants,
    layer_to_json,
    parse_layer,
    parse_scene,
)
from scene.glides import LayerTransition, glides_after
from scene.layers import AnyLayer, ImageLayer, british
from scene.merging import merged
from scene.mistakes import Mistake, SceneMistakes, UnknownLayer
from scene.overrides import changed_overrides, settled_overrides, with_renamed_layer, without_layer
from scene.performance import runs_after_edit
from scene.timeline import timeline_mistakes
from scene.wording import mistakes_in


def find_layer(scene: Scene, layer_id: str) -> AnyLayer:
    """The layer with this id. Raises UnknownLayer."""
    return scene.layers[_index(scene, layer_id)]


def add_layer(scene: Scene, data: object, *, max_layers: int = MAX_LAYERS) -> Scene:
    """With the layer in ``data`` behind the others of the list. Raises SceneMistakes."""
    layer = parse_layer(data)
    _refuse_taken_id(scene, layer.id)
    limit = min(max_layers, MAX_LAYERS)
    if len(scene.layers) >= limit:
        raise SceneMistakes([Mistake("layers", f"holds {limit} layers already; remove one first")])
    return _with_layers(scene, (*scene.layers, layer))


def change_layer(scene: Scene, layer_id: str, changes: object) -> Scene:
    """With ``changes`` merged into a layer: objects field by field, lists as a whole, null sets back to the
    default (RFC 7396). With a ``transition`` among them what can be animated goes there, else it is there at
    once. Raises UnknownLayer, and SceneMistakes, also when a timeline moves what the layer has no more."""
    index = _index(scene, layer_id)
    if not isinstance(changes, dict):
        raise SceneMistakes([Mistake(".", "must be an object with the fields to change")])
    how, fields = _transition(changes), {name: new for name, new in changes.items() if name != "transition"}
    before = layer_to_json(scene.layers[index])
    layer = parse_layer(merged(before, british(fields)))
    glides = glides_after(before, layer_to_json(layer), layer.glides, how)
    if glides != layer.glides:
        layer = layer.model_copy(update={"glides": glides})
    variants = scene.variants
    if layer.id != layer_id:
        _refuse_taken_id(scene, layer.id)
        variants = with_renamed_layer(variants, layer_id, layer.id)
    layers = (*scene.layers[:index], layer, *scene.layers[index + 1 :])
    return _consistent(scene.model_copy(update={"layers": layers, "variants": variants}))


def change_scene(scene: Scene, changes: Mapping[str, Any], *, max_layers: int = MAX_LAYERS) -> Scene:
    """With ``changes`` merged into the scene, as into a layer. Raises SceneMistakes, with paths in it."""
    if "layers" in changes:
        raise SceneMistakes([Mistake("layers", "are changed one by one, or with the scene as a whole")])
    limit = max(max_layers, len(scene.layers))
    return parse_scene(merged(scene.to_json(), changes), max_layers=limit)


def remove_layer(scene: Scene, layer_id: str) -> Scene:
    """Without one layer, in every variant. Raises UnknownLayer, and SceneMistakes if a timeline moves it."""
    index = _index(scene, layer_id)
    variants = without_layer(scene.variants, layer_id)
    layers = scene.layers[:index] + scene.layers[index + 1 :]
    return _consistent(scene.model_copy(update={"layers": layers, "variants": variants}))


def settle_starts(scene: Scene, revision: int, *, now: Start | None = None) -> Scene:
    """With all animations and moving pictures that start "now" starting with ``revision``, which it becomes,
    or at the moment ``now`` if it is given.

    A start with a later revision comes from another stream's document; it means "now" here.
    """
    now = AfterRevision(revision=revision) if now is None else now
    said = now.model_dump(mode="json") if isinstance(now, AfterRevision) else now
    variants = changed_overrides(
        scene.variants, lambda _layer, overrides: settled_overrides(overrides, revision, said)
    )
    layers = tuple(
        _with_starts(layer, lambda start: _started(start, revision, now)) for layer in scene.layers
    )
    return scene.model_copy(update={"layers": layers, "variants": variants})


def settle_on_air(scene: Scene, since: Start) -> Scene:
    """With all that starts "onAir" starting at ``since``, when the scene (no variant) went on program."""
    layers = tuple(
        _with_starts(layer, lambda start: since if start == "onAir" else start) for layer in scene.layers
    )
    return _with_layers(scene, layers)


def with_runs(old: Scene, new: Scene, revision: int, *, taken: bool = False) -> Scene:
    """``new``, which becomes ``revision``, with the runs of ``old``; see
    :func:`scene.performance.runs_after_edit`."""
    runs = runs_after_edit(old, new, revision, taken=taken)
    return new if new.runs == runs else new.model_copy(update={"runs": runs})


def _index(scene: Scene, layer_id: str) -> int:
    for index, layer in enumerate(scene.layers):
        if layer.id == layer_id:
            return index
    raise UnknownLayer(layer_id)


def _refuse_taken_id(scene: Scene, layer_id: str) -> None:
    if any(layer.id == layer_id for layer in scene.layers):
        raise SceneMistakes([Mistake("id", f"{layer_id} is another layer's id; choose another")])


def _transition(changes: Mapping[str, Any]) -> LayerTransition | None:
    if changes.get("transition") is None:
        return None
    try:
        return LayerTransition.model_validate(changes["transition"])
    except ValidationError as error:
        raise SceneMistakes([found.inside("transition") for found in mistakes_in(error)]) from error


def _with_layers(scene: Scene, layers: tuple[AnyLayer, ...]) -> Scene:
    return scene.model_copy(update={"layers": layers})


def _consistent(scene: Scene) -> Scene:
    """``scene``, if its timelines and variants go with its layers."""
    if mistakes := timeline_mistakes(scene.timelines, scene.layers, MAX_MISTAKES):
        raise SceneMistakes(mistakes)
    check_variants(scene)
    return scene


def _with_starts(layer: AnyLayer, settled: Callable[[Start], Start]) -> AnyLayer:
    update: dict[str, Any] = {}
    animations = tuple(
        animation.model_copy(update={"start": settled(animation.start)}) for animation in layer.animations
    )
    if animations != layer.animations:
        update["animations"] = animations
    if isinstance(layer, ImageLayer) and layer.moving:
        update["start"] = settled(layer.start)
    glides = tuple(glide.model_copy(update={"start": settled(glide.start)}) for glide in layer.glides)
    if glides != layer.glides:
        update["glides"] = glides
    return layer.model_copy(update=update) if update else layer


def _started(start: Start, revision: int, now: Start) -> Start:
    if start == "now" or (isinstance(start, AfterRevision) and start.revision > revision):
        return now
    return start
