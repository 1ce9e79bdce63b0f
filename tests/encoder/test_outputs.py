"""Outputs against real and against hostile servers: each failure stays with the output that has it."""

from __future__ import annotations

import http.server
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from farm.messages import OutputReport, StreamReport
from farm.perf.ports import free_port
from farm.services import redis_command, rtmp_command
from farm.store.connection import FarmRedis, connect
from tests.conftest import RtmpServer, listens, wait_until
from tests.encoder.farmhand import Farmhand, read_number, record
from tests.encoder.running import encoder_process, report_of, small_spec


@contextmanager
def hanging_server() -> Iterator[str]:
    """The URL of a server that accepts connections and never reads a byte."""
    with socket.create_server(("127.0.0.1", 0), backlog=8) as server:
        yield f"rtmp://127.0.0.1:{server.getsockname()[1]}/live/hang"


class Allowing(http.server.BaseHTTPRequestHandler):
    """Lets everybody publish."""

    def do_POST(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        pass


class OtherServer:
    """A second nginx-rtmp, which goes down and comes back on the same port."""

    def __init__(self, directory: Path, on_publish_url: str) -> None:
        self.port = free_port()
        self._command = rtmp_command(
            directory,
            listen=f"127.0.0.1:{self.port}",
            stat_listen=f"127.0.0.1:{free_port()}",
            on_publish_url=on_publish_url,
            error_log=str(directory.parent / "other-nginx.log"),
        )

    def url(self, name: str) -> str:
        return f"rtmp://127.0.0.1:{self.port}/live/{name}"

    @contextmanager
    def up(self) -> Iterator[None]:
        with subprocess.Popen(self._command) as process:
            wait_until(lambda: listens(self.port), "the second server accepts connections")
            try:
                yield
            finally:
                process.terminate()


@pytest.fixture
def other_server(tmp_path: Path) -> Iterator[OtherServer]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Allowing) as hook:
        threading.Thread(target=hook.serve_forever, daemon=True).start()
        yield OtherServer(tmp_path / "other", f"http://127.0.0.1:{hook.server_port}/")
        hook.shutdown()


class Watcher:
    """Looks at the outputs of one stream."""

    def __init__(self, redis: FarmRedis, stream: str) -> None:
        self._redis = redis
        self._stream = stream

    def outputs(self) -> tuple[OutputReport, ...]:
        report = report_of(self._redis, self._stream)
        return report.outputs if report is not None else ()

    def report(self) -> StreamReport:
        wait_until(lambda: report_of(self._redis, self._stream), "the process reports")
        report = report_of(self._redis, self._stream)
        assert report is not None
        return report

    def output(self, number: int) -> OutputReport:
        wait_until(self.outputs, "the process reports")
        return self.outputs()[number]

    def until(self, number: int, condition: Callable[[OutputReport], object], what: str) -> OutputReport:
        wait_until(lambda: self.outputs() and condition(self.outputs()[number]), what)
        return self.outputs()[number]

    def connected(self, number: int) -> OutputReport:
        return self.until(number, lambda output: output.state == "connected", f"output {number} is connected")


def test_a_refused_publisher_waits_with_the_reason_and_connects_once_it_may(
    redis: FarmRedis, redis_url: str, rtmp_server: RtmpServer
) -> None:
    rtmp_server.gate.allow = False
    watch = Watcher(redis, "refused")
    with encoder_process(redis_url, small_spec("refused", rtmp_server.url("topsecret"))):
        refused = watch.until(0, lambda output: output.error, "the output is refused")
        assert "topsecret" not in f"{refused.error}{refused.url}"
        assert refused.connects == 0
        rtmp_server.gate.allow = True
        assert watch.connected(0).connects == 1
        assert watch.connected(0).error is None


def test_a_server_that_hangs_times_out_and_does_not_touch_the_other_output(
    redis: FarmRedis, redis_url: str, rtmp_server: RtmpServer
) -> None:
    watch = Watcher(redis, "hang")
    with hanging_server() as hanging:
        spec = small_spec("hang", rtmp_server.url("fine"), hanging)
        with Farmhand(redis_url, "hang"), encoder_process(redis_url, spec, output_timeout_ms=300):
            watch.connected(0)
            stuck = watch.until(1, lambda output: output.error, "the hanging server times out")
            assert "did not answer within 0.3 s" in (stuck.error or "")
            pictures = record(rtmp_server.url("fine"), 320, 180, 30)
            assert watch.output(0).connects == 1
    numbers = [read_number(picture[:180]) for picture in pictures]
    first = numbers[0]
    assert first is not None
    assert numbers == list(range(first, first + 30))


def test_a_server_that_restarts_gets_its_stream_back_and_the_other_never_lost_it(
    redis: FarmRedis, redis_url: str, rtmp_server: RtmpServer, other_server: OtherServer
) -> None:
    watch = Watcher(redis, "restart")
    spec = small_spec("restart", rtmp_server.url("steady"), other_server.url("shaky"))
    with Farmhand(redis_url, "restart"), encoder_process(redis_url, spec):
        with other_server.up():
            watch.connected(0)
            watch.connected(1)
        lost = watch.until(1, lambda output: output.state == "waiting", "the broken connection is noticed")
        assert lost.error
        with other_server.up():
            assert (
                watch.until(1, lambda output: output.connects == 2, "the output is back").state == "connected"
            )
            first = read_number(record(other_server.url("shaky"), 320, 180, 10)[0][:180])
            steady = watch.output(0)
    assert first is not None
    assert (steady.connects, steady.state, steady.error) == (1, "connected", None)


def test_a_redis_that_stops_is_not_noticed_by_viewers(tmp_path: Path, rtmp_server: RtmpServer) -> None:
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    with subprocess.Popen(redis_command(tmp_path, port), stdout=subprocess.DEVNULL) as server:
        wait_until(lambda: listens(port), "Redis accepts connections")
        redis = connect(url)
        watch = Watcher(redis, "stopped")
        with Farmhand(url, "stopped"), encoder_process(url, small_spec("stopped", rtmp_server.url("on"))):
            watch.connected(0)
            before = watch.report()
            with stopped(server):
                # 60 pictures are two seconds in which Redis says nothing.
                assert len(record(rtmp_server.url("on"), 320, 180, 60)) == 60
            wait_until(lambda: watch.report().emitted >= before.emitted + 60, "it reports again")
            resumed = watch.report()
            wait_until(lambda: watch.report().fresh >= resumed.fresh + 30, "new pictures are drawn again")
            after = watch.report()
        redis.close()
        server.terminate()
    assert (after.epoch, after.outputs[0].connects, after.outputs[0].dropped_packets) == (before.epoch, 1, 0)


@contextmanager
def stopped(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """The process stands still in this block."""
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)
