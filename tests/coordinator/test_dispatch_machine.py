"""Dispatch against everything that can happen to a stream: edits, pauses, lost and late frames, owners that
die, owners that only seem dead, encoder processes that die, and a Redis that forgets its last second.

What must hold is what a viewer sees: whenever a frame is put onto the canvas, the canvas is what the frame
takes it to be. Then a change is never missed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from coordinator.dispatch import Show, dispatch, resume
from coordinator.order import Order
from farm.messages import Credit, FrameTask
from farm.store.programs import Program
from scene.time import segment_at
from tests.coordinator.rig import SLOTS, credit

Picture = tuple[tuple[int, int], Fraction]
"""What a frame shows: revision and live snapshot, and scene time."""


def shows(task: FrameTask, frame: int) -> Picture:
    segment = segment_at(task.segments, frame)
    return (segment.revision, segment.snapshot), segment.time_at_s(frame, task.fps)


@dataclass
class Encoder:
    """One encoder process: what the sequencer does with frames."""

    epoch: int
    emitted: int = -1
    canvas: int = -1
    picture: Picture | None = None
    fence: int = 0
    held: dict[int, FrameTask] = field(default_factory=dict)

    def offer(self, task: FrameTask) -> None:
        if task.epoch != self.epoch or task.fence < self.fence:
            return
        if task.fence > self.fence:
            self.fence = task.fence
            self.held.clear()
        if task.frame > self.canvas:
            self.held[task.frame] = task

    def tick(self) -> None:
        self.emitted += 1
        fits = [n for n, task in self.held.items() if task.base <= self.canvas < n <= self.emitted]
        if fits:
            task = self.held.pop(max(fits))
            if task.base >= 0:
                assert self.picture == shows(task, self.canvas), "the canvas is not what the frame builds on"
            self.canvas, self.picture = task.frame, shows(task, task.frame)
        self.held = {n: task for n, task in self.held.items() if n > self.canvas}

    def credit(self, lead: int) -> Credit:
        said = credit(self.emitted, self.canvas, epoch=self.epoch, fence=self.fence, lead=lead)
        return msgspec.structs.replace(said, canvas=self.canvas)


@dataclass
class Owner:
    """A coordinator that holds the lease, or thinks so."""

    fence: int
    show: Show | None = None
    ordered: dict[tuple[int, int], Picture] = field(default_factory=dict)
    """(epoch, frame) to what it shows, of the present start."""
    heard: dict[int, int] = field(default_factory=dict)
    """Epoch to the last frame known to have been sent."""


class Farm(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder(epoch=1)
        self.fences = 1
        self.owner = Owner(fence=1)
        self.zombie: Owner | None = None
        self.order = Order(revision=1, playing=True, started_wall_ms=1)
        self.stored: Program | None = None
        self.kept_on_disk: Program | None = None
        self.in_flight: list[FrameTask] = []

    @rule(lead=st.integers(0, 12))
    def heard(self, lead: int) -> None:
        self._direct(self.owner, self.encoder.credit(lead))

    @precondition(lambda self: self.zombie is not None)
    @rule(lead=st.integers(1, 12))
    def heard_by_an_owner_that_lost_its_lease(self, lead: int) -> None:
        assert self.zombie is not None
        self._direct(self.zombie, self.encoder.credit(lead))

    @rule(batch=st.integers(1, 4))
    def batches_change(self, batch: int) -> None:
        self.order = self.order._replace(batch=batch)

    @rule(ticks=st.integers(1, 4))
    def ticks_unheard(self, ticks: int) -> None:
        for _ in range(ticks):
            self.encoder.tick()

    @rule()
    def everything_works_for_a_while(self) -> None:
        for _ in range(12):
            self._direct(self.owner, self.encoder.credit(lead=3))
            for task in self.in_flight:
                self.encoder.offer(task)
            self.in_flight.clear()
            self.encoder.tick()

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data(), lost=st.booleans())
    def a_worker_is_done(self, data: st.DataObject, *, lost: bool) -> None:
        task = self.in_flight.pop(data.draw(st.integers(0, len(self.in_flight) - 1)))
        if not lost:
            self.encoder.offer(task)

    @precondition(lambda self: self.in_flight)
    @rule()
    def the_oldest_owner_s_frames_come(self) -> None:
        fence = min(task.fence for task in self.in_flight)
        for task in self.in_flight:
            if task.fence == fence:
                self.encoder.offer(task)
        self.in_flight = [task for task in self.in_flight if task.fence != fence]
        self.encoder.tick()

    @precondition(lambda self: self.in_flight)
    @rule()
    def only_the_last_frame_comes_in_time(self) -> None:
        task = self.in_flight.pop()
        self.encoder.offer(task)
        for _ in range(task.frame - self.encoder.emitted):
            self.encoder.tick()

    @rule(edits=st.integers(1, 3))
    def an_edit(self, edits: int) -> None:
        self.order = self.order._replace(revision=self.order.revision + edits)

    @rule(updates=st.integers(1, 50))
    def live_data(self, updates: int) -> None:
        self.order = self.order._replace(snapshot=self.order.snapshot + updates)

    @rule()
    def a_pause_or_its_end(self) -> None:
        self.order = self.order._replace(playing=not self.order.playing)

    @rule()
    def another_owner(self) -> None:
        self.zombie = self.owner
        self.fences += 1
        self.owner = Owner(self.fences, resume(self.stored) if self.stored else None)

    @rule()
    def the_encoder_dies(self) -> None:
        self.encoder = Encoder(self.encoder.epoch + 1)

    @rule()
    def the_stream_is_started_again(self) -> None:
        started = (self.order.started_wall_ms or 0) + 1
        self.order = self.order._replace(started_wall_ms=started)
        self.encoder = Encoder(self.encoder.epoch + 1)

    @rule()
    def the_stream_is_started_again_in_the_same_process(self) -> None:
        started = (self.order.started_wall_ms or 0) + 1
        self.order = self.order._replace(started_wall_ms=started)

    @rule()
    def redis_writes_to_disk(self) -> None:
        self.kept_on_disk = self.stored

    @rule(owner_dies=st.booleans())
    def redis_dies(self, *, owner_dies: bool) -> None:
        self.stored = self.kept_on_disk
        self.fences += 1
        if owner_dies:
            self.owner = Owner(self.fences, resume(self.stored) if self.stored else None)
        else:
            self.owner.fence = self.fences
            self.owner.ordered.clear()

    @invariant()
    def what_is_kept_is_bounded(self) -> None:
        if self.stored is not None:
            assert len(self.stored.segments) <= 64

    def _direct(self, owner: Owner, said: Credit) -> None:
        if said.fence > owner.fence:
            return
        step = dispatch(owner.show, said, self.order, owner.fence, now_ns=0)
        if step is None:
            return
        if step.rewritten:
            if owner is not self.owner:
                return  # the store refuses it: the lease is another's
            self.stored = step.show.program
        owner.show = step.show
        owner.heard[said.epoch] = said.emitted
        newest = step.show.program.segments[-1]
        shown = (newest.revision, newest.snapshot, newest.rate > 0)
        wanted = (self.order.revision, self.order.snapshot, self.order.playing)
        assert not step.tasks or shown == wanted
        assert step.refreshed in (None, newest)
        if step.premiere is not None:
            owner.ordered.clear()
        for task in step.tasks:
            self._check(owner, said, task)
        self.in_flight.extend(step.tasks)

    def _check(self, owner: Owner, said: Credit, task: FrameTask) -> None:
        assert said.emitted < task.frame <= said.emitted + min(said.lead, SLOTS)
        assert (task.epoch, task.frame) not in owner.ordered, "ordered twice"
        assert task.fence == owner.fence
        assert task.base <= said.canvas
        first = task.frame if task.base < 0 else task.base
        pictures = [shows(task, frame) for frame in range(first, task.frame + 1)]
        on_air = segment_at(task.segments, task.frame)
        if on_air.from_frame == task.frame and not on_air.scene_time_s:
            owner.ordered.clear()  # the first frame of a start that the owner before this one planned
        before = owner.ordered.get((task.epoch, task.frame - 1))
        if before is not None:
            moved_s = pictures[-1][1] - before[1]
            assert moved_s in (0, 1 / task.fps), "scene time jumps"
        for (epoch, frame), shown in owner.ordered.items():
            if epoch == task.epoch or frame <= owner.heard[epoch]:
                assert shown[1] <= pictures[-1][1], "scene time goes back"
        owner.ordered[task.epoch, task.frame] = pictures[-1]


Farm.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestFarm = Farm.TestCase
