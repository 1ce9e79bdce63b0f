"""Which sprites a worker shares with the others of its host: those that are used again and again.

A layer that grows needs another sprite in every frame, and putting each of them before everybody would cost
more than drawing it. So a sprite is looked at for a while first.
"""

from __future__ import annotations

from dataclasses import dataclass

from workers.blending import Overlay
from workers.cache import ByteCache, RecentCache
from workers.commons import Commons, shareable
from workers.looks import PixelKey, Placed
from workers.painters.painter import Quality
from workers.raster import Sprite

_MANY_USES = 4
_LONG_FRAMES = 600
_MAX_WATCHED = 256

SpriteKey = tuple[PixelKey, Quality]


@dataclass(slots=True)
class _Watched:
    placed: Placed
    since_frame: int
    uses: int = 0


class Sharing:
    """Watches the sprites that were drawn here, and shares those that turn out to stay."""

    def __init__(self, commons: Commons) -> None:
        self._commons = commons
        self._watched: RecentCache[SpriteKey, _Watched] = RecentCache(_MAX_WATCHED)
        self._frame = 0

    def found(self, placed: Placed, quality: Quality) -> Sprite | None:
        """The sprite of ``placed`` if another worker shares it."""
        return self._commons.get(placed, quality)

    def made(self, placed: Placed, quality: Quality) -> None:
        """One was drawn here."""
        if shareable(placed):
            self._watched.put((placed.key, quality), _Watched(placed, self._frame))

    def used(self, key: SpriteKey) -> None:
        """One is drawn with."""
        if self._watched and (watched := self._watched.get(key)) is not None:
            watched.uses += 1

    def share(self, cache: ByteCache[SpriteKey, Sprite | Overlay]) -> None:
        """A frame is finished: share one sprite of ``cache`` at most, and forget what was watched long."""
        self._frame += 1
        for key, watched in self._watched.items() if self._watched else ():
            if watched.uses >= _MANY_USES:
                self._watched.drop(key)
                self._replace(cache, key, watched.placed)
                return
            if self._frame - watched.since_frame > _LONG_FRAMES:
                self._watched.drop(key)

    def _replace(self, cache: ByteCache[SpriteKey, Sprite | Overlay], key: SpriteKey, placed: Placed) -> None:
        own = cache.peek(key)
        if isinstance(own, Sprite):
            common = self._commons.put(placed, key[1], own)
            if common is not None:
                cache.put(key, common, common.bytes)
