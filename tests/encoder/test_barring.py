"""Frames of workers that are blocked and do not know it."""

from __future__ import annotations

from encoder.barring import GRACE_NS, Barring
from encoder.sequencer import MOST_BLAMED, Sequencer
from encoder.verdicts import Refusal
from farm.messages import FrameDone
from farm.workforce import Standing, WorkerState


def standing(state: WorkerState) -> Standing:
    return Standing(state, "garbage", 1, 1000)


def done(frame: int, worker: str, *, base: int = -1) -> FrameDone:
    return FrameDone("s", 1, frame, base, 1, (), worker, 0.0, 1.0)


def test_a_blocked_worker_is_barred_when_it_had_time_to_hear() -> None:
    barring = Barring()
    standings = {"a": standing(WorkerState.BLOCKED), "b": standing(WorkerState.PROBATION)}
    assert barring.barred(standings, 5) == frozenset()
    assert barring.barred(standings, 5 + GRACE_NS) == {"a"}


def test_who_is_let_back_is_not_barred_and_begins_anew() -> None:
    barring = Barring()
    blocked = {"a": standing(WorkerState.BLOCKED)}
    barring.barred(blocked, 0)
    assert barring.barred({}, GRACE_NS) == frozenset()
    assert barring.barred(blocked, GRACE_NS) == frozenset()


def test_frames_of_a_barred_worker_are_refused_and_counted() -> None:
    sequencer = Sequencer("s", 1, 8)
    sequencer.barred = frozenset({"sick"})
    assert sequencer.offer(done(0, "sick")) is Refusal.BLOCKED
    assert sequencer.offer(done(0, "well")) is None
    assert sequencer.refused == {Refusal.BLOCKED: 1}


def test_garbage_is_counted_by_who_sent_it() -> None:
    sequencer = Sequencer("s", 1, 8)
    sequencer.offer(done(3, "sick", base=5))
    sequencer.refuse_unread("sick")
    sequencer.refuse_unread()
    for number in range(100):
        sequencer.refuse_unread(f"liar-{number}")
    assert sequencer.garbage_by["sick"] == 2
    assert len(sequencer.garbage_by) == MOST_BLAMED
    assert sequencer.refused[Refusal.GARBAGE] == 103
