"""The watchdog: what stands still is found, what is busy, or was asleep together with its node, is not."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoder.watchdog import REST_NS, STALL_NS, START_NS, Patience, TickCount, Watchdog, at_rest, patience
from farm.transport.ring import Ring
from tests.conftest import wait_until

MS = 1_000_000
STEP_NS = 100 * MS
LIMITS = patience(Fraction(30))


def rests() -> bool:
    return True


def works() -> bool:
    return False


class Watched:
    """A process that is looked at every 0.1 s."""

    def __init__(self) -> None:
        self.watchdog = Watchdog()
        self.now_ns = 0

    def looks_stuck(self, count: int | None, *, at_rest: bool) -> bool:
        self.now_ns += STEP_NS
        return self.watchdog.look(count, LIMITS, self.now_ns, rests if at_rest else works)

    def looked_until_stuck(self, count: int | None, *, at_rest: bool, steps: int = 200) -> int | None:
        """At a count that stays; after how many looks it is stuck."""
        looks = range(1, steps + 1)
        return next((step for step in looks if self.looks_stuck(count, at_rest=at_rest)), None)


@pytest.mark.parametrize(("at_rest", "after_ns"), [(True, REST_NS), (False, STALL_NS)])
def test_a_process_that_stands_still_is_found_in_time(after_ns: int, *, at_rest: bool) -> None:
    watched = Watched()
    assert not watched.looks_stuck(7, at_rest=at_rest)
    assert watched.looked_until_stuck(7, at_rest=at_rest) == after_ns / STEP_NS


def test_a_new_process_has_longer_though_it_rests() -> None:
    watched = Watched()
    assert not watched.looks_stuck(None, at_rest=True)
    assert watched.looked_until_stuck(-1, at_rest=True) == START_NS / STEP_NS


def test_a_slow_stream_has_three_of_its_frames() -> None:
    assert patience(Fraction(1)) == patience(None) == Patience(3_000 * MS, 3_000 * MS)
    assert patience(Fraction(60)) == Patience(STALL_NS, REST_NS)


def test_while_the_node_slept_too_nothing_is_proven() -> None:
    watchdog = Watchdog()
    watchdog.look(7, LIMITS, 0, rests)
    hour_ns = 3_600_000 * MS
    assert not watchdog.look(7, LIMITS, hour_ns, rests)
    assert not watchdog.look(8, LIMITS, hour_ns + STEP_NS, rests)


def test_one_that_was_seen_at_work_once_has_its_rest_counted_anew() -> None:
    watched = Watched()
    seen = [watched.looks_stuck(7, at_rest=step != 5) for step in range(12)]
    assert not any(seen)
    assert watched.looked_until_stuck(7, at_rest=True) == 1, "or as long as one that works"


@given(st.lists(st.tuples(st.integers(0, 700), st.booleans()), min_size=1, max_size=60))
def test_what_ticks_between_any_two_looks_is_never_stuck(pauses: list[tuple[int, bool]]) -> None:
    watchdog, now_ns = Watchdog(), 0
    for count, (pause_ms, at_rest_then) in enumerate(pauses):
        now_ns += pause_ms * MS
        assert not watchdog.look(count, LIMITS, now_ns, rests if at_rest_then else works)


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_what_stands_still_is_stuck_by_the_longer_limit_and_never_before_the_shorter(
    at_rest_then: list[bool],
) -> None:
    watched = Watched()
    watched.looks_stuck(7, at_rest=True)
    for step, resting in enumerate(at_rest_then, 1):
        stuck = watched.looks_stuck(7, at_rest=resting)
        assert not stuck or step * STEP_NS >= REST_NS
        assert stuck or step * STEP_NS < STALL_NS


@contextmanager
def program(code: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that says so when it has begun."""
    command = [sys.executable, "-c", f"print(flush=True); {code}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


def test_a_process_rests_when_it_waits_and_when_it_is_stopped() -> None:
    with program("input()") as waiting:
        wait_until(lambda: at_rest(waiting.pid), "it waits")
    with program("exec('while True: pass')") as busy:
        wait_until(lambda: not at_rest(busy.pid), "it runs")
        busy.send_signal(signal.SIGSTOP)
        wait_until(lambda: at_rest(busy.pid), "it is stopped")


def test_a_process_one_of_whose_threads_works_does_not_rest() -> None:
    spin = "import threading; threading.Thread(target=lambda: [0 for _ in iter(int, 1)]).start(); input()"
    with program(spin) as process:
        wait_until(lambda: not at_rest(process.pid), "its thread has begun")
        assert [at_rest(process.pid) for _ in range(20)] == [False] * 20


def test_of_a_process_that_is_not_there_nothing_is_said() -> None:
    with program("pass") as process:
        process.wait()
        gone = process.pid
    assert not Path(f"/proc/{gone}").exists()
    assert not at_rest(gone)


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


def test_whichever_of_two_rings_ticks_the_count_goes_on(label: str) -> None:
    counter = TickCount(label)
    old, new = Ring.create(label, 64, 36, 2), Ring.create(label, 32, 18, 2)
    old.emitted = 41
    counts = [counter.read()]
    new.emitted = 49  # its first frame will be 50; until then the old one goes on
    for tick in range(42, 46):
        old.emitted = tick
        counts.append(counter.read())
    for tick in range(50, 54):  # it has taken over; the old one's memory is not gone yet
        new.emitted = tick
        counts.append(counter.read())
    assert len(set(counts)) == len(counts), counts
    for ring in (old, new):
        ring.close(unlink=True)
