"""The whole journey of a stream against everything that can happen to it: the real dispatch, tenure,
sequencer and lead; in memory are Redis, the queue and the pixels.

A picture's pixels show revision, live snapshot and scene time; a patch writes those that change in any step
since its base, as the segments of its task say. What is on air is a full drawing of one frame, or it shows.
"""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from itertools import takewhile

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from coordinator.dispatch import Show, dispatch, resume
from coordinator.order import Order
from coordinator.tenure import Tenure
from encoder.lead import Lead
from encoder.sequencer import EMPTY, Sequencer
from farm.clock import ManualClock
from farm.messages import Credit, FrameDone, FrameTask
from farm.store.leases import Lease
from farm.store.programs import Program
from scene.time import segment_at
from tests.coordinator.rig import FPS, SLOTS, delivery
from tests.journey.leases import MemoryLeases

TICK_NS = int(1e9 / FPS)
TTL_MS = 400
LOW, HIGH = 2, 6
RECOVERY_TICKS = TTL_MS * 1_000_000 // TICK_NS + HIGH + SLOTS + 4
"""A lease that somebody took to his grave runs out, and the frames of the next owner come."""
Picture = dict[str, Fraction | int]


def full_drawing(task: FrameTask, frame: int) -> Picture:
    """All pixels of ``frame``, by the segments of ``task``."""
    segment = segment_at(task.segments, frame)
    time_s = segment.time_at_s(frame, task.fps)
    return {
        "text": segment.revision,
        "colour": segment.revision // 2,
        "score": segment.snapshot,
        "clock": time_s,
        "slow clock": time_s * FPS // 4,
        "background": 0,
    }


def still(task: FrameTask) -> int:
    """For how many ticks after its own nothing would change, as a worker sees it."""
    following = range(task.frame + 1, task.frame + task.delivery.slots)
    shown = full_drawing(task, task.frame)
    same = takewhile(lambda n: full_drawing(task, n) == shown, following)
    return 0 if task.base == EMPTY or patch(task) else max(0, len(list(same)) - (task.hold - 1))


def patch(task: FrameTask) -> Picture:
    """What a worker draws."""
    whole = full_drawing(task, task.frame)
    if task.base == EMPTY:
        return whole
    steps = [full_drawing(task, n) for n in range(task.base, task.frame + 1)]
    return {pixel: value for pixel, value in whole.items() if len({step[pixel] for step in steps}) > 1}


class Programs:
    """The program on air, kept under the lease as Redis keeps it."""

    def __init__(self, leases: MemoryLeases) -> None:
        self._leases = leases
        self.kept: Program | None = None

    def write(self, lease: Lease, program: Program) -> bool:
        outranked = self.kept is not None and self.kept.fence > lease.fence
        if outranked or self._leases.holder(lease.stream) != lease:
            return False
        self.kept = program
        return True


class Coordinator:
    """What a coordinator does in one turn, for one stream."""

    def __init__(self, name: str, leases: MemoryLeases, programs: Programs, clock: ManualClock) -> None:
        self.tenure = Tenure(leases, clock, owner=name, ttl_ms=TTL_MS)
        self.programs = programs
        self.show: Show | None = None
        self.awake = True

    def turn(self, said: Credit, order: Order) -> tuple[FrameTask, ...]:
        tasks = self._ordered(said, order)
        self.tenure.keep(["s"])
        return tasks

    def _ordered(self, said: Credit, order: Order) -> tuple[FrameTask, ...]:
        lease = self.tenure.lease("s")
        if lease is None:
            return ()
        if said.fence > lease.fence:
            self.tenure.outrank("s", said.fence)
            return ()
        step = dispatch(self._known(lease), said, order, lease.fence, now_ns=0)
        if step is None:
            return ()
        if step.rewritten and not self.programs.write(lease, step.show.program):
            self.tenure.give_up("s")
            return ()
        self.show = step.show
        return step.tasks

    def _known(self, lease: Lease) -> Show | None:
        stored = self.programs.kept
        if self.show is not None and self.show.program.fence == lease.fence:
            return self.show
        if stored is not None and (self.show is None or stored.fence > self.show.program.fence):
            return resume(stored)
        return self.show


class Encoder:
    """One encoder process: the real sequencer and lead over a canvas of a few pixels."""

    def __init__(self, epoch: int) -> None:
        self.sequencer = Sequencer("s", epoch, SLOTS)
        self.lead = Lead(LOW, HIGH, FPS)
        self.canvas: Picture = {}
        self.came: dict[FrameDone, FrameTask] = {}

    def deliver(self, task: FrameTask) -> None:
        done = FrameDone(
            task.stream,
            task.epoch,
            task.frame,
            task.base,
            task.fence,
            (),
            "worker",
            0.0,
            1.0,
            hold=task.hold,
            still=still(task),
        )
        if self.sequencer.offer(done) is None:
            self.came[done] = task

    def tick(self) -> FrameTask | None:
        """The task of the frame that is shown anew."""
        tick, shown = self.sequencer.emitted + 1, None
        choice = self.sequencer.pick(tick)
        if choice.frame is not None:
            done = self.sequencer._held[choice.frame]
            assert self.sequencer.fits(done)
            self.sequencer.apply(done)
            shown = self.came[done]
            self.canvas |= patch(shown)
        self.sequencer.close_tick(tick, choice)
        silent = tick - self.sequencer.heard > self.sequencer.window
        missed = tick > self.sequencer.covered and choice.cause is None and not silent
        self.lead.observe(tick, missed=missed, ready=self.sequencer.ready())
        self.came = {done: task for done, task in self.came.items() if done.frame > self.sequencer.canvas}
        return shown

    def credit(self) -> Credit:
        real = self.sequencer
        return Credit(
            "s",
            real.epoch,
            real.emitted,
            real.canvas,
            self.lead.frames,
            FPS,
            real.fence,
            delivery(real.epoch),
            standing=real.standing(),
        )


class Journey(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.leases = MemoryLeases(self.clock, ttl_ms=TTL_MS)
        self.programs = Programs(self.leases)
        self.names = 0
        self.coordinators = [self.hired(), self.hired()]
        self.encoder = Encoder(1)
        self.order = Order(revision=1, playing=True, started_wall_ms=1)
        self.in_flight: list[FrameTask] = []
        self.being_drawn: list[FrameTask] = []
        self.on_air: FrameTask | None = None
        self.newest_revision = 0
        self.old_credits: deque[Credit] = deque(maxlen=20)

    @rule(heard=st.sampled_from([True, True, True, False]))
    def a_tick(self, *, heard: bool) -> None:
        self.tick()
        if heard:
            self.say(self.encoder.credit())

    @rule(ticks=st.integers(1, 30))
    def it_goes_well_for_a_while(self, ticks: int) -> None:
        for _ in range(ticks):
            self.go_on()

    @precondition(lambda self: self.old_credits)
    @rule(data=st.data())
    def an_old_credit_is_heard(self, data: st.DataObject) -> None:
        self.say(data.draw(st.sampled_from(list(self.old_credits))))

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data(), fate=st.sampled_from(["drawn", "drawn", "lost", "drawn twice"]))
    def a_worker_is_done(self, data: st.DataObject, fate: str) -> None:
        task = self.in_flight.pop(data.draw(st.integers(0, len(self.in_flight) - 1)))
        for _ in range({"lost": 0, "drawn": 1, "drawn twice": 2}[fate]):
            self.encoder.deliver(task)

    @rule()
    def every_task_is_lost(self) -> None:
        self.in_flight.clear()

    @rule(turns=st.permutations(range(SLOTS)))
    def the_workers_deliver_in_any_order(self, turns: list[int]) -> None:
        for turn in turns:
            for task in self.in_flight[turn::SLOTS]:
                self.encoder.deliver(task)
        self.in_flight.clear()

    @rule(edits=st.integers(1, 3))
    def an_edit(self, edits: int) -> None:
        self.order = self.order._replace(revision=self.order.revision + edits)

    @rule()
    def live_data(self) -> None:
        self.order = self.order._replace(snapshot=self.order.snapshot + 1)

    @rule()
    def a_pause_or_its_end(self) -> None:
        self.order = self.order._replace(playing=not self.order.playing)

    @rule(batch=st.integers(1, 4), hold=st.integers(1, 3), ahead=st.integers(0, 2))
    def the_load_changes(self, batch: int, hold: int, ahead: int) -> None:
        self.order = self.order._replace(batch=batch, hold=hold, ahead=ahead)

    @rule(which=st.integers(0, 1))
    def a_coordinator_is_killed_and_another_one_started(self, which: int) -> None:
        self.coordinators[which] = self.hired()

    @rule(which=st.integers(0, 1), slow=st.booleans())
    def a_coordinator_leaves(self, which: int, *, slow: bool) -> None:
        """Its successor begins at once, while workers may still draw what it ordered last."""
        if slow:
            self.being_drawn, self.in_flight = self.in_flight, []
        self.coordinators[which].tenure.give_up("s")
        self.coordinators[which] = self.hired()

    @rule()
    def slow_workers_are_done(self) -> None:
        for task in self.being_drawn:
            self.encoder.deliver(task)
        self.being_drawn = []

    @rule(which=st.integers(0, 1), ticks=st.integers(0, 3), paused=st.booleans(), heard=st.booleans())
    def an_edit_is_made_while_a_coordinator_leaves(
        self, which: int, ticks: int, *, paused: bool, heard: bool
    ) -> None:
        self.say(self.encoder.credit())
        self.a_coordinator_leaves(which, slow=True)
        if paused:
            self.a_pause_or_its_end()
        else:
            self.an_edit(1)
        for _ in range(ticks):
            self.go_on()
        if heard:
            self.say(self.encoder.credit())
        self.slow_workers_are_done()
        self.tick()
        self.it_goes_well_for_a_while(3)

    @rule(which=st.integers(0, 1))
    def a_coordinator_stands_still_or_goes_on(self, which: int) -> None:
        self.coordinators[which].awake = not self.coordinators[which].awake

    @rule()
    def the_encoder_process_is_replaced(self) -> None:
        self.encoder = Encoder(self.encoder.sequencer.epoch + 1)
        self.on_air = None

    @rule(programs_too=st.booleans())
    def redis_is_emptied(self, *, programs_too: bool) -> None:
        self.leases.forget()
        self.clock.advance_ns(1_000_000)
        if programs_too:
            self.programs.kept = None

    @rule(programs_too=st.booleans(), which=st.integers(0, 1))
    def redis_is_emptied_and_an_owner_dies_with_it(self, *, programs_too: bool, which: int) -> None:
        self.redis_is_emptied(programs_too=programs_too)
        self.coordinators[which] = self.hired()
        self.coordinators[1 - which].awake = False

    @rule()
    def nothing_fails_any_more(self) -> None:
        """Then every tick shows its own frame, soon, with the newest edit; or, while nothing moves, one that
        looks the same."""
        for coordinator in self.coordinators:
            coordinator.awake = True
        self.order = self.order._replace(batch=1, hold=1, ahead=0)
        for _ in range(RECOVERY_TICKS):
            self.go_on()
        real = self.encoder.sequencer
        assert self.on_air is not None
        if self.order.playing:
            assert real.canvas == real.emitted
        else:
            assert real.still_until >= real.emitted
            assert real.canvas < real.emitted or real.standing()[1] > real.emitted, "nothing is drawn in vain"
        segment = segment_at(self.on_air.segments, self.on_air.frame)
        assert (segment.revision, segment.snapshot) == (self.order.revision, self.order.snapshot)

    @invariant()
    def what_is_on_air_is_the_full_drawing_of_a_frame(self) -> None:
        if self.on_air is not None:
            assert self.encoder.canvas == full_drawing(self.on_air, self.on_air.frame)
            real = self.encoder.sequencer
            assert self.on_air.frame == real.canvas <= real.emitted
            if real.covered < real.emitted <= real.still_until:
                assert self.encoder.canvas == full_drawing(self.on_air, real.emitted)

    @invariant()
    def the_lead_stays_in_its_bounds(self) -> None:
        assert LOW <= self.encoder.lead.frames <= HIGH

    def hired(self) -> Coordinator:
        self.names += 1
        return Coordinator(f"coordinator-{self.names}", self.leases, self.programs, self.clock)

    def tick(self) -> None:
        shown = self.encoder.tick()
        self.clock.advance_ns(TICK_NS)
        self.old_credits.append(self.encoder.credit())
        if shown is not None:
            self.on_air = shown
            revision = segment_at(shown.segments, shown.frame).revision
            assert revision >= self.newest_revision, "an edit was taken back"
            self.newest_revision = revision

    def say(self, said: Credit) -> None:
        for coordinator in self.coordinators:
            if coordinator.awake:
                self.in_flight += coordinator.turn(said, self.order)
        del self.in_flight[: -20 * SLOTS]

    def go_on(self) -> None:
        self.say(self.encoder.credit())
        for task in self.in_flight:
            self.encoder.deliver(task)
        self.in_flight.clear()
        self.tick()


Journey.TestCase.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
TestJourney = Journey.TestCase
