"""The sequencer: the newest frame that fits is shown, everything else is counted with its cause."""

from __future__ import annotations

import math
import sys
from threading import Event as Flag
from threading import Thread
from typing import Any

import msgspec
import pytest

from encoder.authority import LATER_ANSWERS, Authority
from encoder.sense import LONGEST_MS, LONGEST_NAME
from encoder.sequencer import EMPTY, Sequencer
from encoder.verdicts import Choice, Refusal, Repeat
from farm.messages import FrameDone

WINDOW = 4


def frame(
    number: int, base: int = EMPTY, *, fence: int = 1, epoch: int = 1, stream: str = "s", hold: int = 1
) -> FrameDone:
    return FrameDone(stream, epoch, number, base, fence, (), "worker", 0.0, 1.0, hold=hold)


@pytest.fixture
def sequencer() -> Sequencer:
    return Sequencer("s", 1, WINDOW)


def show(sequencer: Sequencer, tick: int) -> Choice:
    """What a tick does, when every copy succeeds at once."""
    choice = sequencer.pick(tick)
    if choice.frame is not None:
        sequencer.apply(sequencer._held[choice.frame])
    sequencer.close_tick(tick, choice)
    return choice


def test_frames_that_came_in_any_order_are_shown_in_theirs(sequencer: Sequencer) -> None:
    for number in (2, 0, 1):
        assert sequencer.offer(frame(number)) is None
    assert [show(sequencer, tick).frame for tick in range(3)] == [0, 1, 2]
    assert sequencer.fresh == 3


def test_a_lost_frame_is_healed_by_the_next(sequencer: Sequencer) -> None:
    sequencer.offer(frame(0))
    show(sequencer, 0)
    sequencer.offer(frame(2, base=0))
    assert show(sequencer, 1) == Choice(None)
    assert show(sequencer, 2).frame == 2


def test_an_epoch_that_goes_on_at_a_frame_wants_none_before_it(sequencer: Sequencer) -> None:
    sequencer.offer(frame(0, fence=3))
    following = Sequencer("s", 2, WINDOW)
    following.go_on(sequencer, 10)
    assert following.wanted() == [10, 11, 12, 13]
    assert following.offer(frame(9, epoch=2, fence=3)) is Refusal.PASSED
    assert following.offer(frame(10, epoch=2, fence=2)) is Refusal.FENCE
    assert following.offer(frame(10, epoch=2, fence=3)) is None
    assert (following.canvas, show(following, 10).frame, following.canvas) == (EMPTY, 10, 10)


def test_another_thread_may_ask_at_any_time_how_many_wait(sequencer: Sequencer) -> None:
    over, usual_s = Flag(), sys.getswitchinterval()
    asked: list[int] = []

    def ask() -> None:
        while not over.is_set():
            asked.append(sequencer.waiting())

    reporter = Thread(target=ask)
    sys.setswitchinterval(1e-6)
    try:
        reporter.start()
        for tick in range(1000):
            for ahead in range(1, WINDOW):
                sequencer.offer(frame(tick + ahead))
            show(sequencer, tick)
        assert reporter.is_alive()
    finally:
        over.set()
        reporter.join()
        sys.setswitchinterval(usual_s)
    assert set(asked) <= set(range(WINDOW + 1))


def test_of_several_frames_that_fit_the_newest_is_shown_and_the_others_have_passed(
    sequencer: Sequencer,
) -> None:
    for number in (0, 1, 2):
        sequencer.offer(frame(number))
    sequencer.close_tick(0, Choice(None))
    sequencer.close_tick(1, Choice(None))
    assert show(sequencer, 2).frame == 2
    assert sequencer.refused == {Refusal.PASSED: 2}


def test_a_frame_that_builds_on_one_that_was_lost_is_a_gap(sequencer: Sequencer) -> None:
    sequencer.offer(frame(0))
    show(sequencer, 0)
    sequencer.offer(frame(2, base=1))
    show(sequencer, 1)
    assert show(sequencer, 2) == Choice(None, Repeat.GAP)


def test_a_frame_after_its_tick_makes_that_tick_late_and_is_still_shown(sequencer: Sequencer) -> None:
    sequencer.offer(frame(0))
    show(sequencer, 0)
    show(sequencer, 1)
    assert sequencer.unexplained() == 1
    sequencer.offer(frame(1, base=0))
    assert sequencer.repeated == {Repeat.LATE: 1}
    assert show(sequencer, 2).frame == 1


def test_a_frame_that_never_comes_is_missing_once_its_window_is_over(sequencer: Sequencer) -> None:
    sequencer.offer(frame(0))
    for tick in range(2 + WINDOW):
        show(sequencer, tick)
    assert sequencer.repeated == {Repeat.MISSING: 1}
    assert sequencer.unexplained() == WINDOW


def test_before_anything_was_delivered_the_stream_is_starting(sequencer: Sequencer) -> None:
    assert show(sequencer, 0) == Choice(None, Repeat.STARTING)
    assert (sequencer.blank, sequencer.repeated) == (1, {})


@pytest.mark.parametrize(
    ("done", "refusal"),
    [
        (frame(7, fence=2), Refusal.FENCE),
        (frame(7, fence=3, epoch=2), Refusal.EPOCH),
        (frame(5, fence=3), Refusal.PASSED),
        (frame(6, fence=3), Refusal.DUPLICATE),
        (frame(10, fence=3), Refusal.EARLY),
        (frame(7, base=7, fence=3), Refusal.GARBAGE),
        (frame(7, base=-2, fence=3), Refusal.GARBAGE),
        (frame(-1, base=-1, fence=3), Refusal.GARBAGE),
        (frame(7, fence=3, stream="other"), Refusal.GARBAGE),
        (frame(7, fence=3), None),
    ],
)
def test_what_is_of_no_use_is_refused_with_its_cause(
    sequencer: Sequencer, done: FrameDone, refusal: Refusal | None
) -> None:
    for number in range(2, 6):
        sequencer.offer(frame(number, fence=3))
        show(sequencer, number)
    sequencer.offer(frame(6, fence=3))
    assert sequencer.offer(done) is refusal
    assert sum(sequencer.refused.values()) == (refusal is not None)


def test_a_new_owner_drops_what_the_old_one_sent(sequencer: Sequencer) -> None:
    sequencer.offer(frame(0, fence=1))
    sequencer.offer(frame(1, fence=1))
    assert sequencer.offer(frame(2, fence=2)) is None
    assert (sequencer.fence, sequencer.refused) == (2, {Refusal.FENCE: 2})
    assert sequencer.offer(frame(1, fence=1)) is Refusal.FENCE
    assert sequencer.offer(frame(1, fence=2)) is None


def test_a_copy_with_a_lower_base_replaces_one_that_does_not_fit(sequencer: Sequencer) -> None:
    sequencer.offer(frame(1, base=0))
    assert sequencer.offer(frame(1)) is None
    sequencer.close_tick(0, Choice(None))
    assert show(sequencer, 1).frame == 1


@pytest.mark.parametrize(
    ("instead", "fits"),
    [
        (frame(3, base=2, fence=2), True),
        (frame(3, fence=3), True),
        (frame(3, base=2, fence=1), False),
        (frame(2, base=1, fence=2), False),
        (frame(4, base=3, fence=2), False),
        (frame(3, base=2, fence=2, epoch=2), False),
        (frame(3, base=2, fence=2, stream="other"), False),
    ],
)
def test_what_lies_in_a_slot_is_asked_again_before_it_is_copied(
    sequencer: Sequencer, instead: FrameDone, fits: bool
) -> None:
    for number in range(3):
        sequencer.offer(frame(number, fence=2))
        show(sequencer, number)
    assert sequencer.fits(instead) == fits


def test_the_picture_of_a_newer_owner_shuts_out_what_the_older_one_built(sequencer: Sequencer) -> None:
    sequencer.offer(frame(0))
    sequencer.offer(frame(1, base=0))
    sequencer.apply(frame(0, fence=2))
    assert (sequencer.fence, sequencer.refused) == (2, {Refusal.FENCE: 1})
    assert sequencer.pick(1) == Choice(None)


def test_ticks_that_were_given_no_frame_of_their_own_are_held_and_not_repeated(sequencer: Sequencer) -> None:
    for number in (0, 2):
        sequencer.offer(frame(number, hold=2))
    assert sequencer.ready() == 4
    choices = [show(sequencer, tick) for tick in range(4)]
    assert choices == [Choice(0), Choice(None, Repeat.HELD), Choice(2), Choice(None, Repeat.HELD)]
    assert (sequencer.fresh, sequencer.held, sequencer.repeated) == (2, 2, {})
    assert show(sequencer, 4) == Choice(None)


def test_a_held_frame_that_comes_late_explains_all_of_its_ticks(sequencer: Sequencer) -> None:
    sequencer.offer(frame(0, hold=2))
    for tick in range(4):
        show(sequencer, tick)
    assert sequencer.unexplained() == 2
    sequencer.offer(frame(2, hold=2))
    assert sequencer.repeated == {Repeat.LATE: 2}
    sequencer.offer(frame(4, hold=2))
    assert [show(sequencer, tick).cause for tick in (4, 5)] == [None, Repeat.HELD]


@pytest.mark.parametrize(
    "times", [{"draw_ms": math.nan}, {"queue_ms": math.inf}, {"layers_ms": (("clock", math.nan),)}]
)
def test_times_that_are_no_numbers_spoil_no_mean(sequencer: Sequencer, times: dict[str, Any]) -> None:
    assert sequencer.offer(msgspec.structs.replace(frame(0), **times)) is Refusal.GARBAGE


def test_no_frame_stands_for_more_ticks_than_the_window(sequencer: Sequencer) -> None:
    assert sequencer.offer(frame(0, hold=WINDOW + 1)) is Refusal.GARBAGE
    assert sequencer.offer(frame(0, hold=0)) is Refusal.GARBAGE
    for still in (-1, WINDOW):
        assert sequencer.offer(msgspec.structs.replace(frame(0), still=still)) is Refusal.GARBAGE


def test_ticks_in_which_nothing_moves_need_no_frame_and_are_not_repeated(sequencer: Sequencer) -> None:
    sequencer.offer(msgspec.structs.replace(frame(0), still=2))
    assert sequencer.standing() == (0, 2)
    assert [show(sequencer, tick).cause for tick in range(4)] == [None, Repeat.STILL, Repeat.STILL, None]
    assert (sequencer.fresh, sequencer.still, sequencer.unexplained()) == (1, 2, 1)


def test_a_newer_frame_ends_what_an_older_one_was_right_for(sequencer: Sequencer) -> None:
    sequencer.offer(msgspec.structs.replace(frame(0), still=3))
    show(sequencer, 0)
    sequencer.offer(frame(1, base=0))
    assert sequencer.standing() == (1, 1)
    assert [show(sequencer, tick) for tick in (1, 2)] == [Choice(1), Choice(None)]


def test_a_frame_to_come_stands_for_ticks_only_without_a_hole_and_on_what_is_there(
    sequencer: Sequencer,
) -> None:
    sequencer.offer(msgspec.structs.replace(frame(0), still=1))
    sequencer.offer(msgspec.structs.replace(frame(2, base=0), still=2))
    assert sequencer.standing() == (2, 4)
    sequencer.withdraw(2)
    sequencer.offer(msgspec.structs.replace(frame(2, base=1), still=2))
    sequencer.offer(frame(4))
    assert sequencer.standing() == (0, 1)


def test_ready_counts_up_to_the_first_hole(sequencer: Sequencer) -> None:
    for number in (0, 1, 3):
        sequencer.offer(frame(number))
    assert (sequencer.ready(), sequencer.waiting()) == (2, 3)


@pytest.mark.parametrize("fence", [4, 1 << 53, 1 << 63])
def test_a_fence_that_nobody_has_shuts_nobody_out_and_is_blamed_on_its_worker(fence: int) -> None:
    authority = Authority()
    authority.tell(3)
    sequencer = Sequencer("s", 1, WINDOW, belief=authority.belief)
    sequencer.offer(frame(0, fence=3))
    liar = msgspec.structs.replace(frame(1, fence=fence), worker="liar")
    said = []
    for _ in range(LATER_ANSWERS + 1):
        said.append(sequencer.offer(liar))
        authority.tell(3)
    assert said == [*[Refusal.DOUBTED] * LATER_ANSWERS, Refusal.GARBAGE]
    assert (sequencer.fence, sequencer.refused, sequencer.garbage_by) == (
        3,
        {Refusal.GARBAGE: 1},
        {"liar": 1},
    )
    assert show(sequencer, 0).frame == 0


def test_a_new_owners_frames_wait_for_the_word_that_he_has_the_lease() -> None:
    authority = Authority()
    authority.tell(3)
    sequencer = Sequencer("s", 1, WINDOW, belief=authority.belief)
    assert sequencer.offer(frame(0, fence=4)) is Refusal.DOUBTED
    authority.tell(4)
    assert sequencer.offer(frame(0, fence=4)) is None
    assert (sequencer.fence, sequencer.refused) == (4, {})


@pytest.mark.parametrize(
    "nonsense",
    [
        {"fence": 1 << 60},
        {"hold": 10**9},
        {"base": -5},
        {"epoch": 2},
        {"draw_ms": math.inf},
        {"worker": "w" * (LONGEST_NAME + 1)},
    ],
)
def test_nonsense_that_lies_in_a_slot_when_it_is_copied_does_not_fit(nonsense: dict[str, Any]) -> None:
    authority = Authority()
    authority.tell(1)
    sequencer = Sequencer("s", 1, WINDOW, belief=authority.belief)
    sequencer.offer(frame(0))
    honest = frame(0)
    assert sequencer.fits(honest)
    assert not sequencer.fits(msgspec.structs.replace(honest, **nonsense))


@pytest.mark.parametrize("ms", [-1.5, LONGEST_MS * 1.01, 1e308, math.nan])
def test_times_that_cannot_be_are_garbage(sequencer: Sequencer, ms: float) -> None:
    for field in ("queue_ms", "draw_ms", "plan_ms"):
        assert sequencer.offer(msgspec.structs.replace(frame(0), **{field: ms})) is Refusal.GARBAGE
    assert sequencer.offer(msgspec.structs.replace(frame(0), queue_ms=-1.0)) is None
