"""The sequencer against its reference, whatever is delivered, drawn over or lost, in any order; with pixels.

A picture has a few pixels, each of which says since when it looks as it does, and who drew it. A patch writes
those that changed since its base, like a worker's. So the canvas shows whether what was applied fitted.
"""

from __future__ import annotations

from random import Random

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from encoder.authority import Authority
from encoder.sequencer import EMPTY, Sequencer
from encoder.verdicts import Repeat
from farm.messages import FrameDone
from tests.encoder.reference import Answered, Closed, Offered, Reference, Shown, Withdrawn

WINDOW = 4
PIXELS = range(8)
Pixel = tuple[int, int]
"""Who drew it (a fence) and since which frame it looks like that."""


def changes(frame: int) -> set[int]:
    """The pixels in which a frame differs from the one before; none in some."""
    return {pixel for pixel in PIXELS if (frame * 7 + pixel * pixel * 5) % 11 < 4 and frame % 5 != 3}


def full_drawing(frame: int, fence: int) -> dict[int, Pixel]:
    """All pixels of a frame, as an owner's workers draw it."""
    since = dict.fromkeys(PIXELS, -1)
    for n in range(frame + 1):
        since |= dict.fromkeys(changes(n), n)
    return {pixel: (fence, n) for pixel, n in since.items()}


def patch(done: FrameDone) -> dict[int, Pixel]:
    """What a worker draws for a task of this base."""
    whole = full_drawing(done.frame, done.fence)
    if done.base == EMPTY:
        return whole
    changed = set().union(*(changes(n) for n in range(done.base + 1, done.frame + 1)))
    return {pixel: whole[pixel] for pixel in changed}


bases = st.sampled_from([0, 0, 0, -1, -3, 1, 1, 2, None])
"""What a frame builds on, counted from the frame that the canvas shows now; None: on nothing."""


class SequencerMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.authority = Authority()
        self.real = Sequencer("s", 1, WINDOW, belief=self.authority.belief)
        self.reference = Reference("s", 1, WINDOW)
        self.redis_says(1)
        self.canvas: dict[int, Pixel] = dict.fromkeys(PIXELS, (0, -1))
        self.on_air = 0
        """The fence of the owner whose picture the canvas shows."""
        self.first_shown: dict[int, int] = {}
        """The first frame that was shown of each owner: nothing older is built upon."""
        self.unread = 0

    @rule(
        ahead=st.integers(-WINDOW - 1, WINDOW + 1),
        upon=bases,
        owner=st.sampled_from([0, 0, 0, 0, 1, -1]),
        epoch=st.sampled_from([1, 1, 1, 1, 1, 0, 2]),
        lasting=st.sampled_from([(1, 0), (1, 0), (1, 0), (2, 0), (3, 0), (1, 1), (1, 3), (2, 2)]),
    )
    def a_frame_comes(
        self, ahead: int, upon: int | None, owner: int, epoch: int, lasting: tuple[int, int]
    ) -> None:
        done = self.drawn(self.real.emitted + ahead, upon, max(1, self.real.fence + owner), epoch)
        hold, still = lasting
        self.offer(msgspec.structs.replace(done, hold=hold, still=still))

    @rule(later=st.sampled_from([0, 0, 0, 1, 2]), held=st.booleans())
    def redis_says_who_has_the_lease(self, later: int, *, held: bool) -> None:
        """The same as before, somebody new, or nobody."""
        self.redis_says(max(1, self.real.fence) + later if held else 0)

    @rule(fence=st.sampled_from([3, 60, 1 << 60]), ahead=st.integers(-1, WINDOW + 1))
    def a_worker_names_a_fence_of_its_own(self, fence: int, ahead: int) -> None:
        self.offer(self.drawn(self.real.emitted + ahead, None, self.real.fence + fence, 1))

    @rule(lead=st.integers(1, WINDOW), order=st.randoms(use_true_random=False), lost=st.integers(0, 3))
    def a_burst_comes_in_any_order(self, lead: int, order: Random, lost: int) -> None:
        coming = [self.real.emitted + 1 + ahead for ahead in range(lead)]
        order.shuffle(coming)
        for frame in coming[lost:]:
            self.offer(self.drawn(frame, 0, max(1, self.real.fence), 1))

    @rule(second=st.booleans(), ticks=st.integers(0, 3))
    def a_frame_builds_on_a_lost_one(self, *, second: bool, ticks: int) -> None:
        """And is drawn a ``second`` time, on what the canvas holds."""
        frame, fence = self.real.canvas + 2, max(1, self.real.fence)
        self.offer(self.drawn(frame, 1, fence, 1))
        if second:
            self.offer(self.drawn(frame, 0, fence, 1))
        for _ in range(ticks):
            self.tick(0)

    @precondition(lambda self: any(isinstance(event, Offered) for event in self.reference.log))
    @rule(data=st.data())
    def a_frame_comes_once_more(self, data: st.DataObject) -> None:
        offered = [event.done for event in self.reference.log if isinstance(event, Offered)]
        self.offer(data.draw(st.sampled_from(offered)))

    @rule(
        done=st.sampled_from(
            [
                FrameDone("s", 1, 3, 3, 9, (), "worker", 0.0, 1.0),
                FrameDone("s", 1, 3, -2, 9, (), "worker", 0.0, 1.0),
                FrameDone("s", 1, -1, -1, 9, (), "worker", 0.0, 1.0),
                FrameDone("other", 1, 3, -1, 9, (), "worker", 0.0, 1.0),
                FrameDone("s", 1, 3, -1, 9, (), "worker", 0.0, 1.0, hold=0),
                FrameDone("s", 1, 3, -1, 9, (), "worker", 0.0, 1.0, hold=WINDOW + 1),
                FrameDone("s", 1, 3, -1, 9, (), "worker", 0.0, 1.0, still=WINDOW),
                FrameDone("s", 1, 3, -1, 9, (), "worker", 0.0, 1.0, still=-1),
            ]
        ),
        instead=st.booleans(),
    )
    def garbage_comes(self, done: FrameDone, *, instead: bool) -> None:
        """Or lies in the slot of a frame that is to be copied."""
        if instead and self.real.pick(self.real.emitted + 1).frame is not None:
            self.tick(0, done)
        else:
            self.offer(done)

    @rule()
    def something_unreadable_comes(self) -> None:
        self.real.refuse_unread()
        self.unread += 1

    @rule(busy=st.integers(0, 2))
    def a_tick(self, busy: int) -> None:
        """``busy`` slots are being drawn into when they are to be copied."""
        self.tick(busy)

    @rule(ticks=st.integers(2, WINDOW + 3), ago=st.integers(0, WINDOW + 1), hold=st.integers(1, 3))
    def the_farm_stalls_and_comes_late(self, ticks: int, ago: int, hold: int) -> None:
        for _ in range(ticks):
            self.tick(0)
        done = self.drawn(self.real.emitted - ago, None, max(1, self.real.fence), 1)
        self.offer(msgspec.structs.replace(done, hold=hold))

    @rule(owner=st.sampled_from([0, 0, 1, -1]), epoch=st.sampled_from([1, 1, 2]), upon=bases)
    def a_tick_whose_slot_was_drawn_over(self, owner: int, epoch: int, upon: int | None) -> None:
        chosen = self.real.pick(self.real.emitted + 1).frame
        instead = None
        if chosen is not None:
            instead = self.drawn(chosen, upon, max(1, self.real.fence + owner), epoch)
        self.tick(0, instead)

    @invariant()
    def the_canvas_shows_a_full_drawing(self) -> None:
        if self.real.canvas != EMPTY:
            assert self.canvas == full_drawing(self.real.canvas, self.on_air)
        assert self.real.canvas == self.reference.canvas()
        assert self.real.canvas <= self.real.emitted

    @invariant()
    def every_tick_is_counted_once_and_rightly(self) -> None:
        real, ticks = self.real, self.reference.ticks()
        assert (real.fresh, real.blank) == (ticks["fresh"], ticks[Repeat.STARTING])
        assert (real.held, real.still) == (ticks[Repeat.HELD], ticks[Repeat.STILL])
        assert real.unexplained() == ticks["open"]
        for cause in (Repeat.GAP, Repeat.LATE, Repeat.MISSING):
            assert real.repeated[cause] == ticks[cause]
        shown_again = real.held + real.still + sum(real.repeated.values()) + real.unexplained()
        assert real.fresh + real.blank + shown_again == real.emitted + 1

    @invariant()
    def it_wants_just_what_would_be_news(self) -> None:
        assert self.real.wanted() == self.reference.wanted()

    @invariant()
    def what_waits_is_what_is_here_before_its_tick(self) -> None:
        emitted, covered = self.real.emitted, self.reference.covered()
        coming = {frame: done for frame, done in self.reference.held().items() if frame > emitted}
        assert self.real.waiting() == len(coming)
        assert self.real.missing(WINDOW) == tuple(
            tick for tick in range(emitted + 1, emitted + 1 + WINDOW) if tick not in coming
        )
        ready = [
            tick <= covered or any(done.frame <= tick < done.frame + done.hold for done in coming.values())
            for tick in range(emitted + 1, emitted + 2 + self.real.ready())
        ]
        assert ready == [True] * self.real.ready() + [False]

    @invariant()
    def it_knows_for_how_long_what_is_here_is_right(self) -> None:
        assert self.real.standing() == self.reference.standing()

    @invariant()
    def it_is_bounded(self) -> None:
        assert self.real.waiting() <= WINDOW
        assert len(self.reference.held()) <= 2 * WINDOW
        assert self.real.unexplained() <= WINDOW
        assert len(self.real.wanted()) <= 2 * WINDOW

    def drawn(self, frame: int, upon: int | None, fence: int, epoch: int) -> FrameDone:
        """A frame as the workers of one owner draw it: of ``upon`` the canvas, a frame near it that may be to
        come, or nothing; never of what another owner may have drawn."""
        first, base = self.first_shown.get(fence), EMPTY
        if upon is not None and first is not None and first <= self.real.canvas + upon < frame:
            base = self.real.canvas + upon
        return FrameDone("s", epoch, frame, base, fence, (), "worker", 0.0, 1.0)

    def redis_says(self, fence: int) -> None:
        self.authority.tell(fence or None)
        self.reference.log.append(Answered(fence))

    def offer(self, done: FrameDone) -> None:
        expected = self.reference.refusal(done)
        assert self.real.offer(done) is expected
        self.reference.log.append(Offered(done))
        assert self.real.fence == self.reference.fence()

    def tick(self, busy: int, instead: FrameDone | None = None) -> None:
        """As the feed does it, with ``instead`` in the slot of the frame that is chosen."""
        tick = self.real.emitted + 1
        fresh = False
        while True:
            choice = self.real.pick(tick)
            frame, gap = self.reference.choice(tick)
            assert (choice.frame, choice.cause is Repeat.GAP) == (frame, gap)
            if frame is None:
                break
            done = self.reference.held()[frame] if instead is None else instead
            assert self.real.fits(done) == self.reference.fits(done)
            if busy or not self.real.fits(done):
                busy, instead = max(0, busy - 1), None
                self.real.withdraw(frame)
                self.reference.log.append(Withdrawn(frame))
                continue
            self.show(done)
            fresh = True
            break
        self.real.close_tick(tick, choice)
        self.reference.log.append(Closed(fresh, gap))

    def show(self, done: FrameDone) -> None:
        self.real.apply(done)
        self.reference.log.append(Shown(done))
        self.canvas |= patch(done)
        self.on_air = done.fence
        self.first_shown.setdefault(done.fence, done.frame)


SequencerMachine.TestCase.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
TestSequencerMachine = SequencerMachine.TestCase
