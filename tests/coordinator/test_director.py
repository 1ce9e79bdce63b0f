"""What is ordered while the workers keep up, and while they do not."""

from __future__ import annotations

import pytest

from coordinator.director import MIN_BACKLOG, Director
from coordinator.hedging import Hedger
from coordinator.order import Order
from coordinator.publisher import Publisher
from coordinator.teller import Teller
from coordinator.tenure import Tenure
from farm.clock import SystemClock
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.events import EventLog
from farm.store.leases import LeaseStore
from farm.store.programs import ProgramStore
from farm.store.scenes import SceneStore
from farm.tasks import LANES
from tests.coordinator.rig import LEAD, commit_scene, credit

TTL_MS = 60_000


@pytest.fixture
def director(redis: FarmRedis) -> Director:
    """One that drives "s", of which nothing was ordered yet."""
    clock = SystemClock()
    tenure = Tenure(LeaseStore(redis, ttl_ms=TTL_MS), clock, owner="me", ttl_ms=TTL_MS)
    tenure.keep(["s"])
    commit_scene(redis)
    teller = Teller(SceneStore(redis), EventLog(redis), clock)
    made = Director(tenure, ProgramStore(redis), Publisher(redis), teller, Hedger(0), clock)
    made.order("s", Order(revision=1, playing=True, started_wall_ms=100))
    return made


def test_frames_that_no_worker_takes_do_not_pile_up(director: Director, redis: FarmRedis) -> None:
    assert director.direct([credit(-1)], frames_wanted=LEAD) == LEAD
    redis.lpush(keys.QUEUE, *["another stream's"] * MIN_BACKLOG)
    assert director.direct([credit(0)], frames_wanted=LEAD) == 1  # only now it is seen
    assert [director.direct([credit(emitted)], frames_wanted=LEAD) for emitted in (1, 2, 9)] == [0, 0, 0]
    assert redis.llen(keys.QUEUE) == LEAD + MIN_BACKLOG + 1


def test_once_workers_take_frames_again_the_newest_are_ordered(director: Director, redis: FarmRedis) -> None:
    redis.lpush(keys.QUEUE, *["another stream's"] * (MIN_BACKLOG + 1))
    director.direct([credit(-1)], frames_wanted=LEAD)
    assert director.direct([credit(5)], frames_wanted=LEAD) == 0
    redis.delete(keys.QUEUE)
    assert director.direct([credit(9)], frames_wanted=LEAD) == LEAD
    assert director.direct([credit(10)], frames_wanted=LEAD) == 1


def test_a_farm_that_wants_more_frames_may_have_more_waiting(director: Director, redis: FarmRedis) -> None:
    redis.lpush(keys.QUEUE, *["another stream's"] * (2 * MIN_BACKLOG))
    assert director.direct([credit(-1)], frames_wanted=MIN_BACKLOG) == LEAD
    assert director.direct([credit(0)], frames_wanted=2 * MIN_BACKLOG) == 1


def test_what_waits_with_a_low_priority_holds_up_no_other(director: Director, redis: FarmRedis) -> None:
    director.order("s", Order(revision=1, playing=True, started_wall_ms=100, priority="low"))
    redis.lpush(LANES["low"], *["another stream's"] * (MIN_BACKLOG + 1))
    assert director.direct([credit(-1)], frames_wanted=LEAD) == LEAD  # only now it is seen
    assert director.direct([credit(0)], frames_wanted=LEAD) == 0
    director.order("s", Order(revision=1, playing=True, started_wall_ms=100, priority="high"))
    assert director.direct([credit(1)], frames_wanted=LEAD) == 2
    assert redis.llen(LANES["high"]) == 2
