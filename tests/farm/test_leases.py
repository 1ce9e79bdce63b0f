"""Leases and what is written under them, over a real Redis."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import pytest

from farm.messages import NodeReport, StreamConfig, StreamSpec, to_json
from farm.store import keys, programs
from farm.store.channels import Subscription
from farm.store.connection import FarmRedis
from farm.store.heartbeats import beat
from farm.store.leases import Lease, LeaseStore
from farm.store.nodes import NodeStore
from farm.store.programs import Program, ProgramStore
from scene.time import Segment
from tests.births import kept_births
from tests.conftest import wait_until

TTL_MS = 60_000
SPEC = StreamSpec("s", 1, StreamConfig(), ())


@pytest.fixture
def leases(redis: FarmRedis) -> LeaseStore:
    return LeaseStore(redis, ttl_ms=TTL_MS)


def taken(leases: LeaseStore, stream: str = "s", owner: str = "one") -> Lease:
    lease = leases.acquire(stream, owner)
    assert lease is not None
    return lease


def program(fence: int, frame: int = 0) -> Program:
    return Program(1, "n", fence, Fraction(30), (Segment(frame, 1, Fraction(1, 3), Fraction(1)),), frame, 5)


def test_two_never_hold_one_lease(leases: LeaseStore) -> None:
    taken(leases)
    assert leases.acquire("s", "two") is None
    assert leases.acquire("s", "one") is None


def test_of_many_who_ask_at_once_one_gets_it(leases: LeaseStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda owner: leases.acquire("s", str(owner)), range(40)))
    assert len([lease for lease in got if lease]) == 1


def test_every_lease_has_a_higher_fence(leases: LeaseStore) -> None:
    fences = []
    for stream in ("a", "b", "a"):
        lease = taken(leases, stream)
        fences.append(lease.fence)
        leases.release(lease)
    assert fences == sorted(set(fences))


def test_fences_grow_though_redis_forgets_them(leases: LeaseStore, redis: FarmRedis) -> None:
    first = taken(leases, "a")
    redis.flushall()
    wait_until(lambda: redis.time() > (first.fence // 1000, first.fence % 1000 * 1000 + 999), "a moment")
    assert taken(leases, "a").fence > first.fence


def test_a_fence_that_was_seen_elsewhere_is_exceeded(leases: LeaseStore) -> None:
    lease = leases.acquire("s", "one", above=10**15)
    assert lease is not None
    assert lease.fence == 10**15 + 1
    assert taken(leases, "t").fence == 10**15 + 2


def test_a_lease_runs_out_unless_it_is_renewed(leases: LeaseStore, redis: FarmRedis) -> None:
    lease = taken(leases)
    redis.pexpire(lease.key, 1000)
    assert leases.renew([lease]) == [lease]
    assert redis.pttl(lease.key) > 1000


def test_what_is_lost_is_not_renewed_even_by_the_same_owner(leases: LeaseStore, redis: FarmRedis) -> None:
    lost, kept = taken(leases, "s"), taken(leases, "t")
    redis.delete(lost.key)
    again = taken(leases, "s")
    assert leases.renew([lost, kept]) == [kept]
    assert leases.renew([again]) == [again]


def test_nobody_releases_what_is_not_his(leases: LeaseStore, redis: FarmRedis) -> None:
    lost = taken(leases)
    redis.delete(lost.key)
    taken(leases, owner="two")
    assert not leases.release(lost)
    assert leases.free(["s", "t"]) == ["t"]


def test_a_write_needs_the_lease(leases: LeaseStore, redis: FarmRedis) -> None:
    lease = taken(leases)
    assert leases.write(lease, "ff:status:s", b"mine")
    leases.release(lease)
    assert not leases.write(lease, "ff:status:s", b"late")
    assert redis.get("ff:status:s") == b"mine"


def test_a_program_comes_back_as_it_was_written(leases: LeaseStore, redis: FarmRedis) -> None:
    store, lease = ProgramStore(redis), taken(leases)
    assert store.load("s") is None
    assert store.write(lease, program(lease.fence), {})
    assert store.load("s") == program(lease.fence)


def test_a_program_without_the_lease_is_refused(leases: LeaseStore, redis: FarmRedis) -> None:
    store, lease = ProgramStore(redis), taken(leases)
    leases.release(lease)
    assert not store.write(lease, program(lease.fence), {7: Fraction(1)})
    assert store.load("s") is None
    assert kept_births(redis, "s") == {}


def test_a_program_of_a_higher_fence_is_not_overwritten(leases: LeaseStore, redis: FarmRedis) -> None:
    store, lease = ProgramStore(redis), taken(leases)
    redis.set(keys.program("s"), to_json(program(lease.fence + 1)))
    assert not store.write(lease, program(lease.fence), {})
    assert store.load("s") == program(lease.fence + 1)


def test_a_birth_never_changes(leases: LeaseStore, redis: FarmRedis) -> None:
    store, lease = ProgramStore(redis), taken(leases)
    store.write(lease, program(lease.fence), {2: Fraction(1, 3)})
    store.write(lease, program(lease.fence), {2: Fraction(9), 3: Fraction(2)})
    assert kept_births(redis, "s") == {2: Fraction(1, 3), 3: Fraction(2)}


def test_with_a_new_start_births_begin_again_at_0(leases: LeaseStore, redis: FarmRedis) -> None:
    store, lease = ProgramStore(redis), taken(leases)
    store.write(lease, program(lease.fence), {2: Fraction(1, 3)})
    store.write(lease, program(lease.fence), {}, premiere=3)
    assert kept_births(redis, "s") == {3: Fraction(0)}


def test_old_births_make_room(leases: LeaseStore, redis: FarmRedis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "KEPT_BIRTHS", 3)
    store, lease = ProgramStore(redis), taken(leases)
    store.write(lease, program(lease.fence), {}, premiere=10)
    store.write(lease, program(lease.fence), dict.fromkeys(range(11, 15), Fraction(1)))
    assert sorted(kept_births(redis, "s")) == [12, 13, 14]


def test_an_assignment_wakes_its_node(leases: LeaseStore, redis: FarmRedis) -> None:
    nodes, lease = NodeStore(redis), taken(leases)
    heard = Subscription(redis, keys.node_channel("a"))
    heard.next(1)
    assert nodes.assign(lease, "a", SPEC, capacity=1)
    message = heard.next(5) or heard.next(5)
    heard.close()
    assert message is not None
    assert message.data == b"s"
    assert nodes.view(["a"])["a"].assigned == {"s": SPEC}


def test_a_full_node_takes_nothing_but_changes_of_what_it_has(leases: LeaseStore, redis: FarmRedis) -> None:
    nodes = NodeStore(redis)
    lease, other = taken(leases, "s"), taken(leases, "t")
    assert nodes.assign(lease, "a", SPEC, capacity=1)
    assert not nodes.assign(other, "a", StreamSpec("t", 1, StreamConfig(), ()), capacity=1)
    newer = StreamSpec("s", 2, StreamConfig(), ())
    assert nodes.assign(lease, "a", newer, capacity=1)
    assert nodes.view(["a"])["a"].assigned == {"s": newer}


def test_assigning_needs_the_lease(leases: LeaseStore, redis: FarmRedis) -> None:
    nodes, lease = NodeStore(redis), taken(leases)
    nodes.assign(lease, "a", SPEC, capacity=1)
    leases.release(lease)
    assert not nodes.unassign(lease, "a", "s")
    assert not nodes.assign(lease, "b", SPEC, capacity=1)
    assert nodes.names() == {"a"}


def test_nodes_are_found_by_their_beat_and_by_their_assignments(leases: LeaseStore, redis: FarmRedis) -> None:
    nodes, lease = NodeStore(redis), taken(leases)
    report = NodeReport("b", 2, {})
    beat(redis, keys.node("b"), to_json(report), expires_ms=60_000)
    beat(redis, keys.node("c"), b"{garbage", expires_ms=60_000)
    nodes.assign(lease, "a", SPEC, capacity=1)
    assert nodes.names() == {"a", "b", "c"}
    seen = nodes.view(nodes.names())
    assert {name: view.report for name, view in seen.items()} == {"a": None, "b": report, "c": None}
