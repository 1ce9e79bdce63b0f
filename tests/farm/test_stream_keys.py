"""Stream keys over a real Redis."""

from __future__ import annotations

import pytest

from farm.clock import ManualClock
from farm.errors import Conflict, NotFound
from farm.store.connection import FarmRedis
from farm.store.stream_keys import MAX_KEYS_PER_STREAM, StreamKeyStore


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(wall_ms=1_000)


@pytest.fixture
def store(redis: FarmRedis, clock: ManualClock) -> StreamKeyStore:
    return StreamKeyStore(redis, clock)


def test_a_key_allows_its_stream_by_name_or_by_itself(store: StreamKeyStore) -> None:
    key = store.create("show").key
    assert store.use("show", key)
    assert store.use(key, None)


def test_a_key_does_not_allow_another_stream(store: StreamKeyStore) -> None:
    assert not store.use("other", store.create("show").key)


@pytest.mark.parametrize("wrong", [None, "", "nonsense", "ffk_", "ffk_0123456789abcdef" + "x" * 32])
def test_an_unknown_key_allows_nothing(store: StreamKeyStore, wrong: str | None) -> None:
    store.create("show")
    assert not store.use("show", wrong)


def test_the_right_id_with_a_wrong_secret_allows_nothing(store: StreamKeyStore) -> None:
    key = store.create("show").key
    assert not store.use("show", key[:-1] + ("a" if key[-1] != "a" else "b"))


def test_use_is_remembered(store: StreamKeyStore, clock: ManualClock) -> None:
    key = store.create("show")
    assert key.last_used_wall_ms is None
    clock.advance_ns(5_000_000_000)
    store.use("show", key.key)
    assert [key.last_used_wall_ms for key in store.of("show")] == [6_000]


def test_a_deleted_key_allows_nothing(store: StreamKeyStore) -> None:
    key = store.create("show")
    store.delete("show", key.id)
    assert not store.use("show", key.key)
    with pytest.raises(NotFound):
        store.delete("show", key.id)


def test_another_streams_key_cannot_be_deleted(store: StreamKeyStore) -> None:
    key = store.create("show")
    with pytest.raises(NotFound):
        store.delete("other", key.id)
    assert store.use("show", key.key)


def test_the_internal_key_is_one_unlisted_and_not_deletable(store: StreamKeyStore) -> None:
    key = store.internal("show")
    assert store.internal("show") == key
    assert store.use("show", key.key)
    assert store.of("show") == []
    with pytest.raises(NotFound):
        store.delete("show", key.id)


def test_all_keys_go_with_the_stream(store: StreamKeyStore) -> None:
    mine, internal, others = store.create("show"), store.internal("show"), store.create("other")
    store.delete_all("show")
    assert not store.use("show", mine.key)
    assert not store.use("show", internal.key)
    assert store.use("other", others.key)


def test_keys_are_bounded(store: StreamKeyStore) -> None:
    for _ in range(MAX_KEYS_PER_STREAM):
        store.create("show")
    with pytest.raises(Conflict):
        store.create("show")
