"""Which late frames are ordered again: judged against their own stream, in time, and within a budget."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.hedging import FEW, FLOOR_MS, MOST_SAVED, TAIL, WINDOW, Budget, Habit, Hedger, overdue
from farm.messages import Credit, FrameTask
from tests.coordinator.rig import FPS, credit, delivery
from tests.coordinator.test_publisher import frame_task

FENCE = 3
TICK_MS = float(1000 / FPS)


def always() -> bool:
    return True


def never() -> bool:
    return False


def habit(*delays_ms: float) -> Habit:
    known = Habit()
    known.add(delays_ms)
    return known


def ordered(frame: int, **changes: object) -> FrameTask:
    return msgspec.structs.replace(frame_task(frame), fence=FENCE, base=frame - 1, **changes)


def said(emitted: int, *absent: tuple[int, float], canvas: int | None = None, **changes: object) -> Credit:
    return msgspec.structs.replace(credit(emitted, canvas), absent=absent, **changes)


def practised(percent: float = 100, frames: int = 200) -> Hedger:
    """A hedger that has seen frames 0..199 of stream "s" come in 5 ms each; 200..205 are under way."""
    hedger = Hedger(percent)
    hedger.ordered(ordered(frame) for frame in range(frames + 6))
    known = msgspec.structs.replace(credit(frames - 1), arrivals_ms=(5.0,) * frames)
    assert hedger.choose(known, FENCE, free=always, now_ns=0) == []
    return hedger


def test_nothing_is_late_while_the_habit_is_not_known() -> None:
    unknown = habit(*(5.0,) * (FEW - 1))
    assert overdue(said(9, (10, 5000.0)), unknown) == []
    unknown.add([5.0])
    assert overdue(said(9, (10, 5000.0)), unknown) == [10]


def test_late_is_what_most_of_the_stream_s_own_frames_are_not() -> None:
    slow = habit(*(100.0,) * 200)
    assert slow.late_ms == TAIL * 100
    assert overdue(said(0, (4, TAIL * 100 - 1), (5, TAIL * 100 + 1)), slow) == [5]
    assert habit(*(0.5,) * 200).late_ms == FLOOR_MS


def test_a_worker_that_hangs_says_nothing_of_the_others() -> None:
    assert habit(*(5.0,) * 60, *(4000.0,) * 40).late_ms == TAIL * 5


def test_a_frame_that_cannot_come_in_time_is_let_go() -> None:
    slow = habit(*(2.5 * TICK_MS,) * 200)
    assert overdue(said(9, (11, 900.0), (12, 900.0)), slow) == [12]


def test_a_late_frame_is_ordered_again_once_and_says_so() -> None:
    hedger = practised()
    (again,) = hedger.choose(said(199, (200, 60.0), (201, 1.0)), FENCE, free=always, now_ns=77)
    assert (again.frame, again.hedge, again.queued_ns, again.base) == (200, True, 77, 199)
    assert hedger.choose(said(199, (200, 70.0)), FENCE, free=always, now_ns=78) == []
    assert hedger.count == 1


def test_a_canvas_that_was_lost_gets_the_whole_frame() -> None:
    (again,) = practised().choose(said(199, (200, 60.0), canvas=-1), FENCE, free=always, now_ns=0)
    assert again.base == -1


@pytest.mark.parametrize(
    "changes", [{"fence": FENCE - 1}, {"epoch": 2}, {"delivery": delivery(9)}], ids=["fence", "epoch", "ring"]
)
def test_what_somebody_else_ordered_is_not_ordered_again(changes: dict[str, object]) -> None:
    hedger = practised()
    hedger.ordered([msgspec.structs.replace(ordered(200), **changes)])
    assert hedger.choose(said(199, (200, 60.0)), FENCE, free=always, now_ns=0) == []


def test_without_a_free_worker_there_is_no_second_draw() -> None:
    hedger = practised()
    late = said(199, (200, 60.0))
    assert not hedger.choose(late, FENCE, free=never, now_ns=0)
    assert len(hedger.choose(late, FENCE, free=always, now_ns=0)) == 1


def test_a_budget_of_nothing_orders_nothing() -> None:
    assert practised(percent=0).choose(said(199, (200, 60.0)), FENCE, free=always, now_ns=0) == []


def test_a_stream_of_somebody_else_is_forgotten() -> None:
    hedger = practised()
    hedger.forget_all_but([])
    assert hedger.choose(said(199, (200, 60.0)), FENCE, free=always, now_ns=0) == []


@given(
    percent=st.floats(0, 20),
    lateness=st.lists(st.lists(st.floats(0, 10_000), max_size=8), min_size=1, max_size=300),
)
def test_there_is_never_a_storm(percent: float, lateness: list[list[float]]) -> None:
    """Whatever is late, second draws stay a share of all frames, but for a handful that was saved up."""
    hedger = Hedger(percent)
    hedger.choose(msgspec.structs.replace(credit(-1), arrivals_ms=(5.0,) * FEW), FENCE, free=always, now_ns=0)
    drawn = 0
    for emitted, awaited_ms in enumerate(lateness):
        absent = tuple((emitted + 1 + i, ms) for i, ms in enumerate(awaited_ms))
        drawn += len(hedger.choose(said(emitted, *absent), FENCE, free=always, now_ns=0))
        hedger.ordered([ordered(emitted + 8)])
    assert drawn == hedger.count <= len(lateness) * percent / 100 + MOST_SAVED


@given(st.lists(st.floats(0, 10_000), min_size=FEW, max_size=WINDOW))
def test_at_most_half_of_the_frames_that_made_a_habit_are_late_by_it(delays_ms: list[float]) -> None:
    late_ms = habit(*delays_ms).late_ms
    assert late_ms is not None
    assert sum(ms > late_ms for ms in delays_ms) <= len(delays_ms) * 0.5


def test_what_is_saved_up_is_bounded() -> None:
    budget = Budget(50)
    budget.earn(10_000)
    assert sum(budget.spend() for _ in range(1000)) == MOST_SAVED
