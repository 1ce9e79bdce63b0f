"""Killed coordinators and a Redis that goes away, with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from farm.messages import Desired, FrameTask, State
from farm.perf.ports import free_port
from farm.services import redis_command
from farm.store import keys
from farm.store.connection import FarmRedis, connect
from farm.store.programs import ProgramStore
from tests.conftest import listens, wait_until
from tests.coordinator.rig import (
    FakeNode,
    commit_scene,
    coordinator,
    credit,
    queued,
    record,
    status,
    streams,
)


@contextmanager
def coordinator_process(redis_url: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "REDIS_URL": redis_url, "LOG_FORMAT": "json"}
    command = [sys.executable, "-m", "coordinator"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def start(redis: FarmRedis) -> FakeNode:
    node = FakeNode(redis)
    node.beat()
    streams(redis).create(record())
    commit_scene(redis)
    streams(redis).want("s", Desired.LIVE)
    return node


def tasks_for(redis: FarmRedis, node: FakeNode, emitted: int) -> list[FrameTask]:
    found: list[FrameTask] = []

    def answered() -> bool:
        node.tick(credit(emitted, -1))
        found.extend(queued(redis))
        return bool(found)

    wait_until(answered, f"tasks after frame {emitted}")
    return found


def test_sigterm_gives_up_the_leases_and_ends_well(redis: FarmRedis, redis_url: str) -> None:
    start(redis)
    with coordinator_process(redis_url) as process:
        wait_until(lambda: redis.get(keys.lease("s")), "it drives the stream")
        process.terminate()
        assert process.wait(timeout=10) == 0
    assert redis.get(keys.lease("s")) is None
    assert redis.keys("ff:component:*") == []


def test_after_a_kill_the_next_one_goes_on_where_it_ended(redis: FarmRedis, redis_url: str) -> None:
    node = start(redis)
    with coordinator_process(redis_url) as first:
        tasks_for(redis, node, emitted=29)
        before = ProgramStore(redis).load("s")
        first.send_signal(signal.SIGKILL)
        first.wait()
    with coordinator_process(redis_url):
        tasks = tasks_for(redis, node, emitted=59)
    assert before is not None
    assert [task.frame for task in tasks] == [60, 61, 62]
    assert tasks[0].segments == before.segments
    assert tasks[0].fence > before.fence


def test_wrong_settings_are_said_and_end_it() -> None:
    environment = {**os.environ, "LEASE_TTL_MS": "soon"}
    command = [sys.executable, "-m", "coordinator"]
    ended = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert ended.returncode == 1
    assert b"LEASE_TTL_MS" in ended.stderr


@contextmanager
def own_redis(directory: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(redis_command(directory, port), stdout=subprocess.DEVNULL) as process:
        wait_until(lambda: listens(port), "redis-server accepts connections")
        try:
            yield process
        finally:
            process.terminate()


def test_a_redis_that_was_away_finds_the_coordinator_waiting(tmp_path: Path) -> None:
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    with coordinator(url, "one"):
        with own_redis(tmp_path, port), connect(url) as redis:
            node = start(redis)
            assert tasks_for(redis, node, emitted=-1)[0].frame == 0
        with own_redis(tmp_path, port), connect(url) as redis:
            node = FakeNode(redis)
            node.beat()
            tasks = tasks_for(redis, node, emitted=20)
            assert [task.frame for task in tasks] == [21, 22, 23]
            assert tasks[0].segments[0].from_frame == 0
            wait_until(lambda: status(redis).state is State.LIVE, "live again")
            assert status(redis).node == node.name


def test_a_redis_that_could_not_save_is_told_to_write_its_file_anew(tmp_path: Path) -> None:
    port, key = free_port(), keys.component("coordinator:one")
    url = f"redis://127.0.0.1:{port}/0"

    def rewrites() -> int:
        return int(redis.info("persistence")["aof_rewrites"])

    with own_redis(tmp_path, port), connect(url) as redis, coordinator(url, "one"):
        wait_until(lambda: redis.get(key), "it is there")
        before = rewrites()
        (tmp_path / "dump.rdb").mkdir()  # in the way of what is to be saved
        redis.config_set("save", "3600 1")
        redis.bgsave()
        wait_until(lambda: redis.get(key) is None, "nobody can write", 20)
        assert rewrites() == before
        redis.config_set("save", "")
        wait_until(lambda: rewrites() > before, "the file is written anew", 20)
        wait_until(lambda: redis.get(key), "it works again")


def test_an_empty_redis_begins_from_nothing(tmp_path: Path) -> None:
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    with coordinator(url, "one"):
        for place in ("before", "after"):
            (tmp_path / place).mkdir()
            with own_redis(tmp_path / place, port), connect(url) as redis:
                node = start(redis)
                wait_until(lambda node=node: "s" in node.assigned(), f"assigned {place}")  # type: ignore[misc]
