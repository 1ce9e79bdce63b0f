"""Coordinators that share the streams: the rule as properties, then real ones that hand them on."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.dispatch import handed_over, resume
from coordinator.sharing import handovers, successor
from farm.messages import Desired, FrameTask
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.handovers import HandoverStore
from farm.store.leases import LeaseStore
from tests.conftest import wait_until
from tests.coordinator.rig import FakeNode, commit_scene, coordinator, credit, queued, record, streams
from tests.coordinator.test_dispatch import FENCE, FIRST, on_air, step

NAMES = ["a", "b", "c", "d", "gone"]
STREAMS = [f"stream-{number}" for number in range(4)]
OWNERS = st.dictionaries(st.integers(0, 60).map(str), st.sampled_from(NAMES), max_size=40)
MEMBERS = st.sets(st.sampled_from(NAMES[:-1]), min_size=1)


def counts(members: set[str], owners: Mapping[str, str]) -> list[int]:
    """How many streams each member has."""
    found = Counter(owners.values())
    return sorted(found[member] for member in members)


@given(MEMBERS, OWNERS)
def test_after_all_handovers_no_two_differ_by_more_than_one(
    members: set[str], owners: dict[str, str]
) -> None:
    before, after = counts(members, owners), dict(owners)
    moved = 0
    for member in members:
        plan = handovers(member, members, owners)
        assert all(owners[stream] == member and to in members for stream, to in plan.items())
        after |= plan
        moved += len(plan)
    numbers = counts(members, after)
    assert numbers[-1] - numbers[0] <= 1
    assert sum(numbers) == sum(before)
    assert moved == sum(max(0, had - has) for had, has in zip(before, numbers, strict=True))
    assert not any(handovers(member, members, after) for member in members)


@given(MEMBERS, OWNERS)
def test_who_leaves_gives_to_the_one_with_fewest(members: set[str], owners: dict[str, str]) -> None:
    me = min(members)
    to = successor(me, members, owners)
    if to is None:
        assert members == {me}
    else:
        assert to != me
        found = Counter(owners.values())
        assert found[to] == min(found[member] for member in members - {me})


def test_a_coordinator_that_is_silent_is_not_there(redis: FarmRedis) -> None:
    store = HandoverStore(redis, ttl_ms=60_000, silence_ms=60_000)
    assert store.meet("one") == ["one"]
    assert store.meet("two") == ["one", "two"]
    redis.zadd(keys.COORDINATORS, {"one": 1})
    assert store.meet("two") == ["two"]
    store.leave("two")
    assert store.meet("three") == ["three"]


def test_a_lease_changes_hands_with_its_fence_and_only_once(redis: FarmRedis) -> None:
    leases = LeaseStore(redis, ttl_ms=60_000)
    store = HandoverStore(redis, ttl_ms=60_000, silence_ms=60_000)
    lease = leases.acquire("s", "one")
    assert lease is not None
    assert not store.hand_over(lease, "two")
    store.meet("two")
    store.meet("three")
    assert store.hand_over(lease, "two")
    assert not store.hand_over(lease, "three")
    assert not leases.write(lease, "ff:x", b"")
    after = store.leases(["s", "free"])
    assert after == {"s": msgspec.structs.replace(lease, owner="two")}
    assert leases.renew([lease]) == []
    assert leases.renew(list(after.values())) == list(after.values())
    redis.set(keys.lease("s"), "nonsense")
    assert store.leases(["s"]) == {}


def test_the_next_owner_goes_on_as_if_nothing_had_happened() -> None:
    show = on_air(FIRST)
    other = resume(handed_over(show))
    said = credit(show.program.emitted + 1, fence=FENCE)
    assert step(other, said) == step(show, said)
    assert other.program.dispatched is None


class Ticking:
    """Encoder processes that tick up to 60 times a second, as soon as their next frame was ordered, and a
    worker that takes every task."""

    def __init__(self, redis: FarmRedis) -> None:
        self.redis = redis
        self.node = FakeNode(redis, capacity=9)
        self.tasks: dict[str, list[FrameTask]] = {stream: [] for stream in STREAMS}
        self._emitted = dict.fromkeys(STREAMS, -1)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._stopping.wait(1 / 60):
            for task in queued(self.redis):
                self.tasks[task.stream].append(task)
            for stream, emitted in self._emitted.items():
                if any(task.frame == emitted + 1 for task in self.tasks[stream][-10:]):
                    self._emitted[stream] = emitted + 1
                self.node.tick(credit(self._emitted[stream], stream=stream, lead=6))

    @contextmanager
    def going(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            self._thread.join()

    def drawn(self) -> int:
        return min(len(tasks) for tasks in self.tasks.values())


def owners(redis: FarmRedis) -> Counter[str]:
    leases = HandoverStore(redis, ttl_ms=1, silence_ms=1).leases(STREAMS)
    return Counter(lease.owner for lease in leases.values())


@pytest.fixture
def ticking(redis: FarmRedis) -> Ticking:
    made = Ticking(redis)
    made.node.beat()
    for stream in STREAMS:
        streams(redis).create(record(stream))
        commit_scene(redis, stream)
        streams(redis).want(stream, Desired.LIVE)
    return made


def test_streams_go_to_coordinators_that_come_and_from_those_that_leave_without_a_missed_frame(
    ticking: Ticking, redis: FarmRedis, redis_url: str
) -> None:
    with ExitStack() as stack, coordinator(redis_url, "one", ttl_ms=2000):
        wait_until(lambda: owners(redis) == {"one": 4}, "one drives all")
        stack.enter_context(ticking.going())
        wait_until(lambda: ticking.drawn() > 30, "frames are ordered")
        with coordinator(redis_url, "two", ttl_ms=2000):
            wait_until(lambda: owners(redis) == {"one": 2, "two": 2}, "two drives half")
            with coordinator(redis_url, "three", ttl_ms=2000):
                wait_until(lambda: sorted(owners(redis).values()) == [1, 1, 2], "three gets its share")
                before = ticking.drawn()
                wait_until(lambda: ticking.drawn() > before + 30, "frames are ordered by all")
            wait_until(lambda: sorted(owners(redis).values()) == [2, 2], "the others have them again")
        wait_until(lambda: owners(redis) == {"one": 4}, "one drives all again")
        before = ticking.drawn()
        wait_until(lambda: ticking.drawn() > before + 30, "frames are ordered still")
    for stream, tasks in ticking.tasks.items():
        frames = [task.frame for task in tasks]
        steps = {after - before for before, after in pairwise(frames)}
        assert steps == {1}, (stream, [pair for pair in pairwise(frames) if pair[1] - pair[0] != 1])
        assert len({task.fence for task in tasks}) == 1, stream
