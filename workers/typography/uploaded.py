"""Uploaded fonts as the typesetter wants them: loaded once, kept in bounded memory, closed when nobody draws
with them any more.

A font is loaded while its first frame waits; one that is missing is looked for again at most once a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from farm.clock import Clock
from farm.errors import AssetRefused, DrawFailed, NotFound
from farm.fonts.cmap import characters_in
from farm.fonts.sfnt import sfnt_of
from workers.cache import RecentCache

MAX_FONTS = 16
"""Kept in a process, of at most ASSET_MAX_BYTES each."""
RETRY_NS = 1_000_000_000
SETTLED_NS = 3_000_000_000
"""So long after this process first had a font another worker may not have it yet."""


@dataclass(frozen=True, slots=True)
class UploadedFont:
    """A font file, and the code points that it has glyphs for."""

    data: bytes
    characters: frozenset[int]


@dataclass(frozen=True, slots=True)
class FontState:
    """What is known of a font."""

    problem: str | None = None
    settled: bool = True
    """Whether all workers see the same for certain."""


class Fonts(Protocol):
    """Where uploaded fonts come from."""

    def state(self, asset: str) -> FontState:
        """What is known of ``asset`` now. Raises StoreUnavailable."""
        ...

    def font(self, asset: str) -> UploadedFont:
        """The font ``asset``. Raises DrawFailed, StoreUnavailable."""
        ...


class NoFonts:
    """Where nobody uploads any."""

    def state(self, asset: str) -> FontState:
        """See :class:`Fonts`."""
        return FontState(f"there is no font {asset!r}", settled=False)

    def font(self, asset: str) -> UploadedFont:
        """See :class:`Fonts`."""
        raise DrawFailed(f"there is no font {asset!r}")


class AssetSource(Protocol):
    """Where the bytes of fonts come from."""

    def data(self, asset_id: str) -> bytes:
        """The bytes of one asset. Raises NotFound, AssetRefused, StoreUnavailable."""
        ...


@dataclass(slots=True)
class _Known:
    font: UploadedFont | None
    problem: str | None
    since_ns: int
    used_ns: int


class UploadedFonts:
    """Fonts by asset id; those that were not used for ``lifetime_ns`` are forgotten."""

    def __init__(
        self,
        source: AssetSource,
        clock: Clock,
        *,
        max_bytes: int,
        lifetime_ns: int,
        settled_ns: int = SETTLED_NS,
    ) -> None:
        self._source = source
        self._clock = clock
        self._max_bytes = max_bytes
        self._lifetime_ns = lifetime_ns
        self._settled_ns = settled_ns
        self._known: RecentCache[str, _Known] = RecentCache(MAX_FONTS)

    def state(self, asset: str) -> FontState:
        """See :class:`Fonts`."""
        known = self._look(asset)
        age_ns = self._clock.monotonic_ns() - known.since_ns
        return FontState(known.problem, known.problem is None and age_ns >= self._settled_ns)

    def font(self, asset: str) -> UploadedFont:
        """See :class:`Fonts`."""
        known = self._look(asset)
        if known.font is None:
            raise DrawFailed(known.problem or "the font is gone")
        return known.font

    def _look(self, asset: str) -> _Known:
        now_ns = self._clock.monotonic_ns()
        known = self._known.get(asset)
        if known is None or (known.problem is not None and now_ns - known.since_ns >= RETRY_NS):
            self._forget_unused(now_ns)
            known = self._loaded(asset, now_ns)
            self._known.put(asset, known)
        known.used_ns = now_ns
        return known

    def _loaded(self, asset: str, now_ns: int) -> _Known:
        try:
            data = sfnt_of(self._source.data(asset), max_bytes=self._max_bytes)
            return _Known(UploadedFont(data, characters_in(data)), None, now_ns, now_ns)
        except (NotFound, AssetRefused) as error:
            return _Known(None, error.message, now_ns, now_ns)
        except ValueError as error:
            return _Known(None, f"the font is damaged: {error}", now_ns, now_ns)

    def _forget_unused(self, now_ns: int) -> None:
        for asset, known in self._known.items():
            if now_ns - known.used_ns >= self._lifetime_ns:
                self._known.drop(asset)
