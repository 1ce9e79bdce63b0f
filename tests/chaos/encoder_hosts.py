"""Two encoder nodes, each on a host of its own; the one with the stream is lost with all that runs there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from farm.errors import NotFound
from tests.chaos.arena import Ground, started
from tests.chaos.at_once import NODE_MS
from tests.chaos.case import STREAM, Case, Marks
from tests.chaos.link import HERE, bad_link
from tests.chaos.one_host import BLACK
from tests.conftest import wait_until
from tests.integration.hosts import processes_in, started_remotely

NAMESPACE = f"ffe{os.getpid()}"
FAR = "far"
SEED = 7
CUT_OFF_S = 12.0
"""Long enough for the stream to be on air elsewhere, and for what was left behind to come back to that."""


class EncoderHosts(Ground):
    """A farm with an encoder node here and one behind a link, where :meth:`at_far` brings the stream."""

    def __init__(self, state_dir: Path, settings: dict[str, str]) -> None:
        with self.building() as undo:
            self.weather = undo.enter_context(bad_link(NAMESPACE, SEED))
            reached = {"HOST": "0.0.0.0", "RTMP_HOST": HERE}
            secret = {"REDIS_BIND": HERE, "REDIS_PASSWORD": "between-hosts"}
            self.farm = started(undo, state_dir, {**settings, **reached, **secret})
            self._environment = {
                **self.farm.environment,
                "REDIS_URL": f"redis://{HERE}:{self.farm.settings.redis_port}/0",
                "STATE_DIR": str(state_dir / FAR),
                "NODE_NAME": FAR,
            }
            self._node: psutil.Popen | None = None
            undo.callback(self.lose_far)
            self.farm.checkable_stream(STREAM)

    def at_far(self) -> None:
        """Have the stream on air at the far host, which is started if it was lost."""
        if self._node is None:
            command = (sys.executable, "-m", "farm", "encoder")
            self._node = started_remotely(NAMESPACE, command, self._environment)
        wait_until(lambda: FAR in self._nodes(), "the far node is there", 30)
        # Not by a move, which would bring it back there as soon as that node is.
        here = f"/nodes/{self.farm.settings.node_name}"
        self.farm.call("POST", f"{here}/drain")
        wait_until(lambda: self.is_on_air_at(FAR), "the stream is on air there", 30)
        self.farm.call("POST", f"{here}/undrain")
        self.farm.wait_steady(STREAM)

    def lose_far(self) -> None:
        """End everything that runs on the far host, at once."""
        for process in processes_in(NAMESPACE):
            process.kill()
        if self._node is not None:
            self._node.wait(10)
            self._node = None

    def is_on_air_at(self, node: str) -> bool:
        """Whether the stream's process runs there and has its output."""
        try:
            report = self.farm.report(STREAM)
        except NotFound:
            return False
        return report["node"] == node and [each["state"] for each in report["outputs"]] == ["connected"]

    def _nodes(self) -> set[str]:
        return {node["name"] for node in self.farm.call("GET", "/nodes")["nodes"] if node["alive"]}


@contextmanager
def is_lost(arena: EncoderHosts) -> Iterator[None]:
    """Its network first, so that no connection is closed; then all its processes."""
    arena.weather.cut = True
    try:
        arena.lose_far()
        yield
        wait_until(lambda: arena.is_on_air_at(arena.farm.settings.node_name), "it is on air here", 30)
    finally:
        arena.weather.cut = False


@contextmanager
def is_cut_off(arena: EncoderHosts) -> Iterator[None]:
    """Its processes go on, and find another one in their place when the link is there again."""
    arena.weather.cut = True
    try:
        yield
    finally:
        arena.weather.cut = False
    wait_until(lambda: arena.is_on_air_at(arena.farm.settings.node_name), "it is on air here", 30)


_MARKS = Marks(NODE_MS, reconnects=1, unreadable=BLACK, silence_ms=NODE_MS)

CASES = (
    Case("an encoder host is lost", is_lost, _MARKS, prepare=EncoderHosts.at_far),
    Case("an encoder host is cut off, and is back", is_cut_off, _MARKS, CUT_OFF_S, EncoderHosts.at_far),
)
