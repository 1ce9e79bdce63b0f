"""Animated pictures that are playing: open decoders, so that the next frame costs one frame.

Frames come in their order nearly always. One that lies further ahead costs the frames between, one that lies
back the frames from the first; ``farm.moving_images`` bounds both to about a second.
"""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from farm.moving_images import MovingImage
from workers.cache import RecentCache

MAX_OPEN = 8
"""Each holds its file's bytes and a frame or two."""


class Films:
    """The animations that this process played last."""

    def __init__(self) -> None:
        self._open: RecentCache[str, MovingImage] = RecentCache(MAX_OPEN)

    def frame(self, asset: str, index: int, data: Callable[[str], bytes]) -> Image.Image:
        """Frame ``index`` of ``asset``, RGBA; ``data`` gives its file. Raises AssetRefused."""
        film = self._open.get(asset)
        if film is None:
            film = MovingImage(data(asset))
            outdated = self._open.put(asset, film)
            if outdated is not None:
                outdated.close()
        return film.frame(index)
