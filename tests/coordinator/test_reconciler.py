"""Passes over one stream, with a clock that moves when it is told to."""

from __future__ import annotations

import msgspec
import pytest

from coordinator.finisher import Finisher
from coordinator.pulse import Pulse
from coordinator.reconciler import LOST_NS, Reconciler
from coordinator.view import Reader
from farm.clock import ManualClock
from farm.messages import Desired, State
from farm.store.connection import FarmRedis
from farm.store.events import EventLog
from farm.store.leases import Lease, LeaseStore
from farm.store.nodes import NodeStore
from tests.coordinator.rig import FakeNode, credit, record, status, streams, told


class Passes:
    """A reconciler and what it needs."""

    def __init__(self, redis: FarmRedis) -> None:
        self.redis = redis
        self.clock = ManualClock(monotonic_ns=10**12, wall_ms=1)
        self.pulse = Pulse()
        self.pulse.follow(["s"], now_ns=0)
        leases = LeaseStore(redis, ttl_ms=60_000)
        self.nodes = NodeStore(redis)
        events = EventLog(redis)
        finisher = Finisher(streams(redis), events, self.clock)
        self.reconciler = Reconciler(self.nodes, leases, events, finisher, self.pulse, self.clock)
        lease = leases.acquire("s", "one")
        assert isinstance(lease, Lease)
        self.lease = lease

    def run(self, times: int = 1) -> State:
        for _ in range(times):
            self.reconciler.look(self.nodes.names())
            view = Reader(self.redis).view(["s"])["s"]
            state = self.reconciler.step(self.lease, view).state
        return state

    def tick(self) -> None:
        self.pulse.hear(credit(0), self.clock.monotonic_ns())


@pytest.fixture
def passes(redis: FarmRedis) -> Passes:
    streams(redis).create(record())
    streams(redis).want("s", Desired.LIVE)
    return Passes(redis)


@pytest.fixture
def first(redis: FarmRedis) -> FakeNode:
    node = FakeNode(redis, "a")
    node.beat()
    return node


def on_air(passes: Passes, node: FakeNode) -> None:
    passes.run()
    node.runs("s")
    passes.tick()
    assert passes.run() is State.LIVE


def test_a_stream_of_a_lost_node_moves_to_another(passes: Passes, first: FakeNode, redis: FarmRedis) -> None:
    on_air(passes, first)
    first.die()
    passes.clock.advance_ns(LOST_NS - 1)
    assert passes.run() is State.LIVE
    passes.clock.advance_ns(1)
    assert passes.run() is State.WAITING
    assert first.assigned() == {}
    second = FakeNode(redis, "b")
    second.beat()
    assert passes.run() is State.STARTING
    assert set(second.assigned()) == {"s"}
    states = [data["state"] for data in told(redis, "s", "stream:status")]
    assert states == ["starting", "live", "waiting", "starting"]


def test_a_stream_whose_process_outlives_its_node_stays(
    passes: Passes, first: FakeNode, redis: FarmRedis
) -> None:
    on_air(passes, first)
    first.die()
    FakeNode(redis, "b").beat()
    passes.clock.advance_ns(10 * LOST_NS)
    passes.tick()
    assert passes.run(3) is State.LIVE
    assert set(first.assigned()) == {"s"}


def test_after_an_outage_of_redis_nodes_have_time_to_show_up(passes: Passes, first: FakeNode) -> None:
    on_air(passes, first)
    first.die()
    passes.clock.advance_ns(10 * LOST_NS)
    passes.pulse.follow([], passes.clock.monotonic_ns())
    passes.pulse.follow(["s"], passes.clock.monotonic_ns())
    passes.reconciler.look_again()
    assert passes.run(3) is State.LIVE
    assert set(first.assigned()) == {"s"}


def test_a_restart_that_takes_long_is_told(passes: Passes, first: FakeNode, redis: FarmRedis) -> None:
    on_air(passes, first)
    first.runs("s", "restarting", "publishing rtmp://host/live/secret failed")
    assert passes.run() is State.LIVE
    passes.clock.advance_ns(2_000_000_000)
    assert passes.run() is State.STARTING
    assert "secret" not in str(status(redis).reason)
    passes.tick()
    assert passes.run() is State.LIVE
    assert status(redis).reason is None


def test_other_settings_reach_the_node_and_keep_the_stream_where_it_is(
    passes: Passes, first: FakeNode, redis: FarmRedis
) -> None:
    on_air(passes, first)
    changed = streams(redis).change("s", config=msgspec.structs.replace(record().config, bitrate_kbps=900))
    assert passes.run() is State.LIVE
    assert first.assigned()["s"].generation == changed.generation
    assert first.assigned()["s"].config.bitrate_kbps == 900


def test_a_second_assignment_is_taken_back(passes: Passes, first: FakeNode, redis: FarmRedis) -> None:
    on_air(passes, first)
    second = FakeNode(redis, "b")
    second.beat()
    passes.nodes.assign(passes.lease, "b", first.assigned()["s"], capacity=1)
    assert passes.run() is State.LIVE
    assert second.assigned() == {}
    assert set(first.assigned()) == {"s"}


def test_a_lost_lease_changes_nothing(passes: Passes, first: FakeNode, redis: FarmRedis) -> None:
    on_air(passes, first)
    before = status(redis)
    redis.delete(passes.lease.key)
    streams(redis).want("s", Desired.STOPPED)
    passes.run(2)
    assert set(first.assigned()) == {"s"}
    assert status(redis) == before


def test_nothing_is_told_twice(passes: Passes, first: FakeNode, redis: FarmRedis) -> None:
    on_air(passes, first)
    passes.run(5)
    assert [data["state"] for data in told(redis, "s", "stream:status")] == ["starting", "live"]
    last = told(redis, "s", "stream:status")[-1]
    assert last == {"isLive": True, "isPaused": False, "state": "live", "reason": None}


def test_a_stream_whose_process_finished_is_idle_and_people_are_told_once(
    passes: Passes, first: FakeNode, redis: FarmRedis
) -> None:
    on_air(passes, first)
    first.runs("s", "finished")
    passes.run()
    assert streams(redis).get("s").desired is Desired.STOPPED
    passes.clock.advance_ns(2_000_000_000)
    assert passes.run(3) is State.IDLE
    assert status(redis).reason == "finished"
    assert first.assigned() == {}
    assert [data["generation"] for data in told(redis, "s", "render:finished")] == [2]


def test_a_finished_stream_that_is_started_again_runs_again(
    passes: Passes, first: FakeNode, redis: FarmRedis
) -> None:
    on_air(passes, first)
    first.runs("s", "finished")
    passes.run(2)
    passes.clock.advance_ns(2_000_000_000)
    streams(redis).want("s", Desired.LIVE)
    passes.run(2)
    assert first.assigned()["s"].generation == 3
    assert status(redis).reason is None
    first.runs("s")
    passes.tick()
    assert passes.run() is State.LIVE
    assert streams(redis).get("s").desired is Desired.LIVE
