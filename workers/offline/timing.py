"""What a farm writes into a scene when it is kept, done for a scene that comes from a file."""

from __future__ import annotations

from farm.errors import AssetRefused, NotFound
from farm.images import inspect_image
from farm.moving_images import frame_times_ms
from farm.settings import Settings
from scene.document import Scene
from scene.layers import AnyLayer, FeedLayer, ImageLayer
from scene.show import Show
from scene.show_edits import with_stinger_times
from workers.assets import AssetSource

_NOT_FETCHED = "not fetched without a farm; name a file of --assets as the asset"


def with_show_told(show: Show, source: AssetSource, settings: Settings) -> Show:
    """``show`` with what its scenes' pictures say of themselves."""
    for name in show.scenes:
        show = show.with_scene(name, with_pictures_told(show.scene(name), source, settings))
    return with_stinger_times(show, lambda asset: _frame_ms(asset, source))


def with_pictures_told(scene: Scene, source: AssetSource, settings: Settings) -> Scene:
    """``scene`` with what its pictures say of themselves: how long their frames stand, how large they are."""
    layers = [_told(layer, source, settings) for layer in scene.layers]
    return scene.model_copy(update={"layers": tuple(layers)})


def _told(layer: AnyLayer, source: AssetSource, settings: Settings) -> AnyLayer:
    if not isinstance(layer, ImageLayer | FeedLayer):
        return layer
    if layer.url is not None and layer.content is None:
        return layer.model_copy(update={"problem": _NOT_FETCHED})
    limits = {"max_bytes": settings.asset_max_bytes, "max_pixels": settings.asset_max_pixels}
    try:
        data = source.data(layer.address)
        if isinstance(layer, FeedLayer):
            info = inspect_image(data, **limits)
            return layer.model_copy(update={"natural": (info.width, info.height)})
        return layer.model_copy(update={"frame_ms": frame_times_ms(data) or None})
    except (NotFound, AssetRefused):  # the painter says what is wrong with it
        return layer


def _frame_ms(asset: str, source: AssetSource) -> tuple[int, ...] | None:
    try:
        return frame_times_ms(source.data(asset))
    except (NotFound, AssetRefused):
        return None
