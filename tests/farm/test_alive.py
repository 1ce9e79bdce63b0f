"""The health check of containers: does this host's one report?"""

from __future__ import annotations

import subprocess
import sys

import pytest

from farm.alive import alive
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.heartbeats import beat

HEARTBEATS = {
    "coordinator": keys.component("coordinator:host-a-17-beef"),
    "worker": keys.component("worker:host-a-17"),
    "encoder": keys.node("host-a"),
}


@pytest.mark.parametrize("kind", HEARTBEATS)
def test_alive_is_who_reports_from_this_host(redis: FarmRedis, kind: str) -> None:
    assert not alive(redis, kind, "host-a")
    beat(redis, HEARTBEATS[kind], b"{}", expires_ms=60_000)
    assert alive(redis, kind, "host-a")
    assert not alive(redis, kind, "host-b")
    assert [other for other in HEARTBEATS if alive(redis, other, "host-a")] == [kind]


def test_a_name_with_characters_of_patterns_means_itself(redis: FarmRedis) -> None:
    beat(redis, keys.node("host-a"), b"{}", expires_ms=60_000)
    assert not alive(redis, "encoder", "host-?")
    beat(redis, keys.node("host-[1]"), b"{}", expires_ms=60_000)
    assert alive(redis, "encoder", "host-[1]")


@pytest.mark.parametrize(("reports", "code"), [(True, 0), (False, 1)])
def test_the_exit_code_tells(redis: FarmRedis, redis_url: str, *, reports: bool, code: int) -> None:
    if reports:
        beat(redis, keys.node("host-a"), b"{}", expires_ms=60_000)
    environment = {"REDIS_URL": redis_url, "NODE_NAME": "host-a"}
    command = [sys.executable, "-m", "farm.alive", "encoder"]
    assert subprocess.run(command, env=environment, check=False, capture_output=True).returncode == code


def test_without_redis_nobody_is_alive() -> None:
    command = [sys.executable, "-m", "farm.alive", "worker"]
    environment = {"REDIS_URL": "redis://:sesame@127.0.0.1:1/0"}
    result = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert result.returncode == 1
    assert "Redis does not answer" in result.stderr
    assert "sesame" not in result.stderr
