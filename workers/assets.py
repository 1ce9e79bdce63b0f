"""Pictures as the painters want them: decoded once, kept in bounded memory, for so long as they are used.

They are loaded by a :class:`workers.loading.Loads`, in a worker beside the frames. One that is missing or
broken is looked for again at most once a second, and holds no frame up.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from PIL import Image

from farm.clock import Clock
from farm.errors import AssetRefused, DrawFailed, NotFound
from farm.images import decode_image
from farm.settings import Settings
from workers.cache import ByteCache, RecentCache
from workers.films import Films
from workers.loading import AtOnce, Key, Loads
from workers.painters.image import MISSING_SIZE, PictureState

MAX_KEPT_PX = 3840 * 2160
"""A picture with more pixels is kept smaller; no canvas shows more of them."""

RETRY_NS = 1_000_000_000
SETTLED_NS = 3_000_000_000
"""So long after this process first had a picture another worker may not have it yet."""

LOADING = "its picture is still being loaded"

_SWEEP_EVERY_NS = 1_000_000_000
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
    """Pictures by address. Its own methods are for the thread that draws; loads may run in others.

    ``settled_ns`` is how long after this process first had a picture another one may not have it yet.
    """

    def __init__(
        self,
        source: AssetSource,
        clock: Clock,
        settings: Settings,
        cache_bytes: int,
        settled_ns: int = SETTLED_NS,
        loads: Loads | None = None,
    ) -> None:
        self._source = source
        self._settled_ns = settled_ns
        self._clock = clock
        self._loads = loads or AtOnce()
        self._limits = {"max_bytes": settings.asset_max_bytes, "max_pixels": settings.asset_max_pixels}
        self._lifetime_ns = settings.asset_cache_lifetime_s * 1_000_000_000
        self._swept_ns = clock.monotonic_ns()
        self._lock = threading.Lock()
        """Of all that follows."""
        self._known: RecentCache[str, _Known] = RecentCache(_MAX_STATES)
        self._used_ns: dict[Key, int] = {}
        self._films = Films()
        self._film_lock = threading.Lock()
        self.cache: ByteCache[Key, Image.Image] = ByteCache(cache_bytes)

    def state(self, asset: str) -> PictureState:
        """What is known of ``asset`` now. Raises StoreUnavailable."""
        now_ns = self._clock.monotonic_ns()
        with self._lock:
            known = self._known.get(asset)
        if known is None:
            self._loads.want((asset, 0), partial(self._load, asset))
            known = self._known_now(asset) or _Known(*MISSING_SIZE, LOADING, now_ns)
        elif known.problem is not None and now_ns - known.since_ns >= RETRY_NS:
            # Frames go on showing its problem while it is looked for again.
            self._loads.begin((asset, 0), partial(self._load, asset))
            known = self._known_now(asset) or known
        settled = known.problem is None and now_ns - known.since_ns >= self._settled_ns
        return PictureState(known.width, known.height, known.problem, settled)

    def picture(self, asset: str, frame: int) -> Image.Image:
        """The pixels of ``asset``, whose state is known, premultiplied. Raises DrawFailed when they are gone,
        StoreUnavailable."""
        key = (asset, frame)
        picture = self._cached(key)
        if picture is None:
            if frame == 0:
                self._loads.regain(key, partial(self._load, asset))
            else:
                self._loads.need(key, partial(self._load_frame, asset, frame))
            with self._lock:
                picture = self.cache.get(key)
                known = self._known.get(asset)
            if picture is None:
                raise DrawFailed((known.problem if known else None) or f"there is no picture {asset!r}")
        return picture

    def preload(self, asset: str) -> None:
        """Begin to load ``asset``, which a frame is about to want. From any thread."""
        if self._known_now(asset) is None:
            self._loads.begin((asset, 0), partial(self._load, asset))

    def sweep(self) -> None:
        """Forget what was not used for its lifetime; the rasters that were made of it are not affected. To
        be called between frames; looks once a second."""
        now_ns = self._clock.monotonic_ns()
        if not self._lifetime_ns or now_ns - self._swept_ns < _SWEEP_EVERY_NS:
            return
        self._swept_ns = now_ns
        with self._lock:
            for key, used_ns in list(self._used_ns.items()):
                if now_ns - used_ns >= self._lifetime_ns:
                    self.cache.drop(key)
                    del self._used_ns[key]

    def _cached(self, key: Key) -> Image.Image | None:
        now_ns = self._clock.monotonic_ns()
        with self._lock:
            picture = self.cache.get(key)
            if picture is not None and self._lifetime_ns:
                self._used_ns[key] = now_ns
        return picture

    def _known_now(self, asset: str) -> _Known | None:
        with self._lock:
            return self._known.get(asset)

    def _load(self, asset: str) -> None:
        """Keep the picture, or what is wrong with it. Raises StoreUnavailable."""
        now_ns = self._clock.monotonic_ns()
        try:
            image = decode_image(self._source.data(asset), **self._limits)
        except (NotFound, AssetRefused) as error:
            known = _Known(*MISSING_SIZE, error.message, now_ns)
        else:
            self._keep((asset, 0), image)
            known = _Known(*image.size, None, self._clock.monotonic_ns())
        with self._lock:
            before = self._known.get(asset)
            # It is loaded again when its pixels were forgotten; that makes no news of it.
            if before is None or before.problem is not None or known.problem is not None:
                self._known.put(asset, known)

    def _load_frame(self, asset: str, frame: int) -> None:
        """Keep a later frame of an animation. Raises StoreUnavailable."""
        try:
            with self._film_lock:
                image = self._films.frame(asset, frame, self._source.data)
        except (NotFound, AssetRefused) as error:
            with self._lock:
                known = self._known.get(asset)
                size = (known.width, known.height) if known else MISSING_SIZE
                self._known.put(asset, _Known(*size, error.message, self._clock.monotonic_ns()))
        else:
            self._keep((asset, frame), image)

    def _keep(self, key: Key, image: Image.Image) -> None:
        picture, pixels = image.convert("RGBa"), image.width * image.height
        if pixels > MAX_KEPT_PX:
            shrink = (MAX_KEPT_PX / pixels) ** 0.5
            smaller = (max(1, int(image.width * shrink)), max(1, int(image.height * shrink)))
            picture = picture.resize(smaller, Image.Resampling.BOX)
        with self._lock:
            self.cache.put(key, picture, picture.width * picture.height * 4)
            if self._lifetime_ns:
                self._used_ns[key] = self._clock.monotonic_ns()
