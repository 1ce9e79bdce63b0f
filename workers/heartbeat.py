"""A worker's sign of life in Redis, from its master process."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable

from farm.errors import StoreUnavailable
from farm.log import get_logger
from farm.messages import to_json
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.heartbeats import beat, end_beat

EVERY_S = 2.0
EXPIRES_MS = 6000

_log = get_logger(__name__)


class Heartbeat:
    """Beats in a thread of its own, so that it neither waits for tasks nor makes them wait."""

    def __init__(self, redis: FarmRedis, name: str, stats: Callable[[], dict[str, object]]) -> None:
        self._redis = redis
        self._name = name
        self._stats = stats
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat_on, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """Beat no more and take the sign away."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(EVERY_S)
        try:
            end_beat(self._redis, keys.component(f"worker:{self._name}"))
        except StoreUnavailable as error:
            _log.debug("the heartbeat expires by itself", reason=error.message)

    def beat(self) -> None:
        """One sign of life. Raises StoreUnavailable."""
        sign = {
            "kind": "worker",
            "name": self._name,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            **self._stats(),
        }
        beat(self._redis, keys.component(f"worker:{self._name}"), to_json(sign), expires_ms=EXPIRES_MS)

    def _beat_on(self) -> None:
        while not self._ended.is_set():
            try:
                self.beat()
            except StoreUnavailable as error:
                _log.debug("no heartbeat", reason=error.message)
            self._ended.wait(EVERY_S)
