"""Fixtures for all rooms: the real servers that the farm stands on, each on a free port of loopback."""

from __future__ import annotations

import http.server
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from farm.perf.ports import free_port
from farm.services import redis_command, rtmp_command
from farm.store.connection import FarmRedis, connect

# A machine that does something else as well is slow, which says nothing about what is tested.
settings.register_profile(
    "untimed", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """What streams the integration tests read (`make verify`: 1080p, a minute each); golden pictures."""
    parser.addoption("--read-seconds", type=float, default=6.0, help="how long to read a stream")
    parser.addoption("--size", default="1280x720", help="width x height of the streams that are read")
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="keep pictures as drawn now, do not compare them",
    )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether the golden pictures are to be made anew."""
    return bool(request.config.getoption("--update-golden"))


def wait_until(
    condition: Callable[[], object], what: str, timeout_s: float = 15.0, *, every_s: float = 0.01
) -> None:
    """Poll ``condition`` until it is true; fail the test with ``what`` if it never is."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"timed out: {what}")
        threading.Event().wait(every_s)


def listens(port: int, address: str = "127.0.0.1") -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket() as probe:
        return probe.connect_ex((address, port)) == 0


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real redis-server of this test run."""
    port = free_port()
    command = redis_command(tmp_path_factory.mktemp("redis"), port)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        wait_until(lambda: listens(port), "redis-server accepts connections")
        yield f"redis://127.0.0.1:{port}/0"
        process.terminate()


@pytest.fixture
def redis(redis_url: str) -> Iterator[FarmRedis]:
    """A client of an empty real Redis."""
    client = connect(redis_url)
    client.flushall()
    yield client
    client.close()


class PublishGate:
    """What the API's on_publish would answer, and what it was asked."""

    def __init__(self) -> None:
        self.allow = True
        self.asked: list[str] = []


class RtmpServer:
    """A real nginx-rtmp."""

    def __init__(self, port: int, gate: PublishGate) -> None:
        self.port = port
        self.gate = gate

    def url(self, name: str) -> str:
        """Where to publish and play the stream ``name``."""
        return f"rtmp://127.0.0.1:{self.port}/live/{name}"


@pytest.fixture
def rtmp_server(tmp_path: Path) -> Iterator[RtmpServer]:
    """A real nginx-rtmp whose on_publish is answered by ``rtmp_server.gate``."""
    gate = PublishGate()

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            gate.asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200 if gate.allow else 403)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as publish_hook:
        threading.Thread(target=publish_hook.serve_forever, daemon=True).start()
        port = free_port()
        command = rtmp_command(
            tmp_path / "nginx",
            listen=f"127.0.0.1:{port}",
            stat_listen=f"127.0.0.1:{free_port()}",
            on_publish_url=f"http://127.0.0.1:{publish_hook.server_port}/rtmp/publish",
            error_log=str(tmp_path / "nginx.log"),
        )
        with subprocess.Popen(command) as process:
            wait_until(lambda: listens(port), "nginx-rtmp accepts connections")
            yield RtmpServer(port, gate)
            process.terminate()
        publish_hook.shutdown()
