"""The characters of a scene that is about to be kept."""

from __future__ import annotations

from farm.characters.built_in import BUILT_IN
from scene.document import Scene
from scene.layers import CharacterLayer
from scene.mistakes import Mistake

UNKNOWN = f"must be a character that is there: {', '.join(BUILT_IN)}"


def unknown_characters(scene: Scene, known: Scene | None, *, one_layer: bool) -> list[Mistake]:
    """Those that there are not; those of ``known`` pass.

    ``one_layer`` says that paths in mistakes are those inside a layer.
    """
    acting = {layer.character for layer in known.layers if isinstance(layer, CharacterLayer)} if known else ()
    return [
        Mistake("character" if one_layer else f"layers[{index}].character", UNKNOWN)
        for index, layer in enumerate(scene.layers)
        if isinstance(layer, CharacterLayer) and layer.character not in {*acting, *BUILT_IN}
    ]
