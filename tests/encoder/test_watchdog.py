"""The watchdog: what stands still is found, what merely was asleep together with its node is not."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoder.watchdog import STALL_NS, START_NS, TickCount, Watchdog, patience_ns
from farm.transport.ring import Ring

MS = 1_000_000
STEP_NS = 100 * MS
PATIENCE_NS = patience_ns(Fraction(30))


def looked_until_stuck(watchdog: Watchdog, count: int | None, *, from_ns: int, steps: int) -> int | None:
    """Look every 0.1 s at a count that stays; after how many looks it is stuck."""
    for step in range(1, steps + 1):
        if watchdog.look(count, PATIENCE_NS, from_ns + step * STEP_NS):
            return step
    return None


def test_a_process_that_stands_still_is_found_in_time() -> None:
    watchdog = Watchdog()
    assert not watchdog.look(7, PATIENCE_NS, 0)
    assert looked_until_stuck(watchdog, 7, from_ns=0, steps=20) == STALL_NS / STEP_NS


def test_a_new_process_has_longer() -> None:
    watchdog = Watchdog()
    assert not watchdog.look(None, PATIENCE_NS, 0)
    assert looked_until_stuck(watchdog, -1, from_ns=0, steps=200) == START_NS / STEP_NS


def test_a_slow_stream_has_three_of_its_frames() -> None:
    assert patience_ns(Fraction(1)) == 3_000 * MS
    assert patience_ns(None) == 3_000 * MS
    assert patience_ns(Fraction(60)) == STALL_NS


def test_while_the_node_slept_too_nothing_is_proven() -> None:
    watchdog = Watchdog()
    watchdog.look(7, PATIENCE_NS, 0)
    hour_ns = 3_600_000 * MS
    assert not watchdog.look(7, PATIENCE_NS, hour_ns)
    assert not watchdog.look(8, PATIENCE_NS, hour_ns + STEP_NS)


@given(st.lists(st.integers(0, 900), min_size=1, max_size=60))
def test_what_ticks_between_any_two_looks_is_never_stuck(pauses_ms: list[int]) -> None:
    watchdog, now_ns = Watchdog(), 0
    for count, pause_ms in enumerate(pauses_ms):
        now_ns += pause_ms * MS
        assert not watchdog.look(count, PATIENCE_NS, now_ns)


@pytest.fixture
def label(request: pytest.FixtureRequest) -> str:
    return f"watched-{id(request):x}"


def test_the_count_is_read_from_the_ring_that_goes_on(label: str) -> None:
    counter = TickCount(label)
    assert counter.read() is None
    old = Ring.create(label, 64, 36, 2)
    assert counter.read() == -1
    old.emitted = 41
    assert counter.read() == 41
    new = Ring.create(label, 32, 18, 2)
    old.emitted = 42
    assert counter.read() == 42
    old.close(unlink=True)
    assert counter.read() == -1
    new.emitted = 3
    assert counter.read() == 3
    new.close(unlink=True)
    assert counter.read() is None
