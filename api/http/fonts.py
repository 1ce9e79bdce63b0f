"""The uploaded fonts that scenes name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scene.document import Scene
from scene.layers import TextLayer
from scene.mistakes import Mistake

UNKNOWN = "is not the id of an uploaded font; POST /assets first"


def unknown_fonts(
    scene: Scene, known: Scene | None, is_here: Callable[[str], bool], *, one_layer: bool
) -> list[Mistake]:
    """Those that there are not; those of ``known`` pass. ``one_layer`` says that paths in mistakes are those
    inside a layer."""
    passing = {font for _, font in _named(known)} if known else set()
    return [
        Mistake("fontAsset" if one_layer and not path.startswith("variants") else path, UNKNOWN)
        for path, font in _named(scene)
        if font not in passing and not is_here(font)
    ]


def _named(scene: Scene) -> Iterator[tuple[str, str]]:
    """The fonts of ``scene`` and its variants: path in the document, and font."""
    for index, layer in enumerate(scene.layers):
        if isinstance(layer, TextLayer) and layer.font_asset is not None:
            yield f"layers[{index}].fontAsset", layer.font_asset
    for name, variant in scene.variants.items():
        for layer_id, overrides in variant.layers.items():
            if isinstance(font := overrides.get("fontAsset"), str):
                yield f"variants.{name}.layers.{layer_id}.fontAsset", font
