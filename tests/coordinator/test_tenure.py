"""Leases as their holder sees them: by its own clock, and never longer than Redis does."""

from __future__ import annotations

import pytest

from coordinator.tenure import Tenure
from farm.clock import ManualClock
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.leases import LeaseStore

TTL_MS = 60_000


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def tenure(redis: FarmRedis, clock: ManualClock) -> Tenure:
    return Tenure(LeaseStore(redis, ttl_ms=TTL_MS), clock, owner="one", ttl_ms=TTL_MS)


def test_what_is_free_is_taken_and_what_is_not_is_left(tenure: Tenure, redis: FarmRedis) -> None:
    redis.set(keys.lease("theirs"), "1 two")
    assert tenure.keep(["free", "theirs"]) == {"free"}
    assert tenure.held() == ["free"]
    assert tenure.lease("theirs") is None
    assert tenure.keep(["free", "theirs"]) == set()


def test_a_holder_that_slept_for_a_term_relies_on_nothing_until_it_has_asked(
    tenure: Tenure, clock: ManualClock
) -> None:
    tenure.keep(["s"])
    clock.advance_ns(TTL_MS * 1_000_000 - 1)
    assert tenure.lease("s") is not None
    clock.advance_ns(1)
    assert tenure.lease("s") is None
    tenure.keep(["s"])
    assert tenure.lease("s") is not None


def test_a_lost_lease_is_noticed(tenure: Tenure, redis: FarmRedis) -> None:
    tenure.keep(["s"])
    redis.set(keys.lease("s"), "99 two")
    assert tenure.keep(["s"]) == {"s"}
    assert tenure.lease("s") is None


def test_a_higher_fence_elsewhere_is_outranked_if_the_lease_is_still_ours(tenure: Tenure) -> None:
    tenure.keep(["s"])
    tenure.outrank("s", 10**15)
    lease = tenure.lease("s")
    assert lease is not None
    assert lease.fence == 10**15 + 1


def test_a_higher_fence_of_another_holder_ends_ours(tenure: Tenure, redis: FarmRedis) -> None:
    tenure.keep(["s"])
    redis.set(keys.lease("s"), "500 two")
    tenure.outrank("s", 500)
    assert tenure.lease("s") is None
    assert redis.get(keys.lease("s")) == b"500 two"


def test_what_is_given_up_is_free(tenure: Tenure, redis: FarmRedis) -> None:
    tenure.keep(["s"])
    tenure.give_up("s")
    assert tenure.held() == []
    assert redis.exists(keys.lease("s")) == 0
