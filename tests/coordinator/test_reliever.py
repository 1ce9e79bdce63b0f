"""Overloaded streams do with less: decided from reports, kept in Redis, told to people."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import pytest

from coordinator.degrade import EASE_NS, Measures
from coordinator.reliever import Held, Limits, Reliever
from coordinator.view import StreamView
from farm.clock import ManualClock
from farm.messages import Desired, Relief, from_json, to_json
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.events import EventLog
from farm.store.leases import Lease, LeaseStore
from farm.store.scenes import SceneStore
from farm.store.streams import StreamRecord, StreamStatus
from tests.api_realtime.farm_fixtures import REPORT
from tests.coordinator.rig import record, told

SECOND_NS = 1_000_000_000
STARTED = msgspec.structs.replace(record(), desired=Desired.LIVE, started_wall_ms=5)
UNTOUCHED = Limits()


class Farm:
    """A stream whose encoder process reports what the test says, once a second."""

    def __init__(self, redis: FarmRedis) -> None:
        self.redis = redis
        self.clock = ManualClock(wall_ms=1000)
        self.leases = LeaseStore(redis, ttl_ms=60_000)
        self.record = STARTED
        self.revision = 0
        self._report = msgspec.structs.replace(
            REPORT, stream="s", emitted=3000, repeated={}, refused={}, fps=30.0
        )

    def reliever(self, limits: Limits = UNTOUCHED) -> Reliever:
        return Reliever(self.redis, self.leases, EventLog(self.redis), self.clock, limits, cpu_ns=lambda: 0)

    def lease(self, owner: str = "one") -> Lease:
        self.redis.delete(keys.lease("s"))
        lease = self.leases.acquire("s", owner)
        assert lease is not None
        return lease

    def commit(self, document: dict[str, Any]) -> None:
        revision = SceneStore(self.redis).commit("s", document, expected_head=self.revision)
        assert revision is not None
        self.revision = revision

    def say(self, late: int = 0, **changes: Any) -> None:
        """A second goes by in which ``late`` of 30 frames came late."""
        self.clock.advance_ns(SECOND_NS)
        before = self._report
        repeated = {"late": before.repeated.get("late", 0) + late}
        emitted = before.emitted + 30
        self._report = msgspec.structs.replace(before, emitted=emitted, repeated=repeated, **changes)
        self.redis.set(keys.report("s"), to_json(self._report))

    def held(self, lease: Lease) -> dict[str, Held]:
        return {"s": Held(lease, self.record, self.revision)}

    def live(self, reliever: Reliever, lease: Lease, seconds: int, late: int) -> None:
        for _ in range(seconds):
            self.say(late)
            reliever.look(self.held(lease))

    def relief(self) -> Relief:
        data = self.redis.get(keys.relief("s"))
        return Relief() if data is None else from_json(data, Relief)


@pytest.fixture
def farm(redis: FarmRedis) -> Farm:
    return Farm(redis)


def test_an_overload_climbs_is_told_and_goes_back(farm: Farm) -> None:
    reliever, lease = farm.reliever(), farm.lease()
    farm.live(reliever, lease, 1, late=0)
    assert reliever.measures("s") == Measures()
    farm.live(reliever, lease, 6, late=10)
    assert farm.relief().rungs == ("batch", "fps/2", "fps/3")
    assert farm.relief().cause == "the workers cannot draw fast enough"
    assert reliever.measures("s") == Measures(batch=4, hold=3, ahead=3)
    degraded = told(farm.redis, "s", "stream:degraded")
    assert [(event["step"], event["level"], event["fps"]) for event in degraded] == [
        ("batch", 1, 30.0),
        ("fps/2", 2, 15.0),
        ("fps/3", 3, 10.0),
    ]
    assert degraded[0]["missed"] == pytest.approx(1 / 3, abs=0.001)
    farm.live(reliever, lease, 3 * EASE_NS // SECOND_NS + 3, late=0)
    assert farm.relief() == Relief(since_wall_ms=farm.relief().since_wall_ms, ease_ms=EASE_NS // 1_000_000)
    recovered = told(farm.redis, "s", "stream:recovered")
    assert [event["step"] for event in recovered] == ["fps/3", "fps/2", "batch"]
    assert reliever.measures("s") == Measures()


def test_the_look_says_whose_measures_changed(farm: Farm) -> None:
    reliever, lease = farm.reliever(), farm.lease()
    changed = []
    for _ in range(3):
        farm.say(late=10)
        changed.append(reliever.look(farm.held(lease)))
        assert reliever.look(farm.held(lease)) == set()
    assert changed == [set(), set(), {"s"}]


def test_a_preview_is_thinned_out_only_while_somebody_looks(farm: Farm) -> None:
    reliever, lease = farm.reliever(), farm.lease()
    farm.redis.set(keys.preview_wanted("s"), "1")
    farm.live(reliever, lease, 5, late=10)
    assert farm.relief().rungs == ("batch", "preview")


@pytest.mark.parametrize(
    "document",
    [
        {"layers": [{"id": "a", "optional": True}]},
        {"scenes": {"main": {"layers": [{"id": "a", "optional": True}]}}, "program": "main"},
    ],
)
def test_optional_layers_are_left_out_where_there_are_some(farm: Farm, document: dict[str, Any]) -> None:
    farm.commit(document)
    reliever, lease = farm.reliever(), farm.lease()
    farm.live(reliever, lease, 5, late=10)
    assert farm.relief().rungs == ("batch", "layers")
    assert reliever.measures("s").lean


def test_a_scene_is_looked_into_once_and_again_when_it_is_another(farm: Farm) -> None:
    farm.commit({"layers": [{"id": "a", "optional": True}]})
    reliever, lease = farm.reliever(), farm.lease()
    farm.live(reliever, lease, 3, late=10)
    assert farm.relief().rungs == ("batch",)
    farm.redis.delete(keys.scene("s", 1))
    farm.live(reliever, lease, 2, late=10)
    assert farm.relief().rungs == ("batch", "layers")
    farm.commit({"layers": [{"id": "a"}]})
    farm.live(reliever, lease, 3 * EASE_NS // SECOND_NS, late=0)
    assert farm.relief().rungs == ()
    farm.live(reliever, lease, 6, late=10)
    assert "layers" not in farm.relief().rungs


def test_another_coordinator_goes_on_where_the_first_one_was(farm: Farm) -> None:
    farm.live(farm.reliever(), farm.lease(), 5, late=10)
    assert farm.relief().rungs == ("batch", "fps/2")
    other, lease = farm.reliever(), farm.lease("two")
    farm.live(other, lease, 1, late=0)
    assert other.measures("s").hold == 2
    farm.live(other, lease, 2, late=10)
    assert farm.relief().rungs == ("batch", "fps/2", "fps/3")


def test_who_lost_the_lease_decides_nothing_for_others(farm: Farm) -> None:
    reliever, lost = farm.reliever(), farm.lease()
    farm.lease("two")
    farm.live(reliever, lost, 5, late=10)
    assert farm.relief() == Relief()
    assert told(farm.redis, "s", "stream:degraded") == []


@pytest.mark.parametrize("after", [{"desired": Desired.STOPPED}, {"started_wall_ms": 6}], ids=str)
def test_a_new_start_begins_with_everything(farm: Farm, after: dict[str, Any]) -> None:
    reliever, lease = farm.reliever(), farm.lease()
    farm.live(reliever, lease, 5, late=10)
    farm.record = changed(farm.record, **after)
    reliever.look(farm.held(lease))
    assert farm.relief() == Relief()
    assert reliever.measures("s") == Measures()


def changed(before: StreamRecord, **changes: Any) -> StreamRecord:
    return msgspec.structs.replace(before, **changes)


def test_limits_are_kept(farm: Farm) -> None:
    lease = farm.lease()
    farm.live(farm.reliever(Limits(enabled=False)), lease, 9, late=20)
    assert farm.relief() == Relief()
    fixed = farm.reliever(Limits(min_fps=15, min_height=1000, batch=2))
    farm.live(fixed, lease, 9, late=10)
    assert farm.relief().rungs == ("fps/2",)
    assert fixed.measures("s") == Measures(batch=2, hold=2)


def test_dear_frames_are_not_put_together(farm: Farm) -> None:
    reliever, lease = farm.reliever(), farm.lease()
    for _ in range(4):
        farm.say(late=10, draw_ms=30.0)
        reliever.look(farm.held(lease))
    assert farm.relief().rungs == ("fps/2",)
    assert reliever.measures("s").batch == 1


def test_frames_that_wait_are_paired_before_any_is_late(farm: Farm) -> None:
    reliever, lease = farm.reliever(), farm.lease()
    for _ in range(3):
        farm.say(queue_ms=30.0)
        reliever.look(farm.held(lease))
    assert reliever.measures("s") == Measures(batch=2, ahead=1)
    assert farm.relief() == Relief()


@pytest.mark.parametrize(("limits", "batch"), [(UNTOUCHED, 4), (Limits(batch=1), 1)])
def test_frames_that_nobody_waits_for_go_many_to_a_task(farm: Farm, limits: Limits, batch: int) -> None:
    config = msgspec.structs.replace(farm.record.config, pace="free")
    farm.record = msgspec.structs.replace(farm.record, config=config)
    reliever = farm.reliever(limits)
    farm.live(reliever, farm.lease(), seconds=1, late=0)
    assert (reliever.measures("s").batch, reliever.measures("s").ahead) == (batch, 0)


def test_a_stream_without_reports_stays_as_it_is(farm: Farm) -> None:
    reliever, lease = farm.reliever(), farm.lease()
    farm.redis.set(keys.report("s"), b"nonsense")
    assert reliever.look(farm.held(lease)) == set()
    assert reliever.look({}) == set()


def test_what_nobody_waits_for_is_never_degraded_and_goes_singly_if_it_is_dear(farm: Farm) -> None:
    farm.record = changed(farm.record, config=msgspec.structs.replace(farm.record.config, pace="free"))
    reliever, lease = farm.reliever(), farm.lease()
    farm.live(reliever, lease, 9, late=20)
    assert farm.relief() == Relief()
    farm.say(draw_ms=50.0)
    assert reliever.look(farm.held(lease)) == {"s"}
    assert reliever.measures("s") == Measures()


@pytest.mark.parametrize(
    ("pace", "priority", "lane"),
    [
        ("live", "normal", "normal"),
        ("live", "low", "low"),
        ("free", "normal", "low"),
        ("free", "high", "high"),
    ],
)
def test_renders_stand_back_behind_what_is_on_air(
    pace: Literal["live", "free"], priority: str, lane: str
) -> None:
    config = msgspec.structs.replace(STARTED.config, pace=pace, priority=priority)
    order = StreamView(changed(STARTED, config=config), 1, StreamStatus()).order(replacing=False)
    assert order is not None
    assert order.priority == lane
