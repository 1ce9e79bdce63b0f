"""What an edit changed, in a few words for people: the line of a scene's history."""

from __future__ import annotations

from collections.abc import Iterator

from scene.document import Scene, layer_to_json
from scene.layers import AnyLayer

MAX_SUMMARY = 200
"""Characters; what is beyond them is left out and shown as an ellipsis."""

MAX_NAMED = 6
"""So many layers, or fields of one layer, are named; the rest is counted."""


def describe_change(old: Scene, new: Scene) -> str:
    """How ``new`` differs from ``old``: ``"added dot; title: opacity, text"``. Empty when it does not."""
    text = "; ".join((*_scene_fields(old, new), *_layers(old, new)))
    return text if len(text) <= MAX_SUMMARY else f"{text[: MAX_SUMMARY - 1]}…"


def _scene_fields(old: Scene, new: Scene) -> Iterator[str]:
    for name in type(new).model_fields:
        if name != "layers" and getattr(old, name) != getattr(new, name):
            yield name


def _layers(old: Scene, new: Scene) -> Iterator[str]:
    before = {layer.id: layer for layer in old.layers}
    after = {layer.id: layer for layer in new.layers}
    if added := [name for name in after if name not in before]:
        yield f"added {_listed(added)}"
    if removed := [name for name in before if name not in after]:
        yield f"removed {_listed(removed)}"
    stayed = [name for name in after if name in before]
    if changed := [name for name in stayed if after[name] != before[name]]:
        if len(changed) <= MAX_NAMED:
            yield from (_fields(before[name], after[name]) for name in changed)
        else:
            yield f"changed {_listed(changed)}"
    if stayed != [name for name in before if name in after]:
        yield "the order of the layers"


def _fields(old: AnyLayer, new: AnyLayer) -> str:
    """``"title: opacity, text"``."""
    before, after = layer_to_json(old), layer_to_json(new)
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return f"{new.id}: {_listed(names)}"


def _listed(names: list[str]) -> str:
    if len(names) <= MAX_NAMED:
        return ", ".join(names)
    return f"{', '.join(names[:MAX_NAMED])} and {len(names) - MAX_NAMED} more"
