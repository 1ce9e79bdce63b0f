"""The API as it runs: gunicorn in its own process, with the real servers around it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from farm.clock import SystemClock
from farm.perf.ports import free_port
from farm.services import redis_command, rtmp_command
from farm.store.connection import connect
from farm.store.stream_keys import StreamKeyStore
from tests.api.conftest import ADMIN_TOKEN
from tests.api.test_assets import picture
from tests.conftest import listens, wait_until


@contextmanager
def _running(command: Any, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, **options) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()


class Api:
    """An API process and its Redis."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
        self.port = port
        self.process = process
        self._log = log
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
            timeout=10,
        )

    def log(self) -> str:
        """All that it has printed."""
        return self._log.read_text()


@contextmanager
def _api(redis_port: int, log: Path, **more: str) -> Iterator[Api]:
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")},
        "PORT": str(port),
        "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
        "ADMIN_TOKEN": ADMIN_TOKEN,
        "LOG_FORMAT": "json",
        **more,
    }
    with (
        log.open("wb") as output,
        _running(
            [sys.executable, "-m", "api.http"], env=environment, stdout=output, stderr=output
        ) as process,
    ):
        wait_until(lambda: listens(port), "the API listens")
        api = Api(port, process, log)
        yield api
        api.http.close()


@pytest.fixture
def api(redis_url: str, redis: object, tmp_path: Path) -> Iterator[Api]:
    with _api(int(redis_url.rsplit(":", 1)[1].split("/", maxsplit=1)[0]), tmp_path / "log") as running:
        yield running


def test_it_serves_and_ends_when_it_is_told_to(api: Api) -> None:
    answer = api.http.post("/streams", json={"id": "show"})
    assert answer.status_code == 201
    assert api.http.get("/streams/show/status").json()["data"]["state"] == "idle"
    api.process.terminate()
    assert api.process.wait(10) == 0
    assert ADMIN_TOKEN not in api.log()
    assert '"what":"POST /streams"' in api.log().replace('": "', '":"')


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    port = free_port()
    environment = {**os.environ, "PORT": str(port), "REDIS_URL": "redis://127.0.0.1:1/0"}
    start = "import subprocess, sys; subprocess.run([sys.executable, '-m', 'api.http'])"
    with _running([sys.executable, "-c", start], env=environment) as parent:
        wait_until(lambda: listens(port), "the API listens")
        parent.kill()
        wait_until(lambda: not listens(port), "the port is free again")


def test_the_pictures_of_a_folder_are_there_from_the_start(
    redis_url: str, redis: object, tmp_path: Path
) -> None:
    (tmp_path / "logo.png").write_bytes(picture())
    redis_port = int(redis_url.rsplit(":", 1)[1].split("/", maxsplit=1)[0])
    with _api(redis_port, tmp_path / "log", ASSET_DIR=str(tmp_path)) as api:
        [kept] = api.http.get("/assets").json()["data"]["assets"]
        assert (kept["name"], kept["owner"]) == ("logo.png", "admin")
        layer = {"type": "image", "asset": kept["id"]}
        assert api.http.post("/stream/layers", json=layer).status_code == 201


def test_a_folder_of_pictures_does_not_keep_it_from_starting_without_redis(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(picture())
    with _api(1, tmp_path / "log", ASSET_DIR=str(tmp_path)) as api:
        assert api.http.get("/").status_code == 200
        assert "wait for the next start" in api.log()


def test_a_body_without_a_length_is_limited_too(api: Api) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield bytes(500_000)

    answer = api.http.post("/streams", content=endless(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413, answer.text
    assert answer.json()["error"]["code"] == "BODY_TOO_LARGE"


@pytest.mark.parametrize("gone", [signal.SIGTERM, signal.SIGSTOP])
def test_it_says_so_while_redis_is_away_and_goes_on_when_it_is_back(tmp_path: Path, gone: int) -> None:
    port = free_port()
    command = redis_command(tmp_path, port)
    quiet = {"stdout": subprocess.DEVNULL}
    with _running(command, **quiet) as redis, _api_when_ready(port, tmp_path / "log") as api:
        assert api.http.post("/streams", json={"id": "show"}).status_code == 201
        redis.send_signal(gone)
        if gone == signal.SIGTERM:
            redis.wait(10)
        answer = api.http.get("/streams/show", timeout=4)
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "STORE_UNAVAILABLE"
        if gone == signal.SIGSTOP:
            redis.send_signal(signal.SIGCONT)
            wait_until(lambda: api.http.get("/streams/show").status_code == 200, "the API recovers")
        else:
            with _running(command, **quiet):
                wait_until(lambda: api.http.get("/streams/show").status_code == 200, "the API recovers")


@contextmanager
def _api_when_ready(redis_port: int, log: Path) -> Iterator[Api]:
    wait_until(lambda: listens(redis_port), "redis-server accepts connections")
    with _api(redis_port, log) as api:
        yield api


def test_only_who_has_the_key_may_publish(api: Api, redis_url: str, tmp_path: Path) -> None:
    api.http.post("/streams", json={"id": "show"})
    with connect(redis_url) as redis:
        key = StreamKeyStore(redis, SystemClock()).internal("show").key
    port, stat_port = free_port(), free_port()
    command = rtmp_command(
        tmp_path / "nginx",
        listen=f"127.0.0.1:{port}",
        stat_listen=f"127.0.0.1:{stat_port}",
        on_publish_url=f"http://127.0.0.1:{api.port}/rtmp/publish",
        error_log=str(tmp_path / "nginx.log"),
    )

    def publish(arguments: str) -> int:
        source = ["-f", "lavfi", "-i", "testsrc=size=64x64:rate=10:duration=1"]
        target = ["-f", "flv", f"rtmp://127.0.0.1:{port}/live/show{arguments}"]
        done = subprocess.run(["ffmpeg", "-v", "quiet", *source, *target], check=False, timeout=30)
        return done.returncode

    with _running(command):
        wait_until(lambda: listens(port), "nginx-rtmp accepts connections")
        assert publish(f"?key={key}") == 0
        assert publish("?key=ffk_0123456789abcdef0123456789abcdef0123456789abcdef") != 0
        assert publish("") != 0
