"""The preview: asked for by looking, answered by the encoder."""

from __future__ import annotations

import pytest

from api.http.routes.preview import WANTED_FOR_S
from farm.clock import ManualClock
from farm.store import keys
from farm.store.connection import FarmRedis
from tests.api.conftest import Caller


def test_the_newest_picture_is_answered(bob: Caller, show: str, redis: FarmRedis) -> None:
    bob.ask("POST", f"/streams/{show}/start")
    redis.set(keys.preview(show), b"\xff\xd8picture")
    answer = bob.raw("GET", f"/streams/{show}/preview.jpg")
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/jpeg", b"\xff\xd8picture")
    assert answer.headers["Cache-Control"] == "no-store"
    assert 0 < redis.ttl(keys.preview_wanted(show)) <= WANTED_FOR_S


def test_the_first_picture_is_waited_for(
    bob: Caller, show: str, redis: FarmRedis, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def encoder_brings_the_first(deadline_ns: int) -> None:
        assert redis.exists(keys.preview_wanted(show))
        redis.set(keys.preview(show), b"jpeg")

    bob.ask("POST", f"/streams/{show}/start")
    monkeypatch.setattr(clock, "sleep_until_ns", encoder_brings_the_first)
    assert bob.raw("GET", f"/streams/{show}/preview.jpg").data == b"jpeg"


def test_a_picture_that_never_comes_is_not_found(bob: Caller, show: str, clock: ManualClock) -> None:
    bob.ask("POST", f"/streams/{show}/start")
    began_ns = clock.monotonic_ns()
    bob.refused("GET", f"/streams/{show}/preview.jpg", status=404)
    assert clock.monotonic_ns() - began_ns == 1_000_000_000


def test_a_stopped_stream_is_not_waited_for(
    bob: Caller, show: str, redis: FarmRedis, clock: ManualClock
) -> None:
    began_ns = clock.monotonic_ns()
    redis.set(keys.preview(show), b"of yesterday")
    bob.refused("GET", f"/streams/{show}/preview.jpg", status=404)
    assert clock.monotonic_ns() == began_ns
