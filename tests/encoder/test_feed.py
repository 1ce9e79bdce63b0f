"""The feed over a real ring and over letters: what was drawn is on the canvas, torn slots are not."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np
import pytest

from encoder.arrivals import Arrivals
from encoder.authority import LATER_ANSWERS, Authority
from encoder.canvas import Canvas
from encoder.feed import Feed
from encoder.sequencer import EMPTY, Sequencer
from encoder.verdicts import Choice, Refusal, Repeat
from farm.clock import ManualClock
from farm.messages import Delivery, FrameDone
from farm.transport.mailbox import Letter, pack_frame
from farm.transport.ring import Ring
from scene.geometry import Rect
from tests.encoder.witness import Witnessed

WIDTH, HEIGHT, SLOTS = 32, 16, 4
WHOLE: Rect = (0, 0, WIDTH, HEIGHT)


def done(number: int, *rects: Rect, base: int = EMPTY, fence: int = 1) -> FrameDone:
    return FrameDone("s", 1, number, base, fence, rects, "worker", 0.0, 1.0)


class Bench:
    """A ring, a worker's view of it, and a feed onto a canvas."""

    def __init__(self, ring: Ring, worker: Ring) -> None:
        self.ring, self.worker = ring, worker
        self.authority = Authority()
        self.authority.tell(2)
        self.sequencer = Sequencer("s", 1, SLOTS, belief=self.authority.belief)
        self.clock = ManualClock()
        self.told = Witnessed()
        self.arrivals = Arrivals(dict.fromkeys(range(2), 0).get)
        self.feed = Feed(self.sequencer, ring, self.clock, self.told, self.arrivals)
        self.canvas = Canvas(WIDTH, HEIGHT)

    def draw(self, what: FrameDone, luma: int) -> None:
        with self.worker.drawing(what.frame) as drawing:
            drawing.planes.y.fill(luma)
            drawing.finish(what)

    def post(self, what: FrameDone, luma: int) -> None:
        picture = Canvas(WIDTH, HEIGHT).planes
        picture.y.fill(luma)
        self.feed.put(Letter.unpack(pack_frame(what, picture), WIDTH, HEIGHT))

    def tick(self, number: int) -> tuple[Choice, int]:
        """The choice at that tick, and the luma of the canvas' first pixel after it."""
        self.feed.collect()
        choice = self.feed.apply(number, self.canvas.picture).choice
        self.sequencer.close_tick(number, choice)
        self.ring.emitted = number
        return choice, int(self.canvas.planes.y[0, 0])


@pytest.fixture
def bench() -> Iterator[Bench]:
    ring = Ring.create("feed", WIDTH, HEIGHT, SLOTS)
    worker = Ring.attach(Delivery(ring.name, ring.nonce, "mailbox", WIDTH, HEIGHT, SLOTS))
    assert worker is not None
    yield Bench(ring, worker)
    worker.close()
    ring.close(unlink=True)


def test_frames_of_the_ring_and_of_the_mailbox_go_together(bench: Bench) -> None:
    bench.draw(done(0, WHOLE), 50)
    bench.post(done(1, WHOLE), 60)
    bench.draw(done(2, WHOLE), 70)
    assert [bench.tick(n) for n in range(3)] == [(Choice(n), luma) for n, luma in enumerate((50, 60, 70))]


def test_a_frame_without_rects_is_fresh_and_changes_nothing(bench: Bench) -> None:
    bench.draw(done(0, WHOLE), 50)
    bench.tick(0)
    bench.draw(done(1, base=0), 99)
    assert bench.tick(1) == (Choice(1), 50)
    assert bench.sequencer.fresh == 2


def test_a_slot_that_is_being_drawn_again_is_left_alone(bench: Bench) -> None:
    bench.draw(done(1, WHOLE), 50)
    bench.tick(0)
    with bench.worker.drawing(1) as drawing:
        drawing.planes.y.fill(99)
        choice, luma = bench.tick(1)
        assert (choice.frame, luma) == (None, 16)
        drawing.finish(done(1, WHOLE))
    assert bench.tick(2) == (Choice(1), 99)


def test_a_frame_that_is_finished_when_a_newer_one_is_shown_was_late_and_not_missing(bench: Bench) -> None:
    bench.draw(done(0, WHOLE), 50)
    bench.tick(0)
    with bench.worker.drawing(1) as drawing:
        bench.tick(1)
        bench.draw(done(2, WHOLE), 70)
        bench.tick(2)
        drawing.finish(done(1, WHOLE))
    assert bench.tick(3)[1] == 70
    assert bench.sequencer.repeated == {Repeat.LATE: 1}
    assert bench.sequencer.refused == {Refusal.PASSED: 1}
    assert ([late.frame for late in bench.told.late], bench.told.vain) == ([1], [])


def test_what_an_old_owner_drew_between_look_and_copy_never_shows(bench: Bench) -> None:
    bench.draw(done(0, WHOLE), 50)
    bench.tick(0)
    bench.draw(done(1, WHOLE), 60)
    bench.feed.collect()
    bench.draw(done(1, WHOLE, base=0, fence=0), 99)
    assert bench.feed.apply(1, bench.canvas.picture).choice.frame is None
    assert (bench.sequencer.canvas, int(bench.canvas.planes.y[0, 0])) == (0, 50)
    bench.sequencer.close_tick(1, Choice(None))
    bench.draw(done(2, WHOLE, base=0), 70)
    assert bench.tick(2) == (Choice(2), 70)
    assert bench.sequencer.refused == {Refusal.FENCE: 1}


def test_of_a_letter_and_a_slot_the_one_is_copied_that_was_taken(bench: Bench) -> None:
    bench.draw(done(0, WHOLE), 50)
    bench.tick(0)
    bench.post(done(1, WHOLE, base=0), 99)
    bench.feed.collect()
    bench.draw(done(1, WHOLE, fence=2), 70)
    bench.post(done(2, WHOLE, fence=2), 80)
    assert bench.tick(1) == (Choice(1), 70)
    assert bench.tick(2) == (Choice(2), 80)


def test_an_old_owners_slot_is_refused_once_and_not_at_every_look(bench: Bench) -> None:
    bench.post(done(0, WHOLE, fence=2), 50)
    bench.tick(0)
    bench.draw(done(3, WHOLE, fence=1), 99)
    for number in (1, 2, 3):
        bench.tick(number)
    assert bench.sequencer.refused == {Refusal.FENCE: 1}
    assert int(bench.canvas.planes.y[0, 0]) == 50


def test_garbage_in_a_slot_and_in_the_mailbox_is_counted_once(bench: Bench) -> None:
    bench.draw(done(1, (0, 0, WIDTH + 2, HEIGHT)), 99)
    bench.feed.put(None, "liar", 2)
    bench.feed.put(None)
    for number in range(4):
        assert bench.tick(number)[1] == 16
    assert bench.sequencer.refused == {Refusal.GARBAGE: 3}
    assert bench.told.vain == [(2, "garbage", "liar"), (1, "garbage", "worker")]


def test_a_frame_of_a_blocked_worker_is_told_as_such(bench: Bench) -> None:
    bench.sequencer.barred = frozenset({"worker"})
    bench.post(done(0, WHOLE), 50)
    bench.tick(0)
    assert bench.told.vain == [(0, "blocked", "worker")]


def test_a_mailbox_that_overflows_keeps_the_newest(bench: Bench) -> None:
    for number in range(100):
        bench.feed.put(None)
        bench.post(done(number % 3, WHOLE), number)
    bench.feed.collect()
    assert sum(bench.sequencer.refused.values()) + 3 <= 4 * SLOTS


def test_a_snapshot_is_of_one_moment(bench: Bench) -> None:
    copy = Canvas(WIDTH, HEIGHT).buffer
    bench.canvas.planes.y.fill(77)
    assert bench.canvas.snapshot(copy)
    assert np.array_equal(copy, bench.canvas.buffer)
    bench.canvas.begin()
    assert not bench.canvas.snapshot(copy)
    bench.canvas.end()
    assert bench.canvas.snapshot(copy)


def test_arrivals_are_noted_by_either_way_and_refused_frames_are_not(bench: Bench) -> None:
    bench.draw(done(0, WHOLE), 50)
    bench.clock.advance_ns(7_000_000)
    bench.post(done(1, WHOLE), 60)
    bench.post(done(1, WHOLE), 60)
    bench.feed.collect()
    assert bench.arrivals.take_ms() == (7.0, 0.0)
    assert bench.arrivals.absent(-1, 1) == ()


HIGH = 1 << 60


@pytest.mark.parametrize("by_letter", [True, False])
def test_a_new_owners_frame_that_came_before_the_word_of_him_is_shown_in_time(
    bench: Bench, *, by_letter: bool
) -> None:
    bench.draw(done(0, WHOLE, fence=2), 50)
    bench.tick(0)
    (bench.post if by_letter else bench.draw)(done(2, WHOLE, fence=3), 70)
    assert bench.tick(1)[1] == 50
    bench.authority.tell(3)
    assert bench.tick(2) == (Choice(2), 70)
    assert bench.sequencer.refused == {}


def test_fences_that_nobody_has_are_counted_once_each_and_hold_up_nobody(bench: Bench) -> None:
    bench.draw(done(3, WHOLE, fence=HIGH), 99)
    bench.post(done(3, WHOLE, fence=HIGH), 99)
    for number in range(SLOTS - 1):
        bench.post(done(number, WHOLE, fence=2), 50 + number)
        assert bench.tick(number) == (Choice(number), 50 + number)
        bench.authority.tell(2)
    assert SLOTS - 1 > LATER_ANSWERS
    assert bench.sequencer.refused == {Refusal.GARBAGE: 2}
    assert bench.told.late == []


def test_a_frame_that_was_drawn_over_with_nonsense_after_the_look_is_left_out(bench: Bench) -> None:
    for nonsense in (
        done(1, WHOLE, fence=HIGH),
        msgspec.structs.replace(done(1, WHOLE, fence=2), hold=10**9),
        done(10**15, WHOLE, fence=2),
    ):
        bench.draw(done(1, WHOLE), 60)
        bench.feed.collect()
        with bench.worker.drawing(1) as drawing:
            drawing.planes.y.fill(99)
            drawing.finish(nonsense)
        assert bench.feed.apply(1, bench.canvas.picture).choice.frame is None
    assert (bench.sequencer.canvas, bench.sequencer.covered, bench.sequencer.fence) == (EMPTY, EMPTY, 1)
    bench.draw(done(2, WHOLE), 70)
    assert bench.tick(2) == (Choice(2), 70)
