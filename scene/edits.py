"""Changes to a scene: each gives a new scene and leaves the old one as it is.

Mistakes in what is added or changed have paths inside that layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scene.animation import AfterRevision, Start
from scene.document import MAX_LAYERS, MAX_MISTAKES, Scene, parse_layer
from scene.layers import AnyLayer, ImageLayer, british
from scene.mistakes import Mistake, SceneMistakes, UnknownLayer
from scene.timeline import timeline_mistakes


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
    default (RFC 7396). Raises UnknownLayer, and SceneMistakes, also when a timeline moves what the layer has
    no more."""
    index = _index(scene, layer_id)
    if not isinstance(changes, dict):
        raise SceneMistakes([Mistake(".", "must be an object with the fields to change")])
    layer = parse_layer(_merged(layer_to_json(scene.layers[index]), british(changes)))
    if layer.id != layer_id:
        _refuse_taken_id(scene, layer.id)
    return _suiting_timelines(_with_layers(scene, (*scene.layers[:index], layer, *scene.layers[index + 1 :])))


def remove_layer(scene: Scene, layer_id: str) -> Scene:
    """Without one layer. Raises UnknownLayer, and SceneMistakes when a timeline moves it."""
    index = _index(scene, layer_id)
    return _suiting_timelines(_with_layers(scene, scene.layers[:index] + scene.layers[index + 1 :]))


def settle_starts(scene: Scene, revision: int) -> Scene:
    """With all animations and moving pictures that start "now" starting with ``revision``, which it becomes.

    A start with a later revision comes from another stream's document; it means "now" here.
    """
    return _with_layers(scene, tuple(_settled(layer, revision) for layer in scene.layers))


def layer_to_json(layer: AnyLayer) -> dict[str, Any]:
    """One layer as it stands in its document, with every default written out."""
    return layer.model_dump(mode="json", by_alias=True, exclude_none=True)


def _index(scene: Scene, layer_id: str) -> int:
    for index, layer in enumerate(scene.layers):
        if layer.id == layer_id:
            return index
    raise UnknownLayer(layer_id)


def _refuse_taken_id(scene: Scene, layer_id: str) -> None:
    if any(layer.id == layer_id for layer in scene.layers):
        raise SceneMistakes([Mistake("id", f"{layer_id} is another layer's id; choose another")])


def _with_layers(scene: Scene, layers: tuple[AnyLayer, ...]) -> Scene:
    return scene.model_copy(update={"layers": layers})


def _suiting_timelines(scene: Scene) -> Scene:
    if mistakes := timeline_mistakes(scene.timelines, scene.layers, MAX_MISTAKES):
        raise SceneMistakes(mistakes)
    return scene


def _merged(old: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for name, change in changes.items():
        value = merged.get(name)
        if change is None:
            merged.pop(name, None)
        elif isinstance(value, dict) and isinstance(change, dict):
            merged[name] = _merged(value, change)
        else:
            merged[name] = change
    return merged


def _settled(layer: AnyLayer, revision: int) -> AnyLayer:
    update: dict[str, Any] = {}
    animations = tuple(
        animation.model_copy(update={"start": _started(animation.start, revision)})
        for animation in layer.animations
    )
    if animations != layer.animations:
        update["animations"] = animations
    if isinstance(layer, ImageLayer) and layer.moving:
        update["start"] = _started(layer.start, revision)
    return layer.model_copy(update=update) if update else layer


def _started(start: Start, revision: int) -> Start:
    if start == "now" or (isinstance(start, AfterRevision) and start.revision > revision):
        return AfterRevision(revision=revision)
    return start
