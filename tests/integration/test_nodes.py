"""Two encoder nodes: a stream goes to the other one because somebody says so, or because its node died."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from typing import Self

import psutil
import pytest

from encoder.child import Child, sweep
from encoder.registry import Registry
from farm.debug.reader import frame_numbers
from farm.errors import NotFound, OutputFailed
from tests.conftest import wait_until
from tests.integration.running_farm import PLACE, RunningFarm

STREAM, OTHER = "mover", "other"
LONGEST_MOVE_S, LONGEST_LOSS_S = 4.0, 10.0
"""Twice what docs/operations.md promises, for machines that do something else as well."""


@pytest.fixture(scope="module")
def other(farm: RunningFarm) -> Iterator[subprocess.Popen[bytes]]:
    """A second node of the same farm."""
    environment = {**os.environ, **farm.environment, "NODE_NAME": OTHER}
    with ExitStack() as undo:
        process = undo.enter_context(
            subprocess.Popen([sys.executable, "-m", "farm", "encoder"], env=environment)
        )
        undo.callback(end, process)
        wait_until(lambda: len(nodes(farm)) == 2, "both nodes are there", 30)
        yield process


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(15)


def nodes(farm: RunningFarm) -> dict[str, list[str]]:
    return {node["name"]: node["assigned"] for node in farm.call("GET", "/nodes")["nodes"] if node["alive"]}


def is_on_air_at(farm: RunningFarm, node: str) -> bool:
    try:
        report = farm.report(STREAM)
    except NotFound:
        return False
    return report["node"] == node and [output["state"] for output in report["outputs"]] == ["connected"]


class Witness:
    """Reads the stream all the time, and knows the longest time without a picture."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="witness")
        self.pictures = 0
        self.longest_s = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        wait_until(lambda: self.pictures > 15, "the witness sees pictures")
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        last_ns: int | None = None
        while not self._stopping.is_set():
            with suppress(OutputFailed):
                for _, came_ns in frame_numbers(self._url, PLACE):
                    self.longest_s = max(self.longest_s, (came_ns - (last_ns or came_ns)) / 1e9)
                    last_ns = came_ns
                    self.pictures += 1
                    if self._stopping.is_set():
                        return


def gap_s(farm: RunningFarm, change: Callable[[], object], node: str) -> float:
    """Make a change that brings the stream to ``node``; how long a viewer was without a picture."""
    farm.wait_steady(STREAM)
    with Witness(farm.play_url(STREAM)) as witness:
        change()
        wait_until(lambda: is_on_air_at(farm, node), f"the stream is on air at {node}", 20)
        wait_until(lambda: [name for name, held in nodes(farm).items() if held] == [node], "only there")
        seen = witness.pictures
        wait_until(lambda: witness.pictures > seen + 30, "the witness sees the stream from there")
    return witness.longest_s


def test_a_stream_moves_and_its_viewers_hardly_wait(
    farm: RunningFarm, other: subprocess.Popen[bytes]
) -> None:
    home = farm.settings.node_name
    farm.checkable_stream(STREAM)
    to_other = partial(farm.call, "POST", f"/streams/{STREAM}/move", {"node": OTHER})
    assert gap_s(farm, to_other, OTHER) < LONGEST_MOVE_S
    drain = partial(farm.call, "POST", f"/nodes/{OTHER}/drain")
    assert gap_s(farm, drain, home) < LONGEST_MOVE_S
    farm.call("POST", f"/nodes/{OTHER}/undrain")
    assert gap_s(farm, to_other, OTHER) < LONGEST_MOVE_S


def test_a_stream_whose_node_died_with_its_process_is_soon_back(
    farm: RunningFarm, other: subprocess.Popen[bytes]
) -> None:
    entries = Registry(farm.state_dir.resolve(), OTHER).entries()
    doomed = [child for entry in entries if (child := Child.adopt(entry))]
    assert doomed

    def die() -> None:
        other.kill()
        for child in doomed:
            psutil.Process(child.entry.pid).kill()

    assert gap_s(farm, die, farm.settings.node_name) < LONGEST_LOSS_S
    for child in doomed:  # as the node would, if it came back
        sweep(child.entry)
