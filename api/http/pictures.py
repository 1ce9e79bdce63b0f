"""The pictures of a scene that is about to be kept: found, and what they say of themselves written into it.

A scene names a picture; what lies under that name may be replaced. So an edit writes the address of the bytes
into the document: a version is self-contained, and workers ask for addresses only.
"""

from __future__ import annotations

from typing import Any

from api.http.characters import unknown_characters
from farm.errors import NotFound
from farm.store.assets import AssetRecord, AssetStore
from farm.store.tokens import ADMIN_OWNER
from scene.document import Scene, variant_of
from scene.layers import AnyLayer, FeedLayer, ImageLayer
from scene.mistakes import Mistake, SceneMistakes
from scene.overrides import overriding_assets, with_pictures_of
from scene.variant import Variant

Pictured = ImageLayer | FeedLayer
_MISSING = "is not uploaded; POST /assets first"


class ScenePictures:
    """The pictures that scenes of ``owner`` may show: the owner's, and those of the farm."""

    def __init__(self, assets: AssetStore, owner: str) -> None:
        self._assets = assets
        self._owners = (owner, ADMIN_OWNER)

    def refuse_unknown(self, scene: Scene, *, known: Scene | None = None, one_layer: bool = False) -> None:
        """Raises SceneMistakes for pictures that there are not; those of ``known`` pass.

        ``one_layer`` says that paths in mistakes are those inside a layer.
        """
        passing = {asset for _, asset in _shown(known)} if known else set()
        mistakes = [
            Mistake("asset" if one_layer and not path.startswith("variants") else path, _MISSING)
            for path, asset in _shown(scene)
            if asset not in passing and self._found(asset) is None
        ]
        mistakes += unknown_characters(scene, known, one_layer=one_layer)
        if mistakes:
            raise SceneMistakes(mistakes)

    def settled(self, scene: Scene, known: Scene | None = None) -> Scene:
        """``scene`` with what their pictures say written into the layers that ``known`` has not."""
        same = set(known.layers) if known else set()
        before = {layer.asset: layer for layer in pictured(known)} if known else {}
        layers = [
            self._told(layer, before.get(layer.asset))
            if isinstance(layer, Pictured) and layer not in same
            else layer
            for layer in scene.layers
        ]
        settled = scene.model_copy(update={"layers": tuple(layers)})
        variants = {name: self._settled_variant(settled, name, known) for name in scene.variants}
        return settled.model_copy(update={"variants": variants})

    def _settled_variant(self, scene: Scene, name: str, known: Scene | None) -> Variant:
        """The variant ``name`` with what the pictures say that it shows instead of the scene's."""
        variant = scene.variants[name]
        before = variant_of(known, name) if known and name in known.variants else None
        shown = {layer.id: layer for layer in self.settled(variant_of(scene, name), before).layers}
        return with_pictures_of(variant, shown)

    def _told(self, layer: Pictured, before: Pictured | None) -> AnyLayer:
        """``layer`` as its picture is now; as it was ``before`` when the picture is gone."""
        record = self._found(layer.asset)
        update: dict[str, Any] = {"content": before.content if before else None}
        if record is not None:
            update["content"] = record.id
        if isinstance(layer, FeedLayer):
            update["natural"] = (record.width, record.height) if record else None
        elif record is not None:
            update["frame_ms"] = record.frame_ms or None
        return layer.model_copy(update=update)

    def _found(self, asset: str) -> AssetRecord | None:
        try:
            return self._assets.find(asset, self._owners)
        except NotFound:
            return None


def _shown(scene: Scene) -> list[tuple[str, str]]:
    """The pictures of ``scene`` and its variants: path in the document, and asset."""
    own = [
        (f"layers[{index}].asset", layer.asset)
        for index, layer in enumerate(scene.layers)
        if isinstance(layer, Pictured)
    ]
    return own + overriding_assets(scene)


def pictured(scene: Scene) -> list[Pictured]:
    """The layers of ``scene`` and its variants that show pictures."""
    looks = [scene, *(variant_of(scene, name) for name in scene.variants)]
    return [layer for look in looks for layer in look.layers if isinstance(layer, Pictured)]
