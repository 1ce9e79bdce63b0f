"""The characters of a scene that is about to be kept."""

from __future__ import annotations

from typing import NamedTuple

from api.http.services import Services
from farm.characters.built_in import BUILT_IN, built_in
from scene.document import Scene
from scene.layers import CharacterLayer
from scene.mistakes import Mistake


class CharacterRig(NamedTuple):
    """What a character can show."""

    emotions: tuple[str, ...]
    visemes: tuple[str, ...]


def rig_of(_farm: Services, layer: CharacterLayer) -> CharacterRig | None:
    """What the character of ``layer`` can show; None when it is not there."""
    if layer.character not in BUILT_IN:
        return None
    rig = built_in(layer.character).puppet.rig
    return CharacterRig(rig.emotions, tuple(rig.mouth.visemes) if rig.mouth else ())


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
