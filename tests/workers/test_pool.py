"""How large a worker's pool is: decided from what its children did, within bounds, without flapping."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.clock import ManualClock
from farm.scaling import TARGET_UTILISATION, processes_wanted
from farm.settings import load_settings
from workers.board import COLUMNS, Board
from workers.pool import (
    LOOKS_TO_GROW,
    UNDECIDED,
    Bounds,
    Load,
    Look,
    PoolScaler,
    bounds_of,
    decide,
    load_between,
)

SECOND_NS = 1_000_000_000
LOOKS_TO_SHRINK = 30
WIDE = Bounds(1, 16, LOOKS_TO_SHRINK)
BUSY, IDLE = Load(0.95, 20.0), Load(0.05, 0.5)


def sizes(loads: list[Load], processes: int, low: int, high: int) -> list[int]:
    """How large the pool is after each look."""
    resolve, found = UNDECIDED, []
    for load in loads:
        resolve, change = decide(resolve, load, processes, Bounds(low, high, LOOKS_TO_SHRINK))
        processes += change
        found.append(processes)
    return found


def test_a_pool_grows_after_two_busy_looks_by_one_at_a_time() -> None:
    assert sizes([BUSY] * 6, 1, 1, 3) == [1, 2, 2, 3, 3, 3]


def test_a_pool_shrinks_only_after_a_while_of_ease() -> None:
    found = sizes([IDLE] * (2 * LOOKS_TO_SHRINK), 3, 1, 3)
    assert found[LOOKS_TO_SHRINK - 2] == 3
    assert found[LOOKS_TO_SHRINK - 1] == 2
    assert found[-1] == 1


def test_ease_that_is_interrupted_begins_anew() -> None:
    loads = ([IDLE] * (LOOKS_TO_SHRINK - 1) + [Load(0.5, 0.5)]) * 3
    assert set(sizes(loads, 2, 1, 3)) == {2}


@given(
    st.lists(st.builds(Load, st.floats(0, 1), st.floats(0, 1000))),
    st.integers(1, 8),
    st.integers(1, 8),
    st.integers(1, 8),
)
def test_a_pool_keeps_to_its_bounds(loads: list[Load], one: int, other: int, start: int) -> None:
    low, high = sorted((one, other))
    start = min(high, max(low, start))
    assert all(low <= size <= high for size in sizes(loads, start, low, high))


@given(st.floats(0.01, 6.0))
def test_a_constant_load_settles(work: float) -> None:
    """``work`` is how many processes would be busy all the time."""
    processes, resolve, found = 1, UNDECIDED, []
    for _ in range(20 * LOOKS_TO_SHRINK):
        share = min(1.0, work / processes)
        resolve, change = decide(resolve, Load(share, 50.0 if share == 1 else 1.0), processes, WIDE)
        processes += change
        found.append(processes)
    assert len(set(found[-5 * LOOKS_TO_SHRINK :])) == 1
    assert work / processes <= TARGET_UTILISATION + 1e-9


@pytest.mark.parametrize(
    ("processes", "utilisation", "wait_ms", "wanted"),
    [
        (1, 0.0, 0.0, 1),
        (4, 0.6, 1.0, 4),
        (4, 0.61, 1.0, 5),
        (4, 0.2, 1.0, 2),
        (2, 0.5, 20.0, 3),
        (2, 0.1, 20.0, 1),
    ],
)
def test_utilisation_and_waiting_say_how_many_are_wanted(
    processes: int, utilisation: float, wait_ms: float, wanted: int
) -> None:
    assert processes_wanted(processes, utilisation, wait_ms) == wanted


def test_the_load_is_what_children_did_between_two_looks() -> None:
    before, now = Look(0, 1000, 0, 10), Look(SECOND_NS, 501_000, 90_000, 40)
    assert load_between(before, now, 1) == Load(0.5, 3.0)
    assert load_between(before, now, 2).utilisation == 0.25
    assert load_between(now, Look(2 * SECOND_NS, 0, 0, 0), 1) == Load(0.0, 0.0)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, (1, 1)),
        ({"WORKER_CONCURRENCY": "3"}, (3, 3)),
        ({"WORKER_CONCURRENCY": "3", "WORKER_MIN": "1", "WORKER_MAX": "6"}, (1, 6)),
        ({"WORKER_MAX": "4"}, (1, 4)),
        ({"WORKER_MIN": "9", "WORKER_MAX": "4"}, (4, 4)),
    ],
)
def test_without_bounds_a_pool_stays_as_large_as_it_was_ordered(
    settings: dict[str, str], expected: tuple[int, int]
) -> None:
    assert bounds_of(load_settings(settings))[:2] == expected


class CeleryWorker:
    """A worker whose pool has as many free processes as the test says."""

    def __init__(self) -> None:
        self.pool = self
        self.max_concurrency = 1
        self.free = True
        self.resized: list[int] = []

    def grow(self, n: int) -> None:
        self.resized.append(n)

    def shrink(self, n: int) -> None:
        if not self.free:
            raise ValueError("Can't shrink pool. All processes busy!")
        self.resized.append(-n)

    def maintain_pool(self) -> None:
        """As Celery's."""


def board_row(busy_us: int) -> dict[str, int]:
    return {**dict.fromkeys(COLUMNS, 0), "busy_us": busy_us}


def test_the_scaler_resizes_the_pool_and_what_is_taken_from_the_queue() -> None:
    clock, board, worker = ManualClock(), Board(2), CeleryWorker()
    scaler = PoolScaler(load_settings({"WORKER_MAX": "2"}), board, clock)

    def live(seconds: int, busy: float) -> None:
        for _ in range(seconds):
            clock.advance_ns(SECOND_NS)
            board.write(0, board_row(board.totals()["busy_us"] + int(busy * 1e6)))
            scaler.look_after(worker)

    live(LOOKS_TO_GROW, 1.0)
    assert (worker.resized, worker.max_concurrency, scaler.processes) == ([1], 2, 2)
    worker.free = False
    live(LOOKS_TO_SHRINK, 0.0)
    assert scaler.sign() == {"processes": 2, "utilisation": 0.0, "queue_wait_ms": 0.0}
    worker.free = True
    live(LOOKS_TO_SHRINK, 0.0)
    assert (worker.resized, worker.max_concurrency, scaler.processes) == ([1, -1], 1, 1)
