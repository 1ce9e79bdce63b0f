"""``python -m api`` as a process: its ports, its child, its end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from farm.perf.ports import free_port
from farm.store import keys
from farm.store.connection import FarmRedis
from tests.conftest import wait_until

SETTINGS = ("PORT", "WS_PORT", "HEALTH_PORT", "METRICS_PORT", "RTMP_PORT", "RTMP_STAT_PORT")


@pytest.fixture
def environment(redis_url: str, tmp_path: Path) -> dict[str, str]:
    """The settings of an API process on free ports."""
    ports = {name: str(free_port()) for name in SETTINGS}
    own = {"REDIS_URL": redis_url, "STATE_DIR": str(tmp_path), "LOG_FORMAT": "json", "NODE_NAME": "host-a"}
    return {**os.environ, **ports, **own}


@contextmanager
def _api(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "api"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def _status(port: str, path: str) -> int | None:
    try:
        return httpx.get(f"http://127.0.0.1:{port}{path}", trust_env=False).status_code
    except httpx.TransportError:
        return None


def _child(process: subprocess.Popen[str]) -> int | None:
    children = psutil.Process(process.pid).children()
    return children[0].pid if children else None


def _lives(process: psutil.Process) -> bool:
    """Whether it runs; one that ended but was not waited for does not."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_the_process_serves_everything_restarts_a_dead_child_and_ends_on_sigterm(
    redis: FarmRedis, environment: dict[str, str]
) -> None:
    port, health = environment["PORT"], environment["HEALTH_PORT"]
    with _api(environment) as process:
        wait_until(lambda: _status(port, "/") == 200, "the HTTP API answers")
        assert _status(health, "/live") == 200
        assert _status(health, "/ready") == 503
        assert _status(environment["METRICS_PORT"], "/metrics") == 200
        assert redis.exists(keys.component(f"api:host-a-{port}"))

        first = _child(process)
        assert first is not None
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: _child(process) not in (None, first), "another child runs")
        wait_until(lambda: _status(port, "/") == 200, "the HTTP API answers again")

        second = _child(process)
        process.terminate()
        process.communicate(timeout=10)
        assert process.returncode == 0
        assert second is not None
        assert not psutil.pid_exists(second)
    assert not redis.exists(keys.component(f"api:host-a-{port}"))


def test_a_killed_process_leaves_no_child_behind(redis: FarmRedis, environment: dict[str, str]) -> None:
    with _api(environment) as process:
        wait_until(lambda: _status(environment["PORT"], "/") == 200, "the HTTP API answers")
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        wait_until(lambda: not any(map(_lives, family)), "the children are gone")


@pytest.mark.parametrize("setting", ["PORT", "WS_PORT", "HEALTH_PORT", "METRICS_PORT"])
def test_a_taken_port_ends_the_process_with_a_line_that_names_the_setting(
    environment: dict[str, str], setting: str
) -> None:
    with socket.create_server(("127.0.0.1", int(environment[setting]))), _api(environment) as process:
        output, errors = process.communicate(timeout=20)
        assert process.returncode == 1
        assert errors.startswith(f"api: {setting}: nobody can listen there (Address already in use)")
        assert errors.count("\n") == 1
        assert "Traceback" not in output


def test_wrong_settings_are_named_in_a_line_each(environment: dict[str, str]) -> None:
    with _api({**environment, "PORT": "no", "WS_PORT": "0"}) as process:
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert [line.split(":")[1].strip() for line in errors.splitlines()] == ["PORT", "WS_PORT"]
