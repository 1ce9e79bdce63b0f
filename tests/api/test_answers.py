"""The one form of all answers, above all of those that say no."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from api.http.app import create_app
from farm.clock import ManualClock
from farm.perf.ports import free_port
from farm.settings import Settings
from farm.store.connection import connect
from tests.api.conftest import ADMIN_TOKEN, Caller


def test_an_unknown_path_is_not_found(admin: Caller) -> None:
    assert admin.refused("GET", "/nothing", status=404)["code"] == "NOT_FOUND"


def test_an_unknown_stream_is_not_found(admin: Caller) -> None:
    error = admin.refused("GET", "/streams/nothing/status", status=404)
    assert error["details"] == {"stream": "nothing"}


@pytest.mark.parametrize("stream", ["UPPER", "a" * 49, "%2e%2e", "a:b", "a%00b", "-a"])
def test_what_cannot_be_an_id_is_not_found(admin: Caller, stream: str) -> None:
    assert admin.refused("GET", f"/streams/{stream}/status", status=404)["code"] == "NOT_FOUND"


def test_a_wrong_method_says_which_are_right(admin: Caller) -> None:
    answer = admin.raw("DELETE", "/stream/status")
    assert answer.status_code == 405
    assert answer.get_json()["error"]["code"] == "METHOD_NOT_ALLOWED"
    assert "GET" in answer.headers["Allow"]


def test_an_unknown_field_is_named(bob: Caller, show: str) -> None:
    error = bob.refused("PATCH", f"/streams/{show}/config", {"TARGET_FSP": 30}, status=400)
    assert error["code"] == "INVALID_REQUEST"
    assert [mistake["path"] for mistake in error["details"]["mistakes"]] == ["TARGET_FSP"]


def test_every_mistake_is_named_with_its_path(bob: Caller) -> None:
    body = {"id": "Not An Id", "outputs": [{"url": "rtmp://host/app/key"}, {"url": 5}], "extra": 1}
    error = bob.refused("POST", "/streams", body, status=400)
    assert {mistake["path"] for mistake in error["details"]["mistakes"]} == {"id", "outputs[1].url", "extra"}


@pytest.mark.parametrize("value", ["30", 30.5, True, None, [30], 0, 61])
def test_a_wrong_type_or_range_is_refused_and_not_guessed(bob: Caller, show: str, value: object) -> None:
    bob.refused("PATCH", f"/streams/{show}/config", {"TARGET_FPS": value}, status=400)
    assert bob.ask("GET", f"/streams/{show}/config")["TARGET_FPS"] == 30


@pytest.mark.parametrize("body", [b"{", b"[1, 2", b"{'a': 1}", b"\xff\xfe", b"NaN", b"[" * 100_000])
def test_a_body_that_is_no_json_is_refused(bob: Caller, show: str, body: bytes) -> None:
    error = bob.refused(
        "PATCH", f"/streams/{show}/config", status=400, data=body, content_type="application/json"
    )
    assert error["code"] == "INVALID_REQUEST"
    assert error["message"].startswith("the body is not JSON: ")


@pytest.mark.parametrize("body", [[], "text", 5, None, '{"TARGET_FPS": 25}'])
def test_a_body_that_is_no_object_is_refused(bob: Caller, show: str, body: object) -> None:
    data = json.dumps(body)
    bob.refused("PATCH", f"/streams/{show}/config", status=400, data=data, content_type="application/json")


def test_a_missing_body_is_refused(bob: Caller, show: str) -> None:
    bob.refused("PATCH", f"/streams/{show}/config", status=400)


def test_a_body_of_another_type_is_refused(bob: Caller, show: str) -> None:
    error = bob.refused("PATCH", f"/streams/{show}/config", status=415, data="a=b", content_type="text/plain")
    assert error["code"] == "UNSUPPORTED_MEDIA_TYPE"


def test_a_body_over_the_limit_is_refused(bob: Caller, settings: Settings) -> None:
    body = {"name": "x" * settings.body_max_bytes}
    error = bob.refused("POST", "/streams", body, status=413)
    assert error["code"] == "BODY_TOO_LARGE"
    assert error["details"] == {"limitBytes": settings.body_max_bytes}


def test_what_breaks_inside_stays_inside(app: Flask, admin: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise RuntimeError("the secret of the house")

    monkeypatch.setitem(app.view_functions, "farm.who_am_i", broken)
    answer = admin.raw("GET", "/tokens/me")
    assert answer.status_code == 500
    assert answer.get_json()["error"]["code"] == "INTERNAL"
    assert "secret" not in answer.get_data(as_text=True)


def test_a_redis_that_is_away_is_said_so(settings: Settings, clock: ManualClock) -> None:
    with connect(f"redis://127.0.0.1:{free_port()}/0") as away:
        admin = Caller(create_app(settings, away, clock).test_client(), ADMIN_TOKEN)
        answer = admin.raw("GET", "/streams")
    assert answer.status_code == 503
    assert answer.get_json()["error"]["code"] == "STORE_UNAVAILABLE"
    assert answer.headers["Retry-After"]
