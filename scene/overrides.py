"""What becomes of variants' overrides when the scene is edited."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import JsonValue

from scene.document import Scene, layer_to_json
from scene.layers import AnyLayer
from scene.variant import Overrides, Variant

VariantsByName = Mapping[str, Variant]
_OF_PICTURES = ("content", "problem", "natural", "frameMs")
"""Fields that the farm writes, of pictures."""

Change = Callable[[str, Overrides], Overrides]
"""A layer's id and its overrides; what these shall be."""


def changed_overrides(variants: VariantsByName, change: Change) -> dict[str, Variant]:
    """``variants`` with the overrides that ``change`` makes of theirs."""
    return {
        name: variant.model_copy(
            update={
                "layers": {layer: change(layer, overrides) for layer, overrides in variant.layers.items()}
            }
        )
        for name, variant in variants.items()
    }


def without_layer(variants: VariantsByName, layer_id: str) -> dict[str, Variant]:
    """``variants`` of a scene that loses the layer."""
    return {name: _renamed(variant, layer_id, None) for name, variant in variants.items()}


def with_renamed_layer(variants: VariantsByName, old: str, new: str) -> dict[str, Variant]:
    """``variants`` of a scene whose layer ``old`` is called ``new`` from now on."""
    return {name: _renamed(variant, old, new) for name, variant in variants.items()}


def overriding_assets(scene: Scene) -> list[tuple[str, str]]:
    """The pictures that variants show instead of the scene's: path in the document, and asset."""
    return [
        (f"variants.{name}.layers.{layer}.asset", asset)
        for name, variant in scene.variants.items()
        for layer, overrides in variant.layers.items()
        if isinstance(asset := overrides.get("asset"), str)
    ]


def with_pictures_of(variant: Variant, layers: Mapping[str, AnyLayer]) -> Variant:
    """``variant`` in which those overrides that show another picture say what ``layers`` know of it."""
    overrides = {
        layer_id: _pictured(own, layer_to_json(layers[layer_id])) if {"asset", "url"} & own.keys() else own
        for layer_id, own in variant.layers.items()
    }
    return variant.model_copy(update={"layers": overrides})


def _pictured(overrides: Overrides, layer: Overrides) -> Overrides:
    # Another picture that moves plays from its beginning, which is its first revision.
    begins: Overrides = {"start": "now"} if "frameMs" in layer and "start" not in overrides else {}
    return {**overrides, **begins, **{field: layer.get(field) for field in _OF_PICTURES}}


def settled_overrides(overrides: Overrides, revision: int, now: JsonValue) -> Overrides:
    """``overrides``, which become a part of ``revision``, in which what starts "now" starts at ``now``."""
    settled = dict(overrides)
    if "start" in settled:
        settled["start"] = _started(settled["start"], revision, now)
    animations = settled.get("animations")
    if isinstance(animations, list):
        settled["animations"] = [
            {**animation, "start": _started(animation.get("start"), revision, now)}
            if isinstance(animation, dict)
            else animation
            for animation in animations
        ]
    return settled


def _started(start: JsonValue, revision: int, now: JsonValue) -> JsonValue:
    """None and "now" alike; a later revision comes from another stream's document."""
    later = isinstance(start, dict) and _revision_of(start) > revision
    return now if start is None or start == "now" or later else start


def _revision_of(start: Mapping[str, Any]) -> int:
    revision = start.get("revision")
    return revision if isinstance(revision, int) else 0


def _renamed(variant: Variant, old: str, new: str | None) -> Variant:
    """With what is said of the layer ``old`` said of ``new``; of none when that is None."""
    if old not in variant.layers and old not in variant.layout_moves:
        return variant
    update: dict[str, dict[str, Any]] = {}
    by_layer: tuple[tuple[str, Mapping[str, Any]], ...] = (
        ("layers", variant.layers),
        ("layout_moves", variant.layout_moves),
    )
    for field, entries in by_layer:
        kept = ((new if layer == old else layer, entry) for layer, entry in entries.items())
        update[field] = {layer: entry for layer, entry in kept if layer is not None}
    return variant.model_copy(update=update)
