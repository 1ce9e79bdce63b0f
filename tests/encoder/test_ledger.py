"""The ledger: what the tick thread, the outputs and the workers each know becomes one record a frame."""

from __future__ import annotations

from fractions import Fraction

import pytest

from encoder.flv import Kind, Tag
from encoder.ledger import MOST_TICKS, Ledger, Tick
from encoder.verdicts import Choice, Repeat
from farm.clock import ManualClock
from farm.ledger import UNKNOWN_MS
from farm.messages import FrameDone

MS = 1_000_000
WINDOW = 4


@pytest.fixture
def clock() -> ManualClock:
    clock = ManualClock(wall_ms=1_700_000_000_000)
    clock.advance_ns(1000 * MS)
    return clock


@pytest.fixture
def ledger(clock: ManualClock) -> Ledger:
    return Ledger(epoch=7, canvas_px=100 * 100, fps=Fraction(25), window=WINDOW, clock=clock)


def drawn(number: int) -> FrameDone:
    costs = (("title", 3.0), ("dot", 0.5))
    return FrameDone("s", 7, number, 3, 1, ((0, 0, 50, 20),), "w-1", 2.0, 5.0, plan_ms=1.0, layers_ms=costs)


def tick(
    clock: ManualClock, number: int, *, done: FrameDone | None = None, cause: Repeat | None = None
) -> Tick:
    now_ns = clock.monotonic_ns()
    return Tick(
        frame=number,
        choice=Choice(done.frame if done else None, cause),
        shown=done.frame if done else 0,
        done=done,
        ready_ns=now_ns - 12 * MS,
        asked_ns=now_ns - 30 * MS,
        began_ns=now_ns,
        encode_ns=6 * MS,
        packet_bytes=900,
    )


def settle(ledger: Ledger, clock: ManualClock, after: int) -> None:
    """So many more ticks that nothing can still come for tick ``after``."""
    for number in range(after + 1, after + WINDOW + 1):
        ledger.closed(tick(clock, number, done=drawn(number)))


def test_a_frames_whole_history_is_one_record(ledger: Ledger, clock: ManualClock) -> None:
    ledger.closed(tick(clock, 5, done=drawn(5)))
    clock.advance_ns(10 * MS)
    ledger.sent(Tag(Kind.AUDIO, 200, b""))
    ledger.sent(Tag(Kind.VIDEO, 200, b""))
    settle(ledger, clock, 5)
    [record] = ledger.take()
    assert (record.epoch, record.frame, record.shown, record.cause, record.missed) == (7, 5, 5, "", False)
    assert (record.worker, record.base, record.area) == ("w-1", 3, 0.1)
    assert (record.queue_ms, record.plan_ms, record.draw_ms) == (2.0, 1.0, 5.0)
    assert record.layers_ms == (("title", 3.0), ("dot", 0.5))
    assert (record.asked_ms, record.wait_ms, record.encode_ms, record.send_ms) == (30, 12, 6, 4)
    assert record.latency_ms == 40
    assert record.wall_ms == 1_700_000_001_006


def test_a_frame_that_came_after_its_tick_says_how_late_and_why(ledger: Ledger, clock: ManualClock) -> None:
    ledger.closed(tick(clock, 5))
    clock.advance_ns(33 * MS)
    ledger.came_late(drawn(5))
    settle(ledger, clock, 5)
    [record] = ledger.take()
    assert (record.cause, record.missed, record.shown) == ("late", True, 0)
    assert (record.worker, record.draw_ms, record.wait_ms) == ("w-1", 5.0, -33)
    assert record.latency_ms == UNKNOWN_MS


@pytest.mark.parametrize(
    ("cause", "said", "missed"),
    [(None, "missing", True), (Repeat.GAP, "gap", True), (Repeat.STARTING, "starting", False)],
)
def test_a_frame_that_never_came_has_a_cause(
    ledger: Ledger, clock: ManualClock, cause: Repeat | None, said: str, *, missed: bool
) -> None:
    ledger.closed(tick(clock, 5, cause=cause))
    settle(ledger, clock, 5)
    [record] = ledger.take()
    assert (record.cause, record.missed) == (said, missed)
    assert (record.worker, record.queue_ms, record.wait_ms) == ("", UNKNOWN_MS, UNKNOWN_MS)


def test_a_tick_is_told_once_and_only_when_nothing_can_still_come(ledger: Ledger, clock: ManualClock) -> None:
    for number in range(10):
        ledger.closed(tick(clock, number, done=drawn(number)))
    assert [record.frame for record in ledger.take()] == list(range(10 - WINDOW))
    assert ledger.take() == []


def test_a_delivery_that_could_not_be_used_is_told_with_its_reason_and_whose_it_was(
    ledger: Ledger, clock: ManualClock
) -> None:
    ledger.refused(5, "garbage", "liar")
    ledger.refused(6, "blocked", "liar")
    ledger.closed(tick(clock, 5))
    ledger.closed(tick(clock, 6, done=drawn(6)))
    settle(ledger, clock, 6)
    lost, healed = ledger.take()
    assert (lost.cause, lost.worker, lost.refused, lost.refused_worker) == ("missing", "", "garbage", "liar")
    assert (healed.cause, healed.worker, healed.refused, healed.refused_worker) == (
        ("", "w-1", "blocked", "liar")
    )


def test_garbage_that_names_frames_far_ahead_fills_nothing(ledger: Ledger, clock: ManualClock) -> None:
    for number in range(100):
        ledger.closed(tick(clock, number, done=drawn(number)))
        ledger.refused(10**9 + number, "garbage", "liar")
        ledger.take()
    assert len(ledger._vain) == 0


def test_times_of_two_hosts_are_not_told(ledger: Ledger, clock: ManualClock) -> None:
    clock.advance_ns(60_000 * MS)
    other_host = Tick(5, Choice(5), 5, drawn(5), 1, None, clock.monotonic_ns(), 0, 0)
    ledger.closed(other_host)
    settle(ledger, clock, 5)
    assert ledger.take()[0].wait_ms == UNKNOWN_MS


def test_what_nobody_takes_is_bounded(ledger: Ledger, clock: ManualClock) -> None:
    for number in range(MOST_TICKS + 100):
        ledger.closed(tick(clock, number))
        ledger.came_late(drawn(number))
        ledger.sent(Tag(Kind.VIDEO, 40 * number, b""))
    records = ledger.take()
    assert len(records) == MOST_TICKS - WINDOW
    assert records[0].frame == 100
    assert len(ledger._late) <= WINDOW
