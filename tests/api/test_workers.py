"""Who draws, over HTTP."""

from __future__ import annotations

from typing import Any

from farm.messages import to_json
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.heartbeats import beat
from farm.store.workers import WorkerStore
from farm.workforce import Standing, WorkerState
from tests.api.conftest import Caller


def sign(redis: FarmRedis, name: str, **streams: dict[str, Any]) -> None:
    said = {"kind": "worker", "name": name, "host": "studio", "pid": 7, "processes": 2, "streams": streams}
    beat(redis, keys.component(f"worker:{name}"), to_json(said), expires_ms=60_000)


def test_workers_tell_what_they_drew_and_how_they_stand(bob: Caller, redis: FarmRedis) -> None:
    sign(redis, "b", s={"drawn": 8, "slow": 2, "draw_ms": 20.0}, t={"drawn": 2, "crashed": 1, "draw_ms": 5.0})
    sign(redis, "a")
    blocked = Standing(WorkerState.BLOCKED, "slow", 2, 9000, 7)
    WorkerStore(redis).keep({"b": blocked, "c": blocked})
    answer = bob.ask("GET", "/workers")
    assert answer["count"] == 3
    a, b, c = answer["workers"]
    assert (a["name"], a["state"], a["drawMs"], a["alive"]) == ("a", "working", -1, True)
    assert (b["state"], b["reason"], b["blocks"], b["drawMs"], b["streams"]) == ("blocked", "slow", 2, 2.5, 2)
    assert b["deeds"] == {
        "drawn": 10,
        "slow": 2,
        "flawed": 0,
        "failed": 0,
        "crashed": 1,
        "stuck": 0,
        "grown": 0,
    }
    assert (c["state"], c["alive"], c["host"]) == ("blocked", False, "")


def test_a_farm_without_workers_says_so(bob: Caller) -> None:
    assert bob.ask("GET", "/workers") == {"workers": [], "count": 0}
