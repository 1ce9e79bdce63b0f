"""Orders to fetch what scenes name by a URL."""

from __future__ import annotations

import pytest

from farm.clock import ManualClock
from farm.store import imports, keys
from farm.store.connection import FarmRedis
from farm.store.imports import RETRY_MS, ImportStore

URL = "https://pictures.example/a.png"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(wall_ms=1_000_000)


@pytest.fixture
def store(redis: FarmRedis, clock: ManualClock) -> ImportStore:
    return ImportStore(redis, clock)


def test_an_order_is_taken_once(store: ImportStore) -> None:
    assert store.take() is None
    ordered = store.order("ann", URL)
    assert store.order("ann", URL) == ordered
    assert store.take(0.2) == ordered
    assert store.take() is None
    assert store.get("ann", URL) == ordered
    assert store.get("bob", URL) is None


def test_what_is_here_or_cannot_be_had_is_remembered(store: ImportStore, clock: ManualClock) -> None:
    order = store.order("ann", URL)
    assert store.loaded(order, "id1").asset == "id1"
    known = store.get("ann", URL)
    assert known is not None
    assert (known.state, known.asset) == ("loaded", "id1")
    failed = store.failed(store.order("ann", URL), "gone")
    assert (failed.state, failed.reason, store.due_again(failed)) == ("failed", "gone", False)
    clock.advance_ns(RETRY_MS * 1_000_000)
    assert store.due_again(failed)
    assert not store.due_again(known)


def test_an_order_whose_process_died_is_queued_again(store: ImportStore, clock: ManualClock) -> None:
    store.order("ann", URL)
    assert store.take() is not None
    assert store.requeue(60_000) == 0
    clock.advance_ns(61_000_000_000)
    assert store.requeue(60_000) == 1
    assert store.take() is not None
    assert store.requeue(60_000) == 0


def test_an_order_that_was_settled_meanwhile_is_not_taken(store: ImportStore, redis: FarmRedis) -> None:
    store.loaded(store.order("ann", URL), "id1")
    assert store.take() is None
    redis.rpush(keys.IMPORT_QUEUE, "unknown")
    assert store.take() is None


def test_the_oldest_settled_urls_are_forgotten_first(
    store: ImportStore, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MAX_IMPORTS", 20)
    for number in range(20):
        order = store.order("ann", f"{URL}?{number}")
        if number > 0:
            store.loaded(order, "id")
        clock.advance_ns(1_000_000_000)
    store.order("ann", f"{URL}?new")
    left = [number for number in range(20) if store.get("ann", f"{URL}?{number}")]
    assert left == [0, *range(3, 20)]
