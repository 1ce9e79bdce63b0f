"""The ward over a real Redis: who is blocked, who is told, and that only one coordinator decides."""

from __future__ import annotations

import json
from typing import Any

import pytest

from coordinator.ward import Ward
from farm.clock import ManualClock
from farm.messages import OutputReport, StreamReport, to_json
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.events import EventLog
from farm.store.heartbeats import beat
from farm.store.workers import WorkerStore
from farm.workforce import WorkerState
from tests.coordinator.rig import told

SECOND_NS = 1_000_000_000
NO_OUTPUTS: tuple[OutputReport, ...] = ()


class Farm:
    """Heartbeats and reports as the test wants them, and wards that look at them."""

    def __init__(self, redis: FarmRedis) -> None:
        self.redis = redis
        self.clock = ManualClock()
        self.pids = {"a": 1, "b": 1, "c": 1}
        self.deeds: dict[str, dict[str, dict[str, int]]] = {name: {} for name in self.pids}
        self.garbage: dict[str, int] = {}

    def ward(self, name: str = "one") -> Ward:
        return Ward(self.redis, EventLog(self.redis), self.clock, name=name)

    def draws(self, worker: str, stream: str = "s", **deeds: int) -> None:
        known = self.deeds[worker].setdefault(stream, {})
        for kind, count in deeds.items():
            known[kind] = known.get(kind, 0) + count

    def look(self, *wards: Ward, seconds: int = 1) -> None:
        self.clock.advance_ns(seconds * SECOND_NS)
        for name, pid in self.pids.items():
            sign = {"kind": "worker", "name": name, "host": "h", "pid": pid, "streams": self.deeds[name]}
            beat(self.redis, keys.component(f"worker:{name}"), to_json(sign), expires_ms=60_000)
        self.redis.set(keys.report("s"), to_json(report(self.garbage)))
        for ward in wards:
            ward.look(["s", "idle"])

    def state(self, worker: str) -> WorkerState:
        standing = WorkerStore(self.redis).standings().get(worker)
        return WorkerState.WORKING if standing is None else standing.state


def report(garbage: dict[str, int]) -> StreamReport:
    numbers: dict[str, Any] = dict.fromkeys(StreamReport.__struct_fields__, 0)
    numbers |= {"stream": "s", "node": "n", "encoder": "x264", "outputs": NO_OUTPUTS}
    numbers |= {"repeated": {}, "refused": {}, "drawn_by": {}, "garbage_by": garbage}
    return StreamReport(**numbers)


@pytest.fixture
def farm(redis: FarmRedis) -> Farm:
    return Farm(redis)


def sicken(farm: Farm, *wards: Ward, worker: str = "b") -> None:
    """Two looks, between which all draw, and ``worker`` sends garbage."""
    for name in farm.pids:
        farm.draws(name, drawn=10)
    farm.look(*wards)
    for name in farm.pids:
        farm.draws(name, drawn=30)
    farm.garbage[worker] = farm.garbage.get(worker, 0) + 25
    farm.look(*wards)


def test_a_sick_worker_is_blocked_tried_and_returned_and_people_are_told(farm: Farm) -> None:
    ward = farm.ward()
    sicken(farm, ward)
    assert farm.state("b") is WorkerState.BLOCKED
    assert told(farm.redis, "s", "workerBlocked") == [{"worker": "b", "reason": "garbage", "seconds": 15}]
    farm.look(ward)
    assert ward.drawers == 2
    farm.look(ward, seconds=15)
    assert farm.state("b") is WorkerState.PROBATION
    for name in farm.pids:
        farm.draws(name, drawn=10)
    farm.look(ward)
    assert farm.state("b") is WorkerState.WORKING
    assert [event["worker"] for event in told(farm.redis, "s", "workerReturned")] == ["b"]
    assert ward.counts == {"blocked": 1, "returned": 1}
    farm.look(ward)
    assert ward.drawers == 3


def test_only_one_coordinator_decides_and_the_next_one_goes_on_where_it_was(farm: Farm) -> None:
    first, second = farm.ward("one"), farm.ward("two")
    sicken(farm, first, second)
    assert len(told(farm.redis, "s", "workerBlocked")) == 1
    farm.redis.delete(keys.WARD)
    farm.look(second)
    assert farm.state("b") is WorkerState.BLOCKED
    farm.look(second, seconds=15)
    assert farm.state("b") is WorkerState.PROBATION
    farm.look(first)
    assert farm.state("b") is WorkerState.PROBATION


@pytest.mark.parametrize("kind", ["crashed", "stuck", "grown"])
def test_a_replaced_process_is_told(farm: Farm, kind: str) -> None:
    ward = farm.ward()
    farm.draws("a", drawn=1)
    farm.look(ward)
    farm.deeds["a"]["s"][kind] = 1
    farm.look(ward)
    farm.look(ward)
    assert told(farm.redis, "s", "workerReplaced") == [{"worker": "a", "reason": kind}]


def test_a_worker_that_was_started_again_is_told_and_tried_at_once(farm: Farm) -> None:
    ward = farm.ward()
    sicken(farm, ward)
    farm.pids["b"] = 2
    farm.look(ward)
    assert told(farm.redis, "s", "workerReplaced") == [{"worker": "b", "reason": "restarted"}]
    assert farm.state("b") is WorkerState.PROBATION


def test_a_scene_that_nobody_can_draw_is_told_and_nobody_is_blocked(farm: Farm) -> None:
    ward = farm.ward()
    for _ in range(3):
        for name in farm.pids:
            farm.draws(name, failed=20)
        farm.look(ward)
    assert told(farm.redis, "s", "scene:failing") == [{"reason": "failed"}]
    assert told(farm.redis, "s", "workerBlocked") == []


def test_what_a_stranger_wrote_is_no_trouble(farm: Farm) -> None:
    farm.redis.set(keys.STANDINGS, json.dumps({"b": "blocked"}))
    ward = farm.ward()
    sicken(farm, ward)
    assert farm.state("b") is WorkerState.BLOCKED
