"""Live snapshots over a real Redis, and what is kept of how a value changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import pytest

from farm.errors import NotFound
from farm.store import keys, snapshots
from farm.store.channels import Subscription
from farm.store.connection import FarmRedis
from farm.store.leases import Lease, LeaseStore
from farm.store.programs import Program, ProgramStore
from farm.store.snapshots import MAX_CHANGES, NO_SNAPSHOT, Births, Changed, Snapshot, SnapshotStore, live_of
from scene.live import Change, Datum
from scene.time import Segment


@pytest.fixture
def store(redis: FarmRedis) -> SnapshotStore:
    return SnapshotStore(redis)


@pytest.fixture
def lease(redis: FarmRedis) -> Lease:
    taken = LeaseStore(redis, ttl_ms=60_000).acquire("s", "one")
    assert taken is not None
    return taken


def show(
    redis: FarmRedis, lease: Lease, number: int, at_s: Fraction | int, *, premiere: bool = False
) -> None:
    """Do the coordinator's part: snapshot ``number`` goes on air."""
    segment = Segment(0, 1, Fraction(at_s), Fraction(1), number)
    program = Program(1, "n", lease.fence, Fraction(30), (segment,), 0, 5)
    premiere_of = 1 if premiere else None
    assert ProgramStore(redis).write(lease, program, {}, premiere=premiere_of, snapshot=segment)


def snapshot(**values: Datum) -> Snapshot:
    return NO_SNAPSHOT.with_values(values, 1, 0)


def test_a_stream_begins_with_nothing_live(store: SnapshotStore) -> None:
    assert store.head("s") == 0
    assert store.head_and_shown("s") == (0, 0)
    assert store.load("s", 0) == NO_SNAPSHOT


def test_a_snapshot_comes_back_as_it_was_written(store: SnapshotStore) -> None:
    kept = snapshot(name="Größe ✓", bid=100, share=0.5)
    assert store.commit("s", kept, expected_head=0) == 1
    assert store.load("s", 1) == kept
    assert store.load("s", 1).plain_values() == {"name": "Größe ✓", "bid": 100, "share": 0.5}
    assert store.head("s") == 1


def test_of_many_at_once_one_wins(store: SnapshotStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda n: store.commit("s", snapshot(by=n), expected_head=0), range(30)))
    assert sorted(number for number in won if number) == [1]


def test_what_is_overtaken_goes_soon_and_the_newest_stays(store: SnapshotStore, redis: FarmRedis) -> None:
    for head in range(2):
        store.commit("s", snapshot(bid=head), expected_head=head)
    assert 0 < redis.pttl(keys.snapshot("s", 1)) <= snapshots.OVERTAKEN_MS
    assert redis.pttl(keys.snapshot("s", 2)) == -1
    redis.delete(keys.snapshot("s", 1))
    with pytest.raises(NotFound):
        store.load("s", 1)


def test_coordinators_hear_of_the_newest(store: SnapshotStore, redis: FarmRedis) -> None:
    heard = Subscription(redis, keys.SNAPSHOTS)
    heard.next(1)
    store.commit("s", snapshot(bid=1), expected_head=0)
    message = heard.next(5) or heard.next(5)
    heard.close()
    assert message is not None
    assert message.data == b"s 1"


def test_a_birth_is_kept_once_with_the_program(store: SnapshotStore, redis: FarmRedis, lease: Lease) -> None:
    show(redis, lease, 3, Fraction(1, 3))
    show(redis, lease, 3, 9)
    show(redis, lease, 5, 2)
    assert store.births("s", 9) == Births((3, 5), (Fraction(1, 3), Fraction(2)), complete=True)
    assert store.births("s", 4) == Births((3,), (Fraction(1, 3),), complete=True)
    assert store.head_and_shown("s") == (0, 5)


def test_with_a_new_start_what_is_live_was_always_there(
    store: SnapshotStore, redis: FarmRedis, lease: Lease
) -> None:
    show(redis, lease, 3, 7)
    show(redis, lease, 4, 0, premiere=True)
    assert store.births("s", 9) == Births((4,), (None,), complete=True)


def test_old_births_make_room_and_their_values_have_come_to_rest(
    store: SnapshotStore, redis: FarmRedis, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "KEPT_BIRTHS", 4)
    monkeypatch.setattr(snapshots, "READ_BIRTHS", 3)
    for number in range(1, 8):
        show(redis, lease, number, number)
    assert redis.zcard(keys.snapshot_births("s")) == 4
    births = store.births("s", 7)
    assert births.numbers == (5, 6, 7)
    assert [births.since_s(number) for number in (4, 5, 6, 7, 8)] == [None, None, 6, 7, None]


@pytest.mark.parametrize(
    ("number", "since_s"), [(1, None), (3, None), (4, Fraction(2)), (5, Fraction(2)), (6, None)]
)
def test_what_was_overtaken_before_it_was_shown_came_with_the_next(
    number: int, since_s: Fraction | None
) -> None:
    assert Births((3, 5), (None, Fraction(2)), complete=True).since_s(number) == since_s


def test_a_live_value_knows_since_when(store: SnapshotStore) -> None:
    kept = snapshot(bid=100).with_values({"bid": 120, "name": "Ann"}, 4, shown=1)
    live = live_of(kept, Births((1, 5), (None, Fraction(2)), complete=True))
    assert live.changes["bid"] == (Change(100), Change(120, Fraction(2)))
    assert live.changes["name"] == (Change("Ann", Fraction(2)),)
    assert live.value("bid") == 120
    assert live.value("nobody") is None


def test_a_number_keeps_what_it_came_through_and_was_shown() -> None:
    kept = snapshot(bid=1)
    for number, shown in ((2, 1), (3, 1), (4, 3)):
        kept = kept.with_values({"bid": number}, number, shown)
    assert kept.values["bid"] == (Changed(1, 1), Changed(3, 3), Changed(4, 4))
    for number in range(5, 5 + 2 * MAX_CHANGES):
        kept = kept.with_values({"bid": number}, number, shown=number)
    assert len(kept.values["bid"]) == MAX_CHANGES


def test_the_same_value_again_is_no_change() -> None:
    kept = snapshot(bid=1, name="x")
    assert kept.with_values({"bid": 1, "name": "x"}, 2, 1) == kept
    assert kept.with_values({"name": "x"}, 2, 1).plain_values() == {"name": "x"}


def test_a_text_came_through_nothing() -> None:
    kept = snapshot(a=1, b="x")
    kept = kept.with_values({"a": "now a text", "b": 2}, 2, shown=1)
    assert kept.values == {"a": (Changed(2, "now a text"),), "b": (Changed(2, 2),)}


def test_deleting_leaves_nothing_that_stays(store: SnapshotStore, redis: FarmRedis, lease: Lease) -> None:
    for head in range(3):
        store.commit("s", snapshot(bid=head), expected_head=head)
    store.commit("t", snapshot(bid=1), expected_head=0)
    show(redis, lease, 3, 1)
    store.delete("s")
    staying = [key for key in redis.keys("ff:snapshot*") if redis.pttl(key) == -1]
    assert sorted(staying) == [b"ff:snapshot-head:t", b"ff:snapshot:t:1"]
