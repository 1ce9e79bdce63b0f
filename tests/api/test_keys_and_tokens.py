"""Stream keys and access tokens over HTTP, and the RTMP server's question."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from farm.clock import ManualClock
from farm.store.tokens import Scope
from tests.api.conftest import Caller


def test_keys_have_the_ordered_shape(bob: Caller, show: str, clock: ManualClock) -> None:
    made = bob.ask("POST", f"/streams/{show}/keys", status=201)
    assert set(made) == {"id", "key", "createdAt"}
    assert made["key"].startswith("ffk_")
    assert made["createdAt"] == clock.wall_ms()
    assert bob.ask("GET", f"/streams/{show}/keys") == {"keys": [{**made, "lastUsed": None}]}
    answer = bob.raw("DELETE", f"/streams/{show}/keys/{made['id']}")
    assert answer.get_json() == {"success": True}
    assert bob.ask("GET", f"/streams/{show}/keys") == {"keys": []}


def test_a_viewer_sees_keys_masked(bob: Caller, show: str, caller: Callable[..., Caller]) -> None:
    key = bob.ask("POST", f"/streams/{show}/keys", status=201)["key"]
    seen = caller("bob", Scope.VIEWER).ask("GET", f"/streams/{show}/keys")
    assert [entry["key"] for entry in seen["keys"]] == ["ffk_***"]
    assert key not in str(seen)


def test_an_unknown_key_is_not_found(bob: Caller, show: str) -> None:
    bob.refused("DELETE", f"/streams/{show}/keys/nothing", status=404)


def test_the_rtmp_server_is_told_whose_key_is_right(
    bob: Caller, nobody: Caller, show: str, clock: ManualClock
) -> None:
    key = bob.ask("POST", f"/streams/{show}/keys", status=201)["key"]
    form = {"call": "publish", "app": "live", "addr": "127.0.0.1", "type": "live"}
    nobody.ask("POST", "/rtmp/publish", data={**form, "name": show, "key": key})
    nobody.ask("POST", "/rtmp/publish", data={**form, "name": key})
    assert bob.ask("GET", f"/streams/{show}/keys")["keys"][0]["lastUsed"] == clock.wall_ms()
    for wrong in ({"name": show}, {"name": show, "key": key + "x"}, {"name": "other", "key": key}, {}):
        error = nobody.refused("POST", "/rtmp/publish", data={**form, **wrong}, status=403)
        assert error == {
            "code": "FORBIDDEN",
            "message": "this stream key does not allow this stream",
            "details": {},
        }


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/octet-stream"])
def test_the_rtmp_servers_question_may_be_nonsense(nobody: Caller, kind: str) -> None:
    nobody.refused("POST", "/rtmp/publish", data=b"\xff\x00{", content_type=kind, status=403)


def test_a_token_is_told_once(admin: Caller, caller: Callable[..., Caller]) -> None:
    made = admin.ask("POST", "/tokens", {"owner": "eve", "scope": "viewer", "name": "wall"}, status=201)
    assert made["token"].startswith("fft_")
    listed = admin.ask("GET", "/tokens")
    assert listed["count"] == 1
    assert set(listed["tokens"][0]) == {"id", "owner", "scope", "name", "createdAt"}
    assert made["token"] not in str(listed)


def test_a_token_works_until_it_is_revoked(admin: Caller, nobody: Caller) -> None:
    made = admin.ask("POST", "/tokens", {"owner": "eve"}, status=201)
    header = {"Authorization": f"Bearer {made['token']}"}
    assert nobody.ask("GET", "/tokens/me", headers=header)["scope"] == "operator"
    admin.ask("DELETE", f"/tokens/{made['id']}")
    nobody.refused("GET", "/tokens/me", headers=header, status=401)
    admin.refused("DELETE", f"/tokens/{made['id']}", status=404)


@pytest.mark.parametrize(
    "body", [{}, {"owner": "Eve Adams"}, {"owner": ""}, {"owner": "eve", "scope": "god"}, {"owner": "e" * 33}]
)
def test_a_wrong_order_of_a_token_is_refused(admin: Caller, body: dict[str, str]) -> None:
    admin.refused("POST", "/tokens", body, status=400)
