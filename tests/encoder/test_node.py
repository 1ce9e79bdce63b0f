"""The encoder node with real processes: adoption, restarts, replacement, an orderly end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
import psutil
import pytest

from encoder.registry import Registry
from encoder.supervisor import STUCK
from farm.messages import NodeReport, ProcessReport, StreamReport, StreamSpec, from_json, to_json
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.transport.leftovers import sweep_rings
from farm.transport.ring import RING_PREFIX, SHM_DIR
from tests.conftest import wait_until
from tests.encoder.running import ROOT, SMALL, environment, report_of, small_spec

NODE = "node-under-test"


class Nodes:
    """Starts nodes on one state directory and ends whatever is left of them."""

    def __init__(self, redis: FarmRedis, redis_url: str, state_dir: Path, **settings: object) -> None:
        self._redis = redis
        self._state_dir = state_dir
        self._environment = environment(redis_url, state_dir=state_dir, node_name=NODE, **settings)
        self._stack = ExitStack()

    def start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-m", "encoder"], cwd=ROOT, env=self._environment)
        self._stack.enter_context(ended(process))
        return process

    def assign(self, spec: StreamSpec) -> None:
        self._redis.hset(keys.assignments(NODE), spec.stream, to_json(spec))
        self._redis.publish(keys.node_channel(NODE), spec.stream)

    def withdraw(self, stream: str) -> None:
        self._redis.hdel(keys.assignments(NODE), stream)
        self._redis.publish(keys.node_channel(NODE), stream)

    def streams(self) -> dict[str, ProcessReport]:
        data = self._redis.get(keys.node(NODE))
        return {} if data is None else from_json(data, NodeReport).streams

    def running(self, stream: str, *, after: StreamReport | None = None) -> StreamReport:
        """Wait for a report of ``stream``, of another process than that of ``after``."""

        def found() -> bool:
            report = report_of(self._redis, stream)
            return report is not None and (after is None or report.pid != after.pid)

        wait_until(found, f"{stream} runs")
        report = report_of(self._redis, stream)
        assert report is not None
        return report

    def rings(self, stream: str) -> set[str]:
        """The shared memory of the process that the node started last."""
        (entry,) = [e for e in Registry(self._state_dir, NODE).entries() if e.stream == stream]
        return {path.name for path in SHM_DIR.glob(f"{RING_PREFIX}{entry.ring_label}-*")}

    def close(self) -> None:
        self._stack.close()
        for entry in psutil.process_iter(["cmdline", "environ"]):
            command, env = entry.info["cmdline"] or [], entry.info["environ"] or {}
            if "encoder.process" in command and env.get("STATE_DIR") == self._environment["STATE_DIR"]:
                entry.kill()
                entry.wait(15)
        sweep_rings()


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    with process:
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(15)
            finally:
                process.kill()


def there(rings: set[str]) -> set[str]:
    return {name for name in rings if (SHM_DIR / name).exists()}


@pytest.fixture
def nodes(redis: FarmRedis, redis_url: str, tmp_path: Path) -> Iterator[Nodes]:
    made = Nodes(redis, redis_url, tmp_path)
    yield made
    made.close()


def test_a_process_outlives_its_node_and_the_next_one_adopts_it(nodes: Nodes) -> None:
    first = nodes.start()
    nodes.assign(small_spec("adopted"))
    before = nodes.running("adopted")
    first.kill()
    first.wait()
    assert psutil.pid_exists(before.pid)
    nodes.start()
    wait_until(lambda: nodes.streams().get("adopted"), "the new node knows the stream")
    after = nodes.running("adopted")
    assert (after.pid, after.epoch) == (before.pid, before.epoch)
    assert nodes.streams()["adopted"].state == "running"
    nodes.withdraw("adopted")
    wait_until(lambda: not psutil.pid_exists(before.pid), "the adopted process is stopped")


def test_a_killed_process_is_started_again_with_a_higher_epoch(nodes: Nodes, redis: FarmRedis) -> None:
    nodes.start()
    nodes.assign(small_spec("restarted"))
    before, ring = nodes.running("restarted"), nodes.rings("restarted")
    os.kill(before.pid, signal.SIGKILL)
    after = nodes.running("restarted", after=before)
    assert after.epoch > before.epoch
    assert (len(ring), len(nodes.rings("restarted"))) == (1, 1)
    assert not there(ring)
    wait_until(lambda: nodes.streams()["restarted"].restarts == 1, "the restart is counted")
    assert "SIGKILL" in (nodes.streams()["restarted"].reason or "")


def test_a_process_that_lives_but_does_not_tick_is_replaced(nodes: Nodes) -> None:
    nodes.start()
    nodes.assign(small_spec("stuck"))
    before = nodes.running("stuck")
    os.kill(before.pid, signal.SIGSTOP)
    after = nodes.running("stuck", after=before)
    assert after.epoch > before.epoch
    assert not psutil.pid_exists(before.pid)
    wait_until(lambda: nodes.streams()["stuck"].reason == STUCK, "the reason is told")


def test_another_start_replaces_the_process(nodes: Nodes) -> None:
    nodes.start()
    nodes.assign(small_spec("replaced", generation=1))
    before = nodes.running("replaced")
    nodes.assign(msgspec.structs.replace(small_spec("replaced", generation=2), started_wall_ms=5))
    after = nodes.running("replaced", after=before)
    assert (after.generation, before.generation) == (2, 1)
    assert after.epoch > before.epoch
    assert not psutil.pid_exists(before.pid)


def test_a_node_sweeps_up_what_another_one_left_and_what_that_one_still_uses_stays(
    nodes: Nodes, redis: FarmRedis, redis_url: str, tmp_path: Path
) -> None:
    """The other one had a state directory of its own, and is never started again."""
    other = Nodes(redis, redis_url, tmp_path / "other")
    try:
        killed = other.start()
        for stream in ("lost", "kept"):
            other.assign(small_spec(stream))
        lost, _ = other.running("lost"), other.running("kept")
        left, used = other.rings("lost"), other.rings("kept")
        assert left
        assert used
        killed.kill()
        os.kill(lost.pid, signal.SIGKILL)
        nodes.start()
        wait_until(lambda: not there(left), "what was left is removed")
        assert there(used) == used
    finally:
        other.close()


def test_a_node_that_is_told_to_end_leaves_nothing_behind(nodes: Nodes, redis: FarmRedis) -> None:
    node = nodes.start()
    nodes.assign(small_spec("ended"))
    report, ring = nodes.running("ended"), nodes.rings("ended")
    assert ring
    node.terminate()
    assert node.wait(15) == 0
    assert not psutil.pid_exists(report.pid)
    assert not there(ring)
    assert redis.get(keys.node(NODE)) is None


def test_a_stream_that_cannot_be_encoded_is_given_up_with_the_reason(
    redis: FarmRedis, redis_url: str, tmp_path: Path
) -> None:
    nodes = Nodes(redis, redis_url, tmp_path, encoder_max_restarts=1)
    nodes.start()
    config = msgspec.structs.replace(SMALL, preset="nonsense")
    nodes.assign(StreamSpec("hopeless", 1, config, ()))
    failed = ("failed", 1)
    wait_until(lambda: [(r.state, r.restarts) for r in nodes.streams().values()] == [failed], "it gives up")
    assert "libx264 refuses its settings" in (nodes.streams()["hopeless"].reason or "")
    nodes.close()
