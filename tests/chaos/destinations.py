"""Where the stream goes fails: the farm's RTMP server, and a second destination that hangs, unclosed."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress

import psutil

from api.http.outputs import FARM_OUTPUT
from tests.chaos.case import STREAM, Arena, Case, Marks
from tests.chaos.faults import kill, service, stop
from tests.chaos.one_host import WORKER_MS
from tests.conftest import wait_until
from tests.integration.running_farm import RunningFarm

ASIDE = "aside"
SECOND = "second"
HANGS_S = 8.0
"""Longer than an output waits for its server (OUTPUT_TIMEOUT_MS)."""
SERVER_MS = 4000.0
"""The RTMP server died: so soon it is back, and has the stream, and the viewer is back as well."""
FPS = 30
REPORT_S = 1.5
"""A report is that old at most."""
_LOOK_S = 0.05
_PIECE_BYTES = 65_536
_BUFFER_BYTES = 8_192


class HangingPath:
    """A TCP port that leads to another one of loopback. While it :attr:`hangs` nothing gets through and
    nothing is closed: new connections are accepted by the kernel, and that is all."""

    def __init__(self, to_port: int) -> None:
        self._to = ("127.0.0.1", to_port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        # What lies in buffers is taken by nobody, but the sender cannot know.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        self.port = int(self._listener.getsockname()[1])
        self.hangs = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="path")
        self._thread.start()

    def close(self) -> None:
        """End it and all that goes through it."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        with selectors.DefaultSelector() as ready, closing(self._listener):
            ready.register(self._listener, selectors.EVENT_READ)
            while not self._closing.is_set():
                if self.hangs.is_set():
                    self._closing.wait(_LOOK_S)
                    continue
                for key, _ in ready.select(_LOOK_S):
                    if key.data is None:
                        self._join(ready)
                    else:
                        self._carry(ready, key)
            for key in [key for key in ready.get_map().values() if key.data is not None]:
                self._part(ready, key)

    def _join(self, ready: selectors.BaseSelector) -> None:
        near, _ = self._listener.accept()
        far = socket.create_connection(self._to)
        ready.register(near, selectors.EVENT_READ, far)
        ready.register(far, selectors.EVENT_READ, near)

    def _carry(self, ready: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
        piece = b""
        if isinstance(key.fileobj, socket.socket):
            with suppress(OSError):
                piece = key.fileobj.recv(_PIECE_BYTES)
                key.data.sendall(piece)
        if not piece:
            self._part(ready, key)

    @staticmethod
    def _part(ready: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
        for end in (key.fileobj, key.data):
            with suppress(KeyError, ValueError):  # its other end was there already
                ready.unregister(end)
            if isinstance(end, socket.socket):
                end.close()


@contextmanager
def one_of_two_hangs(arena: Arena) -> Iterator[None]:
    """A second destination is added and takes the stream; then it hangs; at the end it is taken away."""
    farm = arena.farm
    with closing(HangingPath(farm.settings.rtmp_port)) as path:
        _add(farm, path.port)
        try:
            wait_until(
                lambda: _state(farm, SECOND) == "connected", "the second destination has the stream", 30
            )
            path.hangs.set()
            yield
            wait_until(lambda: _state(farm, SECOND) != "connected", "its output gives it up", 60)
            path.hangs.clear()
        finally:
            farm.call("PUT", f"/streams/{STREAM}/outputs", {"outputs": [{"id": FARM_OUTPUT}]})


def _add(farm: RunningFarm, port: int) -> None:
    if ASIDE not in {stream["id"] for stream in farm.call("GET", "/streams")["streams"]}:
        farm.call("POST", "/streams", {"id": ASIDE})
    key = farm.call("POST", f"/streams/{ASIDE}/keys")["key"]
    second = {"id": SECOND, "url": f"rtmp://127.0.0.1:{port}/live/{ASIDE}?key={key}"}
    farm.call("PUT", f"/streams/{STREAM}/outputs", {"outputs": [{"id": FARM_OUTPUT}, second]})


def _state(farm: RunningFarm, output: str) -> str | None:
    return next((each["state"] for each in farm.report(STREAM)["outputs"] if each["id"] == output), None)


def ticking_on(
    strike: Callable[[Arena], AbstractContextManager[None]],
) -> Callable[[Arena], AbstractContextManager[None]]:
    """``strike``, through which the stream's process goes on: it is the same one, no tick of it is late, and
    hardly a picture is repeated."""

    @contextmanager
    def watched(arena: Arena) -> Iterator[None]:
        farm = arena.farm
        before, began = farm.report(STREAM), time.monotonic()
        with strike(arena):
            yield
        wait_until(lambda: _state(farm, FARM_OUTPUT) == "connected", "the server has the stream again", 30)
        after, elapsed_s = farm.report(STREAM), time.monotonic() - began
        fps = farm.settings.target_fps
        assert after["epoch"] == before["epoch"]
        assert after["emitted"] - before["emitted"] >= (elapsed_s - REPORT_S) * fps, "ticks go on"
        repeats = sum(after["repeated"].values()) - sum(before["repeated"].values())
        assert repeats <= WORKER_MS / 1000 * fps, "pictures go on"

    return watched


def _serving(farm: RunningFarm) -> psutil.Process:
    """The child of the RTMP server's master that does its work."""
    return farm.service("rtmp").children()[0]


def _away(ms: float) -> Marks:
    """Nobody sees anything for so long: it looks like ticks that were missed."""
    return Marks(
        WORKER_MS,
        missing_ticks=int(ms / 1000 * FPS),
        reconnects=1,
        recovered_s=SERVER_MS / 1000,
        silence_ms=ms,
    )


CASES = (
    Case("kill -9: RTMP server", ticking_on(kill(service("rtmp"))), _away(SERVER_MS)),
    Case("SIGSTOP: RTMP server", ticking_on(stop(_serving)), _away(1000 * HANGS_S + SERVER_MS), HANGS_S),
    Case("one of two destinations hangs", ticking_on(one_of_two_hangs), Marks(0), HANGS_S),
)
