"""What a farm writes into a scene when it is kept, done for a scene that comes from a file."""

from __future__ import annotations

from farm.errors import AssetRefused, NotFound
from farm.moving_images import frame_times_ms
from scene.document import Scene
from scene.layers import ImageLayer
from workers.assets import AssetSource


def with_frame_times(scene: Scene, source: AssetSource) -> Scene:
    """``scene`` with what its animated pictures say of their frames, so that they play."""
    layers = [_timed(layer, source) if isinstance(layer, ImageLayer) else layer for layer in scene.layers]
    return scene.model_copy(update={"layers": tuple(layers)})


def _timed(layer: ImageLayer, source: AssetSource) -> ImageLayer:
    try:
        times = frame_times_ms(source.data(layer.asset))
    except (NotFound, AssetRefused):  # the painter says what is wrong with it
        return layer
    return layer.model_copy(update={"frame_ms": times or None})
