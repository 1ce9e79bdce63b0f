"""Fetches the pictures that scenes name by their URL, beside the requests, and tells the scenes."""

from __future__ import annotations

import threading

from api.http.collector import collect_when_due
from api.http.refresh import refresh_scenes
from api.http.services import Services
from farm.errors import AssetRefused, Conflict, FarmError, StoreUnavailable
from farm.log import get_logger
from farm.store.imports import ImportRecord

log = get_logger(__name__)

THREADS = 2
_TAKE_WITHIN_S = 0.5
_BUSY_WAIT_S, _BUSY_TRIES = 0.25, 60
_LOOK_EVERY_NS = 20_000_000_000
_LATE_MS = 60_000
"""Older than this an order's process has died: a fetch takes no longer, whatever the settings say."""


class Importer:
    """Takes orders until :meth:`stop`. Several API processes may each have one."""

    def __init__(self, farm: Services) -> None:
        self._farm = farm
        self._ended = threading.Event()
        self._looked_ns = farm.clock.monotonic_ns()
        self._threads = [
            threading.Thread(target=self._run, name=f"importer-{number}", daemon=True)
            for number in range(THREADS)
        ]

    def start(self) -> None:
        """Begin, after the fork."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Take no more orders."""
        self._ended.set()

    def work_off(self) -> int:
        """Fetch what is ordered now, in this thread; how many there were. Raises StoreUnavailable."""
        count = 0
        while (order := self._farm.imports.take()) is not None:
            self._carry_out(order)
            count += 1
        return count

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                order = self._farm.imports.take(_TAKE_WITHIN_S)
                if order is not None:
                    self._carry_out(order)
                self._look_for_lost()
            except StoreUnavailable as error:
                log.debug("no orders for pictures", reason=error.message)
                self._ended.wait(1.0)
            except Exception as error:
                log.exception("a picture could not be imported", error=type(error).__name__)

    def _look_for_lost(self) -> None:
        now_ns = self._farm.clock.monotonic_ns()
        if now_ns - self._looked_ns >= _LOOK_EVERY_NS:
            self._looked_ns = now_ns
            self._farm.imports.requeue(_LATE_MS)
            collect_when_due(self._farm)

    def _carry_out(self, order: ImportRecord) -> None:
        try:
            settled = self._farm.imports.loaded(order, self._fetched(order))
        except StoreUnavailable:
            raise
        except FarmError as error:
            log.info("a picture by URL is refused", owner=order.owner, reason=error.message)
            settled = self._farm.imports.failed(order, error.message)
        refresh_scenes(self._farm, settled.owner, lambda layer: layer.url == settled.url)

    def _fetched(self, order: ImportRecord) -> str:
        """The id of the picture at the order's URL. Raises AssetRefused."""
        for _ in range(_BUSY_TRIES):
            try:
                fetched = self._farm.fetcher.fetch(order.url)
            except Conflict:
                # People are fetching, too; they come first, because they wait for an answer.
                self._ended.wait(_BUSY_WAIT_S)
                continue
            return self._farm.assets.put(fetched.data, fetched.name, order.owner, order.url).id
        raise AssetRefused("too many pictures are being fetched; change the layer to try again")
