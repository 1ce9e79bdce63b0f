"""How many people watch on the farm's own RTMP server, from the server's statistics page.

What is watched elsewhere (X, YouTube, Twitch) is not counted. Who cannot reach the page counts nobody.
"""

from __future__ import annotations

import threading
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPException

from farm.clock import Clock
from farm.log import get_logger

log = get_logger(__name__)

FRESH_NS = 1_000_000_000
TIMEOUT_S = 0.5


def viewers_in(page: bytes) -> Counter[str]:
    """Stream name to the number of its players, of every application of the server.

    Raises ValueError for what is no statistics page.
    """
    try:
        root = ET.fromstring(page)  # noqa: S314  the page of our own RTMP server
    except ET.ParseError as error:
        raise ValueError("this is not the statistics page of an RTMP server") from error
    viewers: Counter[str] = Counter()
    for stream in root.iterfind("./server/application/live/stream"):
        players = [client for client in stream.iterfind("client") if client.find("publishing") is None]
        viewers[stream.findtext("name") or ""] += len(players)
    return viewers


class ViewerCounter:
    """Counts viewers; asks the server once a second at most. May be used by several threads."""

    def __init__(self, host: str, port: int, clock: Clock) -> None:
        self._host, self._port = host, port
        self._clock = clock
        self._lock = threading.Lock()
        self._asked_ns: int | None = None
        self._viewers: Mapping[str, int] = {}

    def count(self, stream: str) -> int:
        """How many watch ``stream`` now; 0 when the server does not say."""
        with self._lock:
            now_ns = self._clock.monotonic_ns()
            if self._asked_ns is None or now_ns - self._asked_ns >= FRESH_NS:
                self._asked_ns = now_ns
                self._viewers = self._ask()
            return self._viewers.get(stream, 0)

    def _ask(self) -> Mapping[str, int]:
        # By the standard library: a client that can do more takes megabytes, and this runs in two processes.
        try:
            with closing(HTTPConnection(self._host, self._port, timeout=TIMEOUT_S)) as connection:
                connection.request("GET", "/stat")
                return viewers_in(connection.getresponse().read())
        except (OSError, HTTPException, ValueError) as error:
            log.debug("the RTMP server tells no viewers", error=str(error))
            return {}
