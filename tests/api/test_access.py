"""Who may do what: found out from the map of all routes, so that no new one is forgotten."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from api.http.access import open_endpoints
from farm.store.tokens import Scope
from tests.api.conftest import ADMIN_TOKEN, Caller

OPEN = {
    ("GET", "/"),
    ("GET", "/dashboard/settings.json"),
    ("GET", "/dashboard/x"),
    ("GET", "/openapi.json"),
    ("GET", "/reference"),
    ("GET", "/reference/x"),
    ("POST", "/rtmp/publish"),
}


def _every_route(app: Flask) -> set[tuple[str, str]]:
    routes = set()
    for rule in app.url_map.iter_rules():
        _, path = rule.build(dict.fromkeys(rule.arguments, "x")) or ("", "")
        routes |= {(method, path) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    return routes


def test_every_route_but_the_open_ones_asks_for_a_token(app: Flask, nobody: Caller) -> None:
    routes = _every_route(app)
    assert len(routes) > 50
    assert routes > OPEN
    for method, path in routes - OPEN:
        error = nobody.refused(method, path, status=401)
        assert error["code"] == "UNAUTHORIZED", (method, path)


def test_the_open_routes_are_those_that_say_so(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint in open_endpoints(app)]
    assert {rule.rule.replace("<path:file>", "x") for rule in rules} == {path for _, path in OPEN}


def test_a_viewer_may_read_everything_but_change_nothing(app: Flask, caller: Callable[..., Caller]) -> None:
    viewer = caller("bob", Scope.VIEWER)
    for method, path in _every_route(app) - OPEN:
        status = viewer.raw(method, path).status_code
        if method == "GET" and path not in {"/tokens", "/nodes"}:
            # What asks for something that this request does not name, or that is not there, is read, too.
            assert status in (200, 400, 404, 409), (method, path)
        else:
            assert status == 403, (method, path)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer fft_unknown",
        f"Basic {ADMIN_TOKEN}",
        ADMIN_TOKEN,
        f"Bearer {ADMIN_TOKEN}x",
    ],
)
def test_a_wrong_token_is_nobodys(nobody: Caller, header: str) -> None:
    answer = nobody.raw("GET", "/stream/status", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert ADMIN_TOKEN not in answer.get_data(as_text=True)


def test_a_forbidden_answer_says_what_is_needed(bob: Caller) -> None:
    error = bob.refused("GET", "/tokens", status=403)
    assert error["details"] == {"needed": "admin", "scope": "operator"}


def test_the_settings_token_is_an_admins(admin: Caller) -> None:
    me = admin.ask("GET", "/tokens/me")
    assert (me["owner"], me["scope"]) == ("admin", "admin")


def test_other_peoples_streams_do_not_exist(caller: Callable[..., Caller], show: str, admin: Caller) -> None:
    eve = caller("eve")
    missing = eve.refused("GET", "/streams/nothing", status=404)
    for method, path in [
        ("GET", ""),
        ("DELETE", ""),
        ("POST", "/start"),
        ("GET", "/keys"),
        ("GET", "/scene"),
    ]:
        error = eve.refused(method, f"/streams/{show}{path}", status=404)
        assert error["message"].replace(show, "nothing") == missing["message"]
    assert eve.ask("GET", "/streams")["count"] == 0
    assert admin.ask("GET", f"/streams/{show}")["owner"] == "bob"
    assert admin.ask("GET", "/streams")["count"] == 1


def test_headers_protect_browsers(nobody: Caller) -> None:
    headers = nobody.raw("GET", "/openapi.json").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "Access-Control-Allow-Origin" not in headers
