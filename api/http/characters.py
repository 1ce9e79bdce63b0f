"""The characters that scenes may show: those that come with the farm, and uploaded packages by their ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from api.http.services import Services
from farm.characters.built_in import BUILT_IN, built_in
from farm.characters.files import ZipFiles
from farm.characters.package import read_manifest
from farm.errors import AssetRefused, NotFound
from farm.store.assets import AssetStore
from scene.document import Scene
from scene.layers import CharacterLayer
from scene.mistakes import Mistake
from scene.rig import Rig

UNKNOWN = f"is not here; it must be {', '.join(BUILT_IN)} or the id of an uploaded character (POST /assets)"


class CharacterRig(NamedTuple):
    """What a character can show."""

    emotions: tuple[str, ...]
    visemes: tuple[str, ...]


def unknown_characters(
    scene: Scene, known: Scene | None, is_here: Callable[[str], bool], *, one_layer: bool
) -> list[Mistake]:
    """Those that there are not; those of ``known`` pass. ``is_here`` says it of uploaded ones.

    ``one_layer`` says that paths in mistakes are those inside a layer.
    """
    passing = {character for _, character in _named(known)} if known else set()
    return [
        Mistake("character" if one_layer and not path.startswith("variants") else path, UNKNOWN)
        for path, character in _named(scene)
        if character not in BUILT_IN and character not in passing and not is_here(character)
    ]


def rig_of(farm: Services, layer: CharacterLayer) -> CharacterRig | None:
    """What the character of ``layer`` can show; None when it is not here any more."""
    try:
        if layer.character in BUILT_IN:
            return _shown_by(built_in(layer.character).puppet.rig)
        return _rig(farm.assets, layer.character)
    except (NotFound, AssetRefused):
        return None


@lru_cache(maxsize=256)
def _rig(assets: AssetStore, asset: str) -> CharacterRig:
    """Of an uploaded package, whose bytes never change. Raises NotFound, AssetRefused, StoreUnavailable."""
    return _shown_by(read_manifest(ZipFiles(assets.data(asset))))


def _shown_by(rig: Rig) -> CharacterRig:
    return CharacterRig(rig.emotions, tuple(rig.mouth.visemes) if rig.mouth else ())


def _named(scene: Scene) -> Iterator[tuple[str, str]]:
    """The characters of ``scene`` and its variants: path in the document, and character."""
    for index, layer in enumerate(scene.layers):
        if isinstance(layer, CharacterLayer):
            yield f"layers[{index}].character", layer.character
    for name, variant in scene.variants.items():
        for layer_id, overrides in variant.layers.items():
            if isinstance(character := overrides.get("character"), str):
                yield f"variants.{name}.layers.{layer_id}.character", character
