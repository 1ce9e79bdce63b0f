"""The app, and people who call it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.http.app import create_app
from api.http.document import describe
from api.http.services import EXTENSION, Services
from farm.clock import ManualClock
from farm.messages import OutputReport, State, StreamReport, to_json
from farm.settings import Settings
from farm.store import keys
from farm.store.connection import FarmRedis, connect
from farm.store.streams import StreamStatus
from farm.store.tokens import Scope, TokenStore

ADMIN_TOKEN = "an-admin-token-of-the-settings"
TEXT_LAYER: dict[str, Any] = {"id": "title", "type": "text", "text": "Hello"}


class Caller:
    """Somebody with a token, or without one. Every answer is checked to have the API's one form."""

    def __init__(self, client: FlaskClient, token: str | None) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def raw(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **options: Any
    ) -> TestResponse:
        """The answer as it comes."""
        all_headers = {**self._headers, **(headers or {})}
        return self._client.open(path, method=method, headers=all_headers, buffered=True, **options)

    def ask(self, method: str, path: str, json: object = None, *, status: int = 200, **options: Any) -> Any:
        """The ``data`` of an answer that must have this ``status`` and say yes."""
        answer = self.raw(method, path, json=json, **options)
        assert answer.status_code == status, answer.get_data(as_text=True)
        body = answer.get_json()
        assert body["success"] is True
        return body.get("data")

    def refused(
        self, method: str, path: str, json: object = None, *, status: int, **options: Any
    ) -> dict[str, Any]:
        """The ``error`` of an answer that must have this ``status`` and say no."""
        answer = self.raw(method, path, json=json, **options)
        assert answer.status_code == status, answer.get_data(as_text=True)
        body = answer.get_json()
        assert set(body) == {"success", "error"}
        assert body["success"] is False
        assert set(body["error"]) == {"code", "message", "details"}
        error: dict[str, Any] = body["error"]
        return error


@pytest.fixture(scope="session")
def clock() -> ManualClock:
    return ManualClock(wall_ms=1_700_000_000_000)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings.model_validate(
        {
            "admin_token": ADMIN_TOKEN,
            "state_dir": tmp_path_factory.mktemp("state"),
            "body_max_bytes": 200_000,
            "asset_max_bytes": 100_000,
            "rtmp_stat_port": 1,
        }
    )


@pytest.fixture(scope="session")
def shared_app(settings: Settings, redis_url: str, clock: ManualClock) -> Iterator[Flask]:
    """All its state is in Redis, which ``app`` empties; to make it takes longer than to run a test."""
    with connect(redis_url) as redis:
        yield create_app(settings, redis, clock, cache(describe))


@pytest.fixture
def app(shared_app: Flask, redis: FarmRedis) -> Flask:
    """The app over an empty Redis."""
    return shared_app


@pytest.fixture
def farm(app: Flask) -> Services:
    """The app's stores."""
    found: Services = app.extensions[EXTENSION]
    return found


@pytest.fixture
def nobody(app: Flask) -> Caller:
    """Somebody without a token."""
    return Caller(app.test_client(), None)


@pytest.fixture
def admin(app: Flask) -> Caller:
    """Who has the settings' token."""
    return Caller(app.test_client(), ADMIN_TOKEN)


@pytest.fixture
def caller(app: Flask, redis: FarmRedis, clock: ManualClock) -> Callable[..., Caller]:
    """Makes somebody with a fresh token: ``caller("bob", Scope.VIEWER)``."""

    def make(owner: str, scope: Scope = Scope.OPERATOR) -> Caller:
        return Caller(app.test_client(), TokenStore(redis, clock).create(owner, scope)[1])

    return make


@pytest.fixture
def bob(caller: Callable[..., Caller]) -> Caller:
    """An operator."""
    return caller("bob")


@pytest.fixture
def show(bob: Caller) -> str:
    """A stream of bob's."""
    stream: str = bob.ask("POST", "/streams", {"id": "show"}, status=201)["id"]
    return stream


def be(redis: FarmRedis, stream: str, state: State, reason: str | None = None) -> None:
    """Do the coordinator's part: say what ``stream`` is doing."""
    redis.set(keys.status(stream), to_json(StreamStatus(state, reason)))


def report(redis: FarmRedis, stream: str) -> StreamReport:
    """Do the encoder process's part: report on ``stream``."""
    made = StreamReport(
        stream=stream,
        epoch=3,
        generation=2,
        node="one",
        pid=77,
        started_wall_ms=5,
        emitted=899,
        fresh=890,
        repeated={"late": 9, "none": 1},
        refused={},
        fps=29.97,
        bitrate_kbps=4100.5,
        encoder="libx264",
        encode_ms=4.5,
        draw_ms=2.25,
        queue_ms=1.5,
        latency_ms=30.0,
        drawn_by={"worker_one@host": 890},
        lead=3,
        waiting=1,
        cpu_percent=25.5,
        memory_bytes=123_000_000,
        outputs=(OutputReport("farm", "rtmp://host/live/***", "connected", 1, 900, 0, 10_000),),
    )
    redis.set(keys.report(stream), to_json(made), ex=60)
    return made
