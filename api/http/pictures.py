"""The pictures of a scene that is about to be kept: found, and what they say of themselves written into it.

A scene names a picture; what lies under that name may be replaced. So an edit writes the address of the bytes
into the document: a version is self-contained, and workers ask for addresses only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from api.http.characters import unknown_characters
from api.http.fonts import unknown_fonts, with_fonts
from farm.errors import NotFound
from farm.store.assets import AssetRecord, AssetStore
from farm.store.imports import ImportStore
from farm.store.tokens import ADMIN_OWNER
from scene.document import Scene, variant_of
from scene.layers import AnyLayer, FeedLayer, ImageLayer
from scene.mistakes import Mistake, SceneMistakes
from scene.overrides import overriding_assets, with_pictures_of
from scene.source import MAX_PROBLEM
from scene.transitions import AnyTransition, Stinger
from scene.variant import Variant

Pictured = ImageLayer | FeedLayer
_MISSING = "is not uploaded; POST /assets first"

Shows = Callable[[Pictured], bool]
"""Picks layers out by the picture that they show."""


class ScenePictures:
    """The pictures that scenes of ``owner`` may show: the owner's, and those of the farm."""

    def __init__(self, assets: AssetStore, imports: ImportStore, owner: str) -> None:
        self._assets = assets
        self._imports = imports
        self._owner = owner

    def refuse_unknown(
        self, scene: Scene, *, known: Scene | None = None, one_layer: bool = False, within: str = ""
    ) -> None:
        """Raises SceneMistakes for pictures that there are not; those of ``known`` pass.

        ``one_layer`` says that paths in mistakes are those inside a layer; ``within`` is where the scene lies
        in its show.
        """
        passing = {asset for _, asset in _shown(known)} if known else set()
        mistakes = [
            Mistake("asset" if one_layer and not path.startswith("variants") else path, _MISSING)
            for path, asset in _shown(scene)
            if asset not in passing and self._found(asset) is None
        ]
        mistakes += unknown_characters(scene, known, self._has_character, one_layer=one_layer)
        mistakes += unknown_fonts(scene, known, self._has_font, one_layer=one_layer)
        if mistakes:
            raise SceneMistakes([mistake.inside(within) for mistake in mistakes] if within else mistakes)

    def stinger(self, transition: AnyTransition) -> AnyTransition:
        """``transition`` with what the picture of a stinger says of itself. Raises SceneMistakes when there
        is none."""
        if not isinstance(transition, Stinger):
            return transition
        record = self._found(transition.asset)
        if record is None:
            raise SceneMistakes([Mistake("transition.asset", _MISSING)])
        return transition.model_copy(update={"content": record.id, "frame_ms": record.frame_ms or None})

    def settled(self, scene: Scene, known: Scene | None = None) -> Scene:
        """``scene`` with what their pictures say written into the layers that ``known`` has not."""
        same = set(known.layers) if known else set()
        scene = with_fonts(scene, known, self._font_id)
        own = self._with_told(scene, lambda layer: layer not in same, known)

        def settled_variant(name: str) -> Scene:
            before = variant_of(known, name) if known and name in known.variants else None
            return self.settled(variant_of(own, name), before)

        return _with_variants(own, settled_variant)

    def resettled(self, scene: Scene, shows: Shows) -> Scene:
        """``scene`` with what their pictures say now in the layers that ``shows`` picks out."""
        own = self._with_told(scene, shows, scene)
        return _with_variants(own, lambda name: self.resettled(variant_of(own, name), shows))

    def order(self, scene: Scene) -> None:
        """Have fetched what ``scene`` names by its URL and what is not here yet."""
        for url in dict.fromkeys(layer.url for layer in pictured(scene) if layer.loading):
            if url is not None:
                self._imports.order(self._owner, url)

    def natural_size(self, layer: Pictured) -> tuple[int, int] | None:
        """Width and height of its picture, of one cell of a sheet, px; None when that is not here."""
        record, _ = self._picture_of(layer)
        if record is None:
            return None
        sprite = layer.sprite if isinstance(layer, ImageLayer) else None
        columns, rows = (sprite.columns, sprite.rows) if sprite else (1, 1)
        return max(1, record.width // columns), max(1, record.height // rows)

    def _with_told(self, scene: Scene, which: Shows, known: Scene | None) -> Scene:
        own = [layer for layer in known.layers if isinstance(layer, Pictured)] if known else []
        before = {layer.asset: layer.content for layer in own}
        layers = [
            self._told(layer, before.get(layer.asset))
            if isinstance(layer, Pictured) and which(layer)
            else layer
            for layer in scene.layers
        ]
        return scene.model_copy(update={"layers": tuple(layers)})

    def _told(self, layer: Pictured, before: str | None) -> AnyLayer:
        """``layer`` as its picture is now; an asset that is gone keeps the address that it had ``before``."""
        record, problem = self._picture_of(layer)
        update: dict[str, Any] = {"content": None if layer.asset is None else before, "problem": problem}
        if record is not None:
            update["content"] = record.address
            if record.address != layer.content:
                self._assets.announce(record)
        if isinstance(layer, FeedLayer):
            update["natural"] = (record.width, record.height) if record else None
        elif record is not None:
            update["frame_ms"] = record.frame_ms or None
        return layer.model_copy(update=update)

    def _picture_of(self, layer: Pictured) -> tuple[AssetRecord | None, str | None]:
        """The picture of ``layer`` if it is here, and what is wrong with it."""
        if layer.asset is not None:
            return self._found(layer.asset), None
        known = self._imports.get(self._owner, layer.url) if layer.url else None
        if known is None or self._imports.due_again(known):
            return None, None
        if known.state == "failed":
            return None, known.reason[:MAX_PROBLEM]
        return (self._found(known.asset) if known.state == "loaded" else None), None

    def _found(self, asset: str) -> AssetRecord | None:
        try:
            record = self._assets.find(asset, (self._owner, ADMIN_OWNER))
        except NotFound:
            return None
        return None if record.kind in ("character", "font") else record

    def _has_character(self, asset: str) -> bool:
        try:
            record = self._assets.get(asset)
        except NotFound:
            return False
        return record.kind == "character" and record.owner in (self._owner, ADMIN_OWNER)

    def _has_font(self, asset: str) -> bool:
        return self._font_id(asset) is not None

    def _font_id(self, asset: str) -> str | None:
        try:
            record = self._assets.find(asset, (self._owner, ADMIN_OWNER))
        except NotFound:
            return None
        return record.id if record.kind == "font" else None


def _shown(scene: Scene) -> list[tuple[str, str]]:
    """The pictures of ``scene`` and its variants: path in the document, and asset."""
    own = [
        (f"layers[{index}].asset", layer.asset)
        for index, layer in enumerate(scene.layers)
        if isinstance(layer, Pictured) and layer.asset is not None
    ]
    return own + overriding_assets(scene)


def _with_variants(scene: Scene, told: Callable[[str], Scene]) -> Scene:
    """``scene`` with what its variants say of pictures as in ``told``, each of them as a scene."""
    variants: dict[str, Variant] = {
        name: with_pictures_of(variant, {layer.id: layer for layer in told(name).layers})
        for name, variant in scene.variants.items()
    }
    return scene.model_copy(update={"variants": variants})


def pictured(scene: Scene) -> list[Pictured]:
    """The layers of ``scene`` and its variants that show pictures."""
    return [layer for look in looks_of(scene) for layer in look.layers if isinstance(layer, Pictured)]


def looks_of(scene: Scene) -> list[Scene]:
    """``scene`` itself, and as each of its variants."""
    return [scene, *(variant_of(scene, name) for name in scene.variants)]
