"""The characters that this process has: built-in ones at once, uploaded ones loaded beside the frames.

A frame waits for a package no longer than ``PATIENCE_S``; until it is here the layer shows a silhouette. One
that is missing or broken is looked for again at most once a second.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from typing import Protocol

from farm.characters.built_in import BUILT_IN, built_in
from farm.characters.files import ZipFiles, is_package
from farm.characters.package import Package, read_package
from farm.clock import Clock
from farm.errors import AssetRefused, NotFound, StoreUnavailable
from workers.cache import RecentCache

MAX_PACKAGES = 16
"""Kept in a process; each holds at most 64 MB of pictures, and nearly all are of SVG and hold hardly any."""

PATIENCE_S = 0.02
RETRY_NS = 1_000_000_000
SETTLED_NS = 3_000_000_000
"""So long after this process first had a package another worker may not have it yet."""

LOADING = "the character's package is being loaded"


@dataclass(frozen=True, slots=True)
class Member:
    """What is known of a character: its package, or why there is none."""

    package: Package | None
    problem: str | None = None
    settled: bool = True
    """Whether all workers see the same for certain."""


class Cast(Protocol):
    """Where characters come from."""

    def member(self, character: str) -> Member:
        """What is known of ``character`` now."""
        ...


class BuiltInCast:
    """The built-in characters only."""

    def member(self, character: str) -> Member:
        """See :class:`Cast`."""
        if character not in BUILT_IN:
            return Member(None, f"there is no character {character!r}")
        try:
            return Member(built_in(character))
        except AssetRefused as error:
            return Member(None, error.message)


class AssetSource(Protocol):
    """Where the bytes of packages come from."""

    def data(self, asset_id: str) -> bytes:
        """The bytes of one asset. Raises NotFound, AssetRefused, StoreUnavailable."""
        ...


Opener = Callable[[str], Package]
"""Reads the package of a character. Raises NotFound, AssetRefused, StoreUnavailable."""


def packages_in(source: AssetSource) -> Opener:
    """Packages as ZIPs of ``source``."""

    def opened(asset: str) -> Package:
        data = source.data(asset)
        if not is_package(data):
            raise AssetRefused(f"asset {asset!r} is a picture; a character is a ZIP package")
        return read_package(ZipFiles(data))

    return opened


Loader = Callable[[Callable[[], Package]], "Future[Package]"]
"""Runs a load, now or beside the frames."""


@dataclass(slots=True)
class _Loading:
    future: Future[Package]
    since_ns: int
    here_since_ns: int | None = None


class UploadedCast:
    """Built-in characters, and those that ``opened`` reads by asset id. Not for several threads."""

    def __init__(
        self,
        opened: Opener,
        clock: Clock,
        loader: Loader,
        *,
        patience_s: float = PATIENCE_S,
        settled_ns: int = SETTLED_NS,
    ) -> None:
        self._opened = opened
        self._clock = clock
        self._loader = loader
        self._patience_s = patience_s
        self._settled_ns = settled_ns
        self._built_in = BuiltInCast()
        self._known: RecentCache[str, _Loading] = RecentCache(MAX_PACKAGES)

    def member(self, character: str) -> Member:
        """See :class:`Cast`."""
        if character in BUILT_IN:
            return self._built_in.member(character)
        now_ns = self._clock.monotonic_ns()
        known = self._known.get(character)
        if known is None or _failed_long_ago(known, now_ns):
            known = _Loading(self._loader(lambda: self._opened(character)), now_ns)
            self._known.put(character, known)
            _wait(known.future, self._patience_s)
        if not known.future.done():
            return Member(None, LOADING, settled=False)
        error = known.future.exception()
        if isinstance(error, NotFound | AssetRefused):
            return Member(None, error.message, settled=False)
        if isinstance(error, StoreUnavailable):
            return Member(None, LOADING, settled=False)
        if known.here_since_ns is None:
            known.here_since_ns = now_ns
        return Member(known.future.result(), settled=now_ns - known.here_since_ns >= self._settled_ns)


def at_once(load: Callable[[], Package]) -> Future[Package]:
    """A loader for those who wait for every frame."""
    future: Future[Package] = Future()
    try:
        future.set_result(load())
    except (NotFound, AssetRefused, StoreUnavailable) as error:
        future.set_exception(error)
    return future


def beside_the_frames() -> Loader:
    """A loader with one thread of its own, made when it is first needed: after the fork."""
    return ThreadPoolExecutor(1, thread_name_prefix="characters").submit


def _failed_long_ago(known: _Loading, now_ns: int) -> bool:
    future = known.future
    return future.done() and future.exception() is not None and now_ns - known.since_ns >= RETRY_NS


def _wait(future: Future[Package], patience_s: float) -> None:
    try:
        future.exception(timeout=patience_s)
    except FutureTimeout:
        return
