"""A viewer who watches a test stream whatever happens to it, and writes down every picture."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from farm.debug.reader import frame_numbers
from farm.errors import OutputFailed
from tests.chaos.findings import Sighting, calm_for
from tests.conftest import wait_until
from tests.integration.running_farm import PLACE

AGAIN_S = 0.05
CALM_PICTURES = 45
"""A second and a half in which every picture was new: the stream is as it should be."""


class Witness:
    """Plays ``url`` at the RTMP server in the background; connects again when the stream ends."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._gone = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="witness", daemon=True)
        self.sightings: list[Sighting] = []
        self.connects = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._gone.set()
        self._thread.join(timeout=15)

    def wait_calm(self, timeout_s: float) -> None:
        """Wait for CALM_PICTURES new pictures in a row, all seen from now on."""
        first = len(self.sightings)
        wait_until(lambda: calm_for(self.sightings[first:]) >= CALM_PICTURES, "the stream is calm", timeout_s)

    def _watch(self) -> None:
        while not self._gone.is_set():
            self.connects += 1
            try:
                for number, at_ns in frame_numbers(self._url, PLACE):
                    self.sightings.append(Sighting(number, at_ns))
                    if self._gone.is_set():
                        return
            except OutputFailed:  # nothing is on air there; that is what is to be seen
                self._gone.wait(AGAIN_S)
