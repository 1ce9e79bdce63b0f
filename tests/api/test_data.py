"""Live data over HTTP: set, changed and given back, by many at once, and never a scene revision."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from api.http.services import Services
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.tokens import Scope
from tests.api.conftest import ADMIN_TOKEN, Caller


def test_a_stream_begins_without_data(bob: Caller, show: str) -> None:
    assert bob.ask("GET", f"/streams/{show}/data") == {"snapshot": 0, "values": {}}


def test_a_patch_changes_what_it_names(bob: Caller, show: str) -> None:
    path = f"/streams/{show}/data"
    assert bob.ask("PUT", path, {"bid": 100, "name": "Ann"}) == {
        "snapshot": 1,
        "values": {"bid": 100, "name": "Ann"},
    }
    assert bob.ask("PATCH", path, {"bid": 120.5, "lot": "7"})["values"] == {
        "bid": 120.5,
        "name": "Ann",
        "lot": "7",
    }
    assert bob.ask("PATCH", path, {"name": None})["values"] == {"bid": 120.5, "lot": "7"}
    assert bob.ask("GET", path) == {"snapshot": 3, "values": {"bid": 120.5, "lot": "7"}}


def test_a_put_replaces_and_a_delete_removes_all(bob: Caller, show: str) -> None:
    path = f"/streams/{show}/data"
    bob.ask("PUT", path, {"bid": 100, "name": "Ann"})
    assert bob.ask("PUT", path, {"bid": 1})["values"] == {"bid": 1}
    assert bob.ask("DELETE", path) == {"snapshot": 3, "values": {}}


def test_what_changes_nothing_makes_no_snapshot(bob: Caller, show: str) -> None:
    path = f"/streams/{show}/data"
    assert bob.ask("DELETE", path)["snapshot"] == 0
    bob.ask("PUT", path, {"bid": 100})
    assert bob.ask("PATCH", path, {"bid": 100})["snapshot"] == 1
    assert bob.ask("PATCH", path, {"gone": None})["snapshot"] == 1


def test_data_is_no_edit_of_the_scene(bob: Caller, show: str) -> None:
    before = bob.ask("GET", f"/streams/{show}/scene/history")
    bob.ask("PATCH", f"/streams/{show}/data", {"bid": 100})
    assert bob.ask("GET", f"/streams/{show}/scene/history") == before


def test_my_stream_has_data_too(bob: Caller, show: str) -> None:
    bob.ask("PATCH", "/stream/data", {"bid": 3})
    assert bob.ask("GET", f"/streams/{show}/data")["values"] == {"bid": 3}


@pytest.mark.parametrize(
    ("method", "body", "path", "reason"),
    [
        ("PUT", {"bid": None}, "bid", "must be a number up to 1e+15 either way, or a text of at most 2000"),
        ("PATCH", {"bid": True}, "bid", "must be a number"),
        ("PATCH", {"bid": [1]}, "bid", "must be a number"),
        ("PATCH", {"a name": 1}, ".", "has a name, 'a name', that is not 1 to 64 letters"),
        ("PUT", {f"n{i}": i for i in range(201)}, ".", "has 201 values; at most 200 are allowed"),
    ],
)
def test_bad_values_are_refused_with_path_and_reason(
    bob: Caller, show: str, method: str, body: dict[str, Any], path: str, reason: str
) -> None:
    error = bob.refused(method, f"/streams/{show}/data", body, status=400)
    [mistake] = error["details"]["mistakes"]
    assert error["code"] == "INVALID_REQUEST"
    assert mistake["path"] == path
    assert mistake["reason"].startswith(reason)


def test_what_is_too_much_together_is_refused(bob: Caller, show: str) -> None:
    path = f"/streams/{show}/data"
    bob.ask("PUT", path, {f"n{i}": i for i in range(200)})
    assert "has 201 values" in bob.refused("PATCH", path, {"more": 1}, status=400)["message"]
    assert bob.ask("PATCH", path, {"n0": None, "more": 1})["values"]["more"] == 1
    bob.ask("PUT", path, {f"n{i}": "x" * 2000 for i in range(25)})
    assert "50001 characters in all" in bob.refused("PATCH", path, {"more": "x"}, status=400)["message"]


def test_a_body_that_is_no_object_is_refused(bob: Caller, show: str) -> None:
    assert bob.refused("PATCH", f"/streams/{show}/data", [1], status=400)["code"] == "INVALID_REQUEST"


def test_a_viewer_looks_and_touches_not(caller: Callable[..., Caller], bob: Caller, show: str) -> None:
    bob.ask("PUT", f"/streams/{show}/data", {"bid": 1})
    viewer = caller("bob", Scope.VIEWER)
    assert viewer.ask("GET", f"/streams/{show}/data")["values"] == {"bid": 1}
    for method in ("PUT", "PATCH", "DELETE"):
        assert viewer.refused(method, f"/streams/{show}/data", {}, status=403)["code"] == "FORBIDDEN"
    caller("eve").refused("GET", f"/streams/{show}/data", status=404)


def test_of_many_changes_at_once_none_is_lost(app: Flask, farm: Services, show: str) -> None:
    def change(number: int) -> None:
        caller = Caller(app.test_client(), ADMIN_TOKEN)
        caller.ask("PATCH", f"/streams/{show}/data", {f"n{number}": number})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(change, range(24)))
    kept = farm.snapshots.load(show, farm.snapshots.head(show))
    assert kept.plain_values() == {f"n{number}": number for number in range(24)}


def test_data_goes_with_its_stream(bob: Caller, show: str, redis: FarmRedis) -> None:
    bob.ask("PUT", f"/streams/{show}/data", {"bid": 1})
    bob.ask("DELETE", f"/streams/{show}")
    assert redis.exists(keys.snapshot_head(show), keys.snapshot(show, 1)) == 0


def test_what_redis_lost_is_begun_again(bob: Caller, show: str, redis: FarmRedis) -> None:
    bob.ask("PUT", f"/streams/{show}/data", {"bid": 1})
    redis.delete(keys.snapshot(show, 1))
    assert bob.ask("GET", f"/streams/{show}/data") == {"snapshot": 1, "values": {}}
    assert bob.ask("PATCH", f"/streams/{show}/data", {"bid": 2}) == {"snapshot": 2, "values": {"bid": 2}}
