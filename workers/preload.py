"""Loads pictures before a frame wants them: when they come in, and when an edit is about to show them."""

from __future__ import annotations

import threading
from collections.abc import Callable

from farm.errors import StoreUnavailable
from farm.log import get_logger
from farm.store import keys
from farm.store.channels import Subscription
from farm.store.connection import FarmRedis

_LISTEN_S = 0.5
_RETRY_S = 1.0

_log = get_logger(__name__)


class Preloader:
    """Hands every address that is announced to ``preload``, in a thread of its own."""

    def __init__(self, redis: FarmRedis, preload: Callable[[str], None]) -> None:
        self._redis = redis
        self._preload = preload
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._listen_on, name="preload", daemon=True)
        self.listening = threading.Event()
        """Set while announcements are heard."""

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(2 * _LISTEN_S)

    def _listen_on(self) -> None:
        while not self._ended.is_set():
            try:
                self._listen()
            except StoreUnavailable as error:
                _log.debug("pictures are not preloaded now", reason=error.message)
                self._ended.wait(_RETRY_S)

    def _listen(self) -> None:
        """Until it breaks or ends. Raises StoreUnavailable."""
        heard = Subscription(self._redis, keys.PICTURES)
        self.listening.set()
        try:
            while not self._ended.is_set():
                message = heard.next(_LISTEN_S)
                if message is not None:
                    self._preload(message.data.decode("ascii", "replace"))
        finally:
            self.listening.clear()
            heard.close()
