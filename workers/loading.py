"""Loads that run beside the frames, and how long a frame waits for them.

What a frame wants begins to load at once, all of it together; then the frame waits for PATIENCE_S at most. If
it has not all come by then the frame is given up: the encoder repeats its picture, and a later frame covers
it. What takes longer than HELD_NS holds nothing up any more: frames go out with a sign in its place.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Protocol

from farm.clock import Clock
from farm.errors import DrawFailed, StoreUnavailable
from workers.cache import RecentCache

PATIENCE_S = 0.02
UNHURRIED_S = 10.0
"""The same for a frame that no tick waits for."""
HELD_NS = 500_000_000
MAX_LOADS = 64
"""Under way or queued at once; what is asked for beyond them has to be asked for again."""

MAX_AHEAD = 8
"""The same for what no frame wants yet."""

THREADS = 2

Key = tuple[str, int]
"""A picture's address and frame."""

Load = Callable[[], None]
"""Loads something and keeps it where it belongs. May raise StoreUnavailable, and nothing else."""


class PictureAwaited(StoreUnavailable):
    """The frame is to be given up for a picture that is on its way."""


class StillLoading(DrawFailed):
    """A layer goes without its picture for a frame. Nothing is wrong with it: the next frame asks again."""


class Loads(Protocol):
    """Who carries out loads."""

    def begin(self, key: Key, load: Load) -> None:
        """Have ``load`` run, unless one for ``key`` is under way."""
        ...

    def want(self, key: Key, load: Load) -> None:
        """The same for the frame that is being measured. Raises StoreUnavailable."""
        ...

    def need(self, key: Key, load: Load) -> None:
        """The same for the frame that is being painted, which waits for it.

        Raises PictureAwaited, StoreUnavailable, and StillLoading when no frame is given up for it any more.
        """
        ...

    def regain(self, key: Key, load: Load) -> None:
        """The same for what was here and had to be forgotten. Frames are given up for it until it is back: to
        draw one without it would leave a hole that nothing draws over. Raises PictureAwaited,
        StoreUnavailable."""
        ...


class AtOnce:
    """Loads in the thread that asks: for those who wait for every frame."""

    def begin(self, _key: Key, load: Load) -> None:
        """See :class:`Loads`."""
        load()

    want = need = regain = begin


class BesideFrames:
    """Loads in threads of its own. :meth:`begin` may be called from any thread, the rest by the one that
    draws."""

    def __init__(self, clock: Clock, patience_s: float = PATIENCE_S) -> None:
        self._clock = clock
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="loading")
        self._under_way: dict[Key, Future[None]] = {}
        self._asked_ns: RecentCache[Key, int] = RecentCache(1024)
        self._awaited: list[Future[None]] = []
        self._left_s = patience_s
        self._unhurried = False

    def begin(self, key: Key, load: Load) -> None:
        """See :class:`Loads`. Nothing is loaded ahead while so much is that a frame's own would wait."""
        self._begun(key, load, MAX_AHEAD)

    def want(self, key: Key, load: Load) -> None:
        """See :class:`Loads`."""
        under_way = self._begun(key, load)
        if under_way is not None and self._holds(key):
            self._awaited.append(under_way)

    def need(self, key: Key, load: Load) -> None:
        """See :class:`Loads`."""
        self._loaded(key, load, hold=False)

    def regain(self, key: Key, load: Load) -> None:
        """See :class:`Loads`."""
        self._loaded(key, load, hold=True)

    def _loaded(self, key: Key, load: Load, *, hold: bool) -> None:
        under_way = self._begun(key, load)
        if under_way is not None:
            self._wait([under_way])
        if under_way is None or not under_way.done():
            if hold or self._holds(key):
                raise PictureAwaited("a picture is still being loaded")
            raise StillLoading("its picture takes long to load")
        if isinstance(error := under_way.exception(), StoreUnavailable):
            raise error

    def begin_frame(self, *, unhurried: bool = False) -> None:
        """Another frame is about to be drawn: it wants nothing yet and has all its patience.

        One that is ``unhurried`` has much more of it, and is given up rather than drawn without a picture."""
        self._awaited, self._unhurried = [], unhurried
        self._left_s = UNHURRIED_S if unhurried else self._patience_s

    def waited(self) -> bool:
        """Wait for what the frame wants, as long as it may; whether it wanted anything. It is measured anew
        then, and wants what is still not here."""
        if not self._awaited:
            return False
        self._wait(self._awaited)
        self._awaited = []
        return True

    def check(self) -> None:
        """Raises PictureAwaited when the frame still wants something."""
        if self._awaited:
            raise PictureAwaited("the frame wants pictures that are not here yet")

    def _holds(self, key: Key) -> bool:
        """Whether frames are given up for ``key``: those that have time always, others not for what is slow,
        or fails again and again."""
        if self._unhurried:
            return True
        with self._lock:
            asked_ns = self._asked_ns.get(key)
        return asked_ns is not None and self._clock.monotonic_ns() - asked_ns < HELD_NS

    def _wait(self, futures: list[Future[None]]) -> None:
        if self._left_s > 0:
            before_ns = self._clock.monotonic_ns()
            wait(futures, self._left_s)
            self._left_s -= (self._clock.monotonic_ns() - before_ns) / 1e9

    def _begun(self, key: Key, load: Load, most: int = MAX_LOADS) -> Future[None] | None:
        """The load of ``key``; None when too many are under way."""
        with self._lock:
            known = self._under_way.get(key)
            if known is not None:
                return known
            if len(self._under_way) >= most:
                return None
            if self._asked_ns.get(key) is None:
                self._asked_ns.put(key, self._clock.monotonic_ns())
            made: Future[None] = Future()
            self._under_way[key] = made
        self._pool.submit(self._run, key, made, load)
        return made

    def _run(self, key: Key, made: Future[None], load: Load) -> None:
        error: BaseException | None = None
        try:
            load()
        except BaseException as caught:  # noqa: BLE001  whoever waits for it gets it
            error = caught
        with self._lock:
            del self._under_way[key]
            if error is None:
                self._asked_ns.drop(key)
        if error is None:
            made.set_result(None)
        else:
            made.set_exception(error)
