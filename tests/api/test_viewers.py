"""Viewers, counted from the statistics of a real RTMP server."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from api.viewers import FRESH_NS, ViewerCounter, viewers_in
from farm.clock import ManualClock
from farm.perf.ports import free_port
from tests.conftest import RtmpServer, wait_until


@pytest.fixture
def run() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts programs that end with the test."""
    with ExitStack() as stack:

        def start(*command: str) -> subprocess.Popen[bytes]:
            process = stack.enter_context(subprocess.Popen(command, stdin=subprocess.DEVNULL))
            stack.callback(process.kill)
            return process

        yield start


def _stat_port(rtmp_server: RtmpServer, tmp_path: Path) -> int:
    text = (tmp_path / "nginx" / "nginx.conf").read_text()
    return int(text.split("http {")[1].split("listen 127.0.0.1:")[1].split(";")[0])


def test_players_are_counted_and_the_publisher_is_not(
    rtmp_server: RtmpServer, tmp_path: Path, run: Callable[..., subprocess.Popen[bytes]]
) -> None:
    clock = ManualClock()
    counter = ViewerCounter("127.0.0.1", _stat_port(rtmp_server, tmp_path), clock)

    def count(stream: str) -> int:
        clock.advance_ns(FRESH_NS)
        return counter.count(stream)

    url = rtmp_server.url("show")
    source = ["-re", "-f", "lavfi", "-i", "testsrc=size=64x64:rate=10"]
    run("ffmpeg", "-v", "quiet", *source, "-g", "10", "-f", "flv", url)
    wait_until(lambda: rtmp_server.gate.asked, "somebody publishes")
    assert count("show") == 0
    for players in (1, 2):
        run("ffmpeg", "-v", "quiet", "-i", url, "-f", "null", "-")
        wait_until(lambda players=players: count("show") == players, f"{players} watch")  # type: ignore[misc]
    assert count("other") == 0


def test_the_server_is_asked_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = ManualClock()
    counter = ViewerCounter("127.0.0.1", 1, clock)
    asked: list[int] = []

    def ask() -> dict[str, int]:
        asked.append(clock.monotonic_ns())
        return {"show": len(asked)}

    monkeypatch.setattr(counter, "_ask", ask)
    assert [counter.count("show"), counter.count("show"), counter.count("other")] == [1, 1, 0]
    clock.advance_ns(FRESH_NS)
    assert counter.count("show") == 2


def test_without_a_server_nobody_is_counted() -> None:
    counter = ViewerCounter("127.0.0.1", free_port(), ManualClock())
    assert counter.count("show") == 0


@pytest.mark.parametrize("page", [b"", b"<rtmp>", b"not found"])
def test_another_page_is_no_statistics(page: bytes) -> None:
    with pytest.raises(ValueError, match="not the statistics page"):
        viewers_in(page)


def test_a_server_without_streams_has_no_viewers() -> None:
    assert viewers_in(b"<rtmp><server><application><live/></application></server></rtmp>") == {}
