"""Who is there: found by an index, whatever else lies in Redis."""

from __future__ import annotations

import msgspec
import pytest

from farm.messages import NodeReport, StreamConfig, StreamSpec, to_json
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.heartbeats import KEPT_MS, beat, end_beat, lately
from farm.store.leases import LeaseStore
from farm.store.nodes import NodeStore

WORKER, NODE = keys.component("worker:one"), keys.node("a")
ALL_COMPONENTS = keys.component("")


def indexed(redis: FarmRedis) -> list[str]:
    return lately(redis, "")


def test_a_heartbeat_is_found_by_its_kind_until_it_is_taken_back(redis: FarmRedis) -> None:
    beat(redis, WORKER, b"{}", expires_ms=6000)
    beat(redis, NODE, b"{}", expires_ms=3000)
    assert lately(redis, ALL_COMPONENTS) == ["worker:one"]
    assert lately(redis, keys.node("")) == ["a"]
    assert 0 < redis.pttl(NODE) <= 3000
    end_beat(redis, WORKER)
    assert lately(redis, ALL_COMPONENTS) == []
    assert not redis.exists(WORKER)


def test_an_emptied_redis_knows_everybody_after_one_beat_of_each(redis: FarmRedis) -> None:
    beat(redis, WORKER, b"{}", expires_ms=6000)
    redis.flushall()
    redis.script_flush()
    assert lately(redis, ALL_COMPONENTS) == []
    beat(redis, WORKER, b"{}", expires_ms=6000)
    assert lately(redis, ALL_COMPONENTS) == ["worker:one"]


def test_those_that_stopped_are_forgotten_by_the_beats_of_the_others(redis: FarmRedis) -> None:
    beat(redis, WORKER, b"{}", expires_ms=6000)
    for age_ms, kept in ((KEPT_MS - 5000, True), (KEPT_MS, False)):
        now_s, now_us = redis.time()
        redis.zadd(keys.HEARTBEATS, {WORKER: now_s * 1000 + now_us // 1000 - age_ms})
        beat(redis, NODE, b"{}", expires_ms=3000)
        assert (WORKER in indexed(redis)) == kept


def test_beating_again_takes_no_more_room(redis: FarmRedis) -> None:
    for _ in range(5):
        beat(redis, WORKER, b"{}", expires_ms=6000)
    assert indexed(redis) == [WORKER]


def commands(redis: FarmRedis) -> int:
    return int(redis.info("stats")["total_commands_processed"])


@pytest.mark.parametrize("others", [0, 3000])
def test_finding_nodes_costs_three_commands_however_much_lies_there(redis: FarmRedis, others: int) -> None:
    redis.mset({"ff:unrelated": b"", **{f"ff:unrelated:{n}": b"" for n in range(others)}})
    beat(redis, NODE, to_json(NodeReport("a", 1, {})), expires_ms=3000)
    before = commands(redis)
    assert NodeStore(redis).names() == {"a"}
    asked = commands(redis) - before
    assert asked == 3, "ZRANGE, SMEMBERS and the INFO that counts them"


def test_a_node_with_assignments_is_known_though_it_never_beats(redis: FarmRedis) -> None:
    nodes, leases = NodeStore(redis), LeaseStore(redis, ttl_ms=1000)
    spec = StreamSpec("s", 1, StreamConfig(), ())
    found = [leases.acquire(stream, "me") for stream in ("s", "t")]
    one, two = (lease for lease in found if lease is not None)
    assert nodes.assign(one, "gone", spec, capacity=2)
    assert nodes.assign(two, "gone", msgspec.structs.replace(spec, stream="t"), capacity=2)
    assert nodes.unassign(one, "gone", "s")
    assert nodes.names() == {"gone"}
    assert nodes.unassign(two, "gone", "t")
    assert nodes.names() == set()
