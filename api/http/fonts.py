"""The uploaded fonts that scenes name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scene.document import Scene
from scene.layers import TextLayer
from scene.mistakes import Mistake

UNKNOWN = "is not the id or the name of an uploaded font; POST /assets first"


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


def with_fonts(scene: Scene, known: Scene | None, id_of: Callable[[str], str | None]) -> Scene:
    """``scene`` with the ids of the fonts that it calls by their names, so that a version is self-contained:
    as ``known`` has them, else the newest of that name."""
    before = (known.fonts if known else None) or {}
    names = dict.fromkeys(font for _, font in _named(scene))
    ids = {name: before.get(name) or id_of(name) for name in names}
    fonts = {name: found for name, found in ids.items() if found is not None and found != name}
    return scene.model_copy(update={"fonts": fonts or None})


def _named(scene: Scene) -> Iterator[tuple[str, str]]:
    """The fonts of ``scene`` and its variants: path in the document, and font."""
    for index, layer in enumerate(scene.layers):
        if isinstance(layer, TextLayer) and layer.font_asset is not None:
            yield f"layers[{index}].fontAsset", layer.font_asset
    for name, variant in scene.variants.items():
        for layer_id, overrides in variant.layers.items():
            if isinstance(font := overrides.get("fontAsset"), str):
                yield f"variants.{name}.layers.{layer_id}.fontAsset", font
