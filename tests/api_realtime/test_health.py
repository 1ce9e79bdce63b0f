"""What probes are told."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from typing import Any

import pytest
from websockets.datastructures import Headers

from api.realtime.health import KEPT_NS, Address, Health, judge
from api.realtime.plain_http import Page
from api.realtime.state import Component, FarmState
from farm.clock import ManualClock
from farm.messages import NodeReport, to_json
from farm.perf.ports import free_port
from farm.store import heartbeats, keys
from farm.store.async_connection import connect_async
from farm.store.connection import FarmRedis
from tests.api_realtime.farm_fixtures import beat
from tests.conftest import RtmpServer

ALL = [Component(kind, "x", {}) for kind in ("coordinator", "worker", "encoder")]


@pytest.mark.parametrize(
    ("redis_reason", "components", "servers", "not_ready"),
    [
        (None, ALL, {"rtmp": None}, set()),
        (None, ALL, {"rtmp": "refused"}, {"rtmp"}),
        (None, ALL[1:], {"rtmp": None}, {"coordinator"}),
        (None, ALL[:1], {"rtmp": None}, {"worker", "encoder"}),
        ("away", [], {"rtmp": None}, {"redis", "coordinator", "worker", "encoder"}),
    ],
)
def test_a_part_is_ready_when_nothing_is_wrong_with_it(
    redis_reason: str | None,
    components: list[Component],
    servers: dict[str, str | None],
    not_ready: set[str],
) -> None:
    parts = judge(redis_reason, components, servers)
    assert {name for name, reason in parts.items() if reason} == not_ready


async def _ready(url: str, clock: ManualClock, rtmp_port: int, looks: int = 1) -> list[Page]:
    redis = connect_async(url)
    try:
        health = Health(FarmState(redis), clock, {"rtmp": Address("0.0.0.0", rtmp_port)})
        return [await health.ready(Headers()) for _ in range(looks)]
    finally:
        await redis.aclose()


def _parts(page: Page) -> dict[str, Any]:
    parts: dict[str, Any] = json.loads(page.body)["parts"]
    return parts


def test_a_whole_farm_is_ready(redis: FarmRedis, redis_url: str, rtmp_server: RtmpServer) -> None:
    beat(redis, "coordinator", "a")
    beat(redis, "worker", "worker-1@host")
    heartbeats.beat(redis, keys.node("node-a"), to_json(NodeReport("node-a", 20, {})), expires_ms=60_000)
    (page,) = asyncio.run(_ready(redis_url, ManualClock(), rtmp_server.port))
    assert page.status == HTTPStatus.OK
    assert all(part == {"ok": True, "reason": None} for part in _parts(page).values())


def test_what_is_missing_is_named_with_its_reason(redis: FarmRedis, redis_url: str) -> None:
    beat(redis, "worker", "one")
    (page,) = asyncio.run(_ready(redis_url, ManualClock(), free_port()))
    assert page.status == HTTPStatus.SERVICE_UNAVAILABLE
    parts = _parts(page)
    assert parts["worker"]["ok"]
    assert parts["coordinator"] == {"ok": False, "reason": "no coordinator has reported within seconds"}
    assert "takes no connection" in parts["rtmp"]["reason"]


def test_without_redis_the_probe_is_answered_all_the_same() -> None:
    (page,) = asyncio.run(_ready(f"redis://:secret@127.0.0.1:{free_port()}/0", ManualClock(), free_port()))
    assert page.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert not _parts(page)["redis"]["ok"]
    assert b"secret" not in page.body


def test_an_answer_is_kept_for_half_a_second(redis: FarmRedis, redis_url: str) -> None:
    clock = ManualClock()

    async def look() -> list[bool]:
        client = connect_async(redis_url)
        health = Health(FarmState(client), clock, {})
        seen = []
        for wait_ns in (0, KEPT_NS - 1, 1):
            clock.advance_ns(wait_ns)
            seen.append(_parts(await health.ready(Headers()))["worker"]["ok"])
            beat(redis, "worker", "one")
        await client.aclose()
        return seen

    assert asyncio.run(look()) == [False, False, True]
