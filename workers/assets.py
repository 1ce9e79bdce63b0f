"""Uploaded pictures as the painters want them: decoded once, kept in bounded memory.

A picture is loaded while its first frame waits, so that no frame shows a half-way state; one that is missing
or broken is looked for again at most once a second, so that it delays nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from farm.clock import Clock
from farm.errors import AssetRefused, DrawFailed, NotFound
from farm.images import decode_image
from farm.settings import Settings
from workers.cache import ByteCache, RecentCache
from workers.films import Films
from workers.painters.image import MISSING_SIZE, PictureState

MAX_KEPT_PX = 3840 * 2160
"""A picture with more pixels is kept smaller; no canvas shows more of them."""

RETRY_NS = 1_000_000_000
SETTLED_NS = 3_000_000_000
"""So long after this process first had a picture another worker may not have it yet."""

_MAX_STATES = 1024


@dataclass(frozen=True, slots=True)
class _Known:
    width: int
    height: int
    problem: str | None
    since_ns: int


class AssetSource(Protocol):
    """Where the bytes of pictures come from."""

    def data(self, asset_id: str) -> bytes:
        """The bytes of one picture. Raises NotFound, AssetRefused, StoreUnavailable."""
        ...


class AssetPictures:
    """Pictures by asset id. All methods raise StoreUnavailable when their source does not answer.

    ``settled_ns`` is how long after this process first had a picture another one may not have it yet.
    """

    def __init__(
        self,
        source: AssetSource,
        clock: Clock,
        settings: Settings,
        cache_bytes: int,
        settled_ns: int = SETTLED_NS,
    ) -> None:
        self._source = source
        self._settled_ns = settled_ns
        self._clock = clock
        self._limits = {"max_bytes": settings.asset_max_bytes, "max_pixels": settings.asset_max_pixels}
        self._known: RecentCache[str, _Known] = RecentCache(_MAX_STATES)
        self._films = Films()
        self.cache: ByteCache[tuple[str, int], Image.Image] = ByteCache(cache_bytes)

    def state(self, asset: str) -> PictureState:
        """What is known of ``asset`` now."""
        now_ns = self._clock.monotonic_ns()
        known = self._known.get(asset)
        if known is None or (known.problem is not None and now_ns - known.since_ns >= RETRY_NS):
            known = self._look(asset, now_ns)
            self._known.put(asset, known)
        settled = known.problem is None and now_ns - known.since_ns >= self._settled_ns
        return PictureState(known.width, known.height, known.problem, settled)

    def picture(self, asset: str, frame: int) -> Image.Image:
        """The pixels of ``asset``, premultiplied. Raises DrawFailed when they are gone."""
        picture = self.cache.get((asset, frame))
        if picture is None:
            try:
                picture = self._load(asset)[0] if frame == 0 else self._load_frame(asset, frame)
            except (NotFound, AssetRefused) as error:
                raise DrawFailed(error.message) from error
        return picture

    def _look(self, asset: str, now_ns: int) -> _Known:
        try:
            _, size = self._load(asset)
        except (NotFound, AssetRefused) as error:
            return _Known(*MISSING_SIZE, error.message, now_ns)
        return _Known(*size, None, now_ns)

    def _load(self, asset: str) -> tuple[Image.Image, tuple[int, int]]:
        """The picture, kept, and the size that it was uploaded with. Raises NotFound, AssetRefused."""
        image = decode_image(self._source.data(asset), **self._limits)
        return self._kept(asset, 0, image), image.size

    def _load_frame(self, asset: str, frame: int) -> Image.Image:
        """A later frame of an animation, kept. Raises NotFound, AssetRefused."""
        return self._kept(asset, frame, self._films.frame(asset, frame, self._source.data))

    def _kept(self, asset: str, frame: int, image: Image.Image) -> Image.Image:
        picture, pixels = image.convert("RGBa"), image.width * image.height
        if pixels > MAX_KEPT_PX:
            shrink = (MAX_KEPT_PX / pixels) ** 0.5
            smaller = (max(1, int(image.width * shrink)), max(1, int(image.height * shrink)))
            picture = picture.resize(smaller, Image.Resampling.BOX)
        self.cache.put((asset, frame), picture, picture.width * picture.height * 4)
        return picture
