"""Leases against coordinators that come, go and forget to renew: the same properties of those in Redis and of
those in memory, which the other models stand on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coordinator.tenure import Leases, Tenure
from farm.clock import ManualClock
from farm.store import keys
from farm.store.connection import FarmRedis, as_text
from farm.store.leases import Lease, LeaseStore
from tests.journey.leases import MemoryLeases

TTL_MS = 1000
STRETCH = 60_000
"""Milliseconds of Redis to one of the test: of itself it lets nothing run out while a test runs."""
STREAMS = ("a", "b")


class Farm:
    """A lease store, and a clock whose steps are the store's own as well: Redis's leases are aged by hand."""

    def __init__(self, redis: FarmRedis | None) -> None:
        self.clock = ManualClock()
        self.redis = redis
        self.memory = MemoryLeases(self.clock, ttl_ms=TTL_MS)
        self.store: Leases = self.memory if redis is None else LeaseStore(redis, ttl_ms=TTL_MS * STRETCH)

    def pass_time(self, ms: int) -> None:
        self.clock.advance_ns(ms * 1_000_000)
        if self.redis is not None:
            for stream in STREAMS:
                left_ms = self.redis.pttl(keys.lease(stream)) - ms * STRETCH
                if left_ms <= 0:
                    self.redis.delete(keys.lease(stream))
                else:
                    self.redis.pexpire(keys.lease(stream), left_ms)

    def holder(self, stream: str) -> str | None:
        """The mark of the lease that is in force."""
        if self.redis is None:
            lease = self.memory.holder(stream)
            return None if lease is None else lease.mark
        mark = self.redis.get(keys.lease(stream))
        return None if mark is None else as_text(mark)


@pytest.fixture(params=["memory", "redis"])
def farm_of(request: pytest.FixtureRequest) -> Callable[[], Farm]:
    if request.param == "memory":
        return lambda: Farm(None)
    redis: FarmRedis = request.getfixturevalue("redis")

    def emptied() -> Farm:
        redis.delete(*(keys.lease(stream) for stream in STREAMS))
        return Farm(redis)

    return emptied


acts = st.lists(
    st.one_of(
        st.tuples(st.just("acquire"), st.sampled_from("xyz"), st.sampled_from(STREAMS)),
        st.tuples(st.just("renew"), st.integers(0, 9), st.none()),
        st.tuples(st.just("release"), st.integers(0, 9), st.none()),
        st.tuples(st.just("wait"), st.sampled_from([1, 300, TTL_MS - 1, TTL_MS]), st.none()),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_one_holds_a_lease_at_most_and_fences_grow(
    farm_of: Callable[[], Farm], happened: list[tuple[str, Any, Any]]
) -> None:
    farm, given_out = farm_of(), list[Lease]()
    for act, what, stream in happened:
        chosen = given_out[what % len(given_out)] if act in {"renew", "release"} and given_out else None
        if act == "wait":
            farm.pass_time(what)
        elif act == "acquire":
            before = farm.holder(stream)
            lease = farm.store.acquire(stream, what)
            assert (lease is None) == (before is not None)
            assert lease is None or all(other.fence < lease.fence for other in given_out)
            given_out += [] if lease is None else [lease]
        elif chosen is not None:
            held = farm.holder(chosen.stream) == chosen.mark
            answer = farm.store.release(chosen) if act == "release" else bool(farm.store.renew([chosen]))
            assert answer == held
            still = held and act == "renew"
            assert (farm.holder(chosen.stream) == chosen.mark) == still
        in_force = {farm.holder(stream) for stream in STREAMS} - {None}
        assert in_force <= {lease.mark for lease in given_out}
        assert set(farm.store.free(STREAMS)) == {s for s in STREAMS if farm.holder(s) is None}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from([0, 1]), st.sampled_from([0, 60, 125, 400])), max_size=40))
def test_two_tenures_never_rely_on_one_lease_and_an_orphan_is_taken_in_time(
    farm_of: Callable[[], Farm], turns: list[tuple[int, int]]
) -> None:
    """Each turn one of two coordinators keeps its leases, some ms after the turn before; the other sleeps."""
    farm = farm_of()
    tenures = [Tenure(farm.store, farm.clock, owner=name, ttl_ms=TTL_MS) for name in "xy"]
    for which, ms in turns:
        farm.pass_time(ms)
        tenures[which].keep(["a"])
        believers = [tenure for tenure in tenures if tenure.lease("a") is not None]
        assert len(believers) <= 1
    # Whoever held it died; the one that is left asks as often as a coordinator does.
    survivor, waited_ms = tenures[1], 0
    while survivor.lease("a") is None:
        farm.pass_time(TTL_MS // 8)
        waited_ms += TTL_MS // 8
        survivor.keep(["a"])
    assert waited_ms <= TTL_MS + TTL_MS // 8


@pytest.mark.parametrize("redis_is_real", [False, True])
def test_an_owner_that_slept_through_its_term_is_outranked_by_the_next(
    redis: FarmRedis, *, redis_is_real: bool
) -> None:
    farm = Farm(redis if redis_is_real else None)
    sleeper, next_one = (Tenure(farm.store, farm.clock, owner=name, ttl_ms=TTL_MS) for name in "xy")
    sleeper.keep(["a"])
    first = sleeper.lease("a")
    farm.pass_time(TTL_MS)
    next_one.keep(["a"])
    second = next_one.lease("a")
    assert first is not None
    assert second is not None
    assert second.fence > first.fence
    assert sleeper.lease("a") is None
    sleeper.keep(["a"])
    assert sleeper.held() == []
