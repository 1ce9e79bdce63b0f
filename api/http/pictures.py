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
from scene.document import Scene
from scene.layers import AnyLayer, FeedLayer, ImageLayer
from scene.mistakes import Mistake, SceneMistakes

Pictured = ImageLayer | FeedLayer


class ScenePictures:
    """The pictures that scenes of ``owner`` may show: the owner's, and those of the farm."""

    def __init__(self, assets: AssetStore, owner: str) -> None:
        self._assets = assets
        self._owners = (owner, ADMIN_OWNER)

    def refuse_unknown(self, scene: Scene, *, known: Scene | None = None, one_layer: bool = False) -> None:
        """Raises SceneMistakes for pictures that there are not; those of ``known`` pass.

        ``one_layer`` says that paths in mistakes are those inside a layer.
        """
        passing = {layer.asset for layer in pictured(known)} if known else set()
        mistakes = [
            Mistake("asset" if one_layer else f"layers[{index}].asset", "is not uploaded; POST /assets first")
            for index, layer in enumerate(scene.layers)
            if isinstance(layer, Pictured) and layer.asset not in passing and self._found(layer.asset) is None
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
        return scene.model_copy(update={"layers": tuple(layers)})

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


def pictured(scene: Scene) -> list[Pictured]:
    """The layers of ``scene`` that show pictures."""
    return [layer for layer in scene.layers if isinstance(layer, Pictured)]
