"""`framefarm node`: draining, undraining and moving by the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from farm import node_commands
from farm.cli import app
from farm.clock import ManualClock
from farm.errors import FarmError


class FakeApi:
    """A farm of two nodes; a draining one loses a stream with each look."""

    def __init__(self, *streams: str, stuck: bool = False) -> None:
        self.streams = list(streams)
        self.stuck = stuck
        self.calls: list[tuple[str, str, Any]] = []
        self.draining = False

    def call(self, method: str, path: str, body: Any = None) -> Any:
        if method == "POST":
            self.calls.append((method, path, body))
            self.draining = path.endswith("/drain")
            return {}
        if self.draining and not self.stuck:
            self.streams = self.streams[1:]
        shared = {"alive": True, "capacity": 4, "codecs": ["libx264"], "streams": []}
        return {
            "nodes": [
                {"name": "host-1", "draining": self.draining, "assigned": list(self.streams), **shared},
                {"name": "host-2", "draining": False, "assigned": ["other"], **shared},
            ]
        }


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """Time goes by only where it is waited for."""
    clock = ManualClock()
    monkeypatch.setattr(node_commands, "SystemClock", lambda: clock)
    return clock


def run(monkeypatch: pytest.MonkeyPatch, api: FakeApi, arguments: str) -> Result:
    @contextmanager
    def reached(url: str | None, access: str | None) -> Iterator[FakeApi]:
        yield api

    monkeypatch.setattr(node_commands, "api_client", reached)
    return CliRunner().invoke(app, ["node", *arguments.split()])


def test_a_node_is_drained_and_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    api = FakeApi("a", "b")
    done = run(monkeypatch, api, "drain host-1")
    assert (done.exit_code, api.calls) == (0, [("POST", "/nodes/host-1/drain", None)])
    assert "draining" in done.output


def test_a_drain_is_waited_for(monkeypatch: pytest.MonkeyPatch, clock: ManualClock) -> None:
    api = FakeApi("a", "b", "c")
    assert run(monkeypatch, api, "drain host-1 --wait 60").exit_code == 0
    assert api.streams == []
    assert 0 < clock.monotonic_ns() < 60e9


@pytest.mark.usefixtures("clock")
def test_what_nobody_has_room_for_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(monkeypatch, FakeApi("big", stuck=True), "drain host-1 --wait 3")
    assert isinstance(done.exception, FarmError)
    assert "host-1 still has big after 3 s" in done.exception.message
    assert "undrain host-1" in done.exception.message


def test_a_node_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    api = FakeApi("a")
    done = run(monkeypatch, api, "undrain host-1")
    assert api.calls == [("POST", "/nodes/host-1/undrain", None)]
    assert "open" in done.output


def test_a_stream_is_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    api = FakeApi()
    assert run(monkeypatch, api, "move demo host-2").exit_code == 0
    assert api.calls == [("POST", "/streams/demo/move", {"node": "host-2"})]
