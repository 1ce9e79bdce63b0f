"""One frame to a task while there is room, two while there is not."""

from __future__ import annotations

import pytest

from coordinator.batching import PAIRED, READINGS_TO_PART, SOLITARY, Batching, advance, unhurried
from coordinator.strain import Strain

SINGLY = Batching()


def reading(queue_ms: float, draw_ms: float = 5.0) -> Strain:
    return Strain(None, 0.0, True, 16.0, queue_ms, draw_ms, 4.0, 50.0)


def after(*queue_ms: float, busy: float = 0.1, start: Batching = SINGLY) -> Batching:
    for waited_ms in queue_ms:
        start = advance(start, reading(waited_ms), busy)
    return start


def test_an_idle_farm_gets_every_frame_by_itself() -> None:
    assert after(*[1.5] * 100).frames == SOLITARY


def test_frames_that_wait_for_workers_go_in_pairs() -> None:
    assert after(10).frames == SOLITARY
    assert after(10, 1, 10).frames == SOLITARY
    assert after(10, 10).frames == PAIRED


def test_dear_frames_go_by_themselves_however_long_they_wait() -> None:
    dear = reading(queue_ms=100.0, draw_ms=40.0)
    batching = Batching(PAIRED)
    for _ in range(READINGS_TO_PART):
        batching = advance(batching, dear, 0.1)
    assert batching.frames == SOLITARY
    assert advance(advance(SINGLY, dear, 0.1), dear, 0.1).frames == SOLITARY
    assert advance(advance(SINGLY, dear, 0.9), dear, 0.9).frames == PAIRED


def test_a_coordinator_that_is_busy_pairs_frames_as_well() -> None:
    assert after(1, 1, busy=0.9).frames == PAIRED


def test_pairs_are_parted_only_after_a_while_of_room() -> None:
    paired = after(10, 10)
    room = [1.0] * (READINGS_TO_PART - 1)
    assert after(*room, start=paired).frames == PAIRED
    assert after(*room, 5.0, *room, start=paired).frames == PAIRED
    assert after(*room, 1.0, start=paired).frames == SOLITARY
    assert after(*room, 1.0, busy=0.5, start=paired).frames == PAIRED


@pytest.mark.parametrize(("draw_ms", "frames"), [(0.0, 8), (1.5, 8), (3.0, 4), (8.0, 2), (40.0, 1)])
def test_what_no_tick_waits_for_goes_in_batches_unless_it_is_dear(draw_ms: float, frames: int) -> None:
    assert unhurried(draw_ms) == frames
