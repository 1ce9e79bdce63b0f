"""What a frame task asks for: the state of the scene, and the rectangles that have to be drawn.

A patch covers the union of what may change over every step of base..n, not only what differs between its
ends: the canvas may hold any frame from base on, and a layer that left and came back counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import Protocol

from farm.errors import NotFound, SceneInvalid
from farm.messages import FrameTask
from scene.changes import changed_between
from scene.geometry import Rect, merge_rects
from scene.live import Live
from scene.mistakes import SceneMistakes
from scene.onair import ShowVersion, on_air_at
from scene.state import SceneState
from scene.time import Segment, segment_at
from workers.cache import RecentCache
from workers.differences import Differences
from workers.live import SnapshotGone
from workers.painters.painter import quality_named
from workers.sprites import Sprites

MAX_STEPS_PER_SLOT = 4
"""A base that lies further back than so many rings of frames is not worth a patch."""

_MAX_STATES = 256
_MAX_STEPS = 1024


@dataclass(frozen=True, slots=True)
class Plan:
    """What to draw: ``rects`` are even, disjoint and inside the canvas; none when nothing changed.

    After the frame's own ticks, ``still`` more would show the same.
    """

    state: SceneState
    rects: tuple[Rect, ...]
    still: int = 0


_SegmentKey = tuple[int, ...]
_Moment = tuple[str, int, int, int, _SegmentKey, int]
"""What a frame shows is a function of this: stream, epoch, width, height, segment, n."""


class Versions(Protocol):
    """Where scene versions come from."""

    def version(self, task: FrameTask, revision: int) -> ShowVersion:
        """The version ``revision`` of the task's stream. Raises NotFound, SceneInvalid, StoreUnavailable."""
        ...


class Lives(Protocol):
    """Where live snapshots come from."""

    def live(self, task: FrameTask, snapshot: int) -> Live:
        """The ``snapshot`` of the task's stream. Raises SnapshotGone, StoreUnavailable."""
        ...

    def last_known(self, task: FrameTask) -> Live:
        """What stands in for a snapshot that is gone."""
        ...


class Evaluator:
    """Plans frames; keeps the states and steps that neighbouring frames share."""

    def __init__(self, versions: Versions, lives: Lives, sprites: Sprites) -> None:
        self._versions = versions
        self._lives = lives
        self._sprites = sprites
        self._differences = Differences(sprites)
        self._states: RecentCache[_Moment, SceneState] = RecentCache(_MAX_STATES)
        self._steps: RecentCache[tuple[_SegmentKey, _Moment], tuple[Rect, ...]] = RecentCache(_MAX_STEPS)
        """By the segment of the frame before and the moment of the frame after."""

    def plan(self, task: FrameTask) -> Plan:
        """The task's state and rectangles.

        Raises NotFound and SceneInvalid when its scene cannot be had, LookupError when no segment covers
        the frame, StoreUnavailable.
        """
        self._sprites.next_frame()
        try:
            state = self._state(task, _moment(task, task.frame))
        except SnapshotGone:
            # Better an old value than no frame; as a whole, because nobody else may hold the same old one.
            state = self._stale_state(task)
            return Plan(state, ((0, 0, state.width, state.height),))
        width, height = state.width, state.height
        full = ((0, 0, width, height),)
        if not 0 <= task.frame - task.base <= task.delivery.slots * MAX_STEPS_PER_SLOT or task.base < 0:
            return Plan(state, full)
        rects: set[Rect] = set()
        try:
            moments = [_moment(task, n) for n in range(task.base, task.frame + 1)]
            for before, after in pairwise(moments):
                rects.update(self._step(task, before, after))
            rects.update(unsettled_extents(self._sprites, state))
            still = 0 if rects else self._still(task, state)
        except (LookupError, NotFound):
            # The past cannot be evaluated any more; the present can.
            return Plan(state, full)
        return Plan(state, merge_rects(rects, width, height), still)

    def _still(self, task: FrameTask, state: SceneState) -> int:
        """For how many ticks after the task's own the scene stays as it is in ``state``; no more than frames
        may be under way, and none where each frame has a tick of its own.

        Asked when nothing moved for a while: a scene that moves pays nothing for it.
        """
        if task.unhurried:
            return 0
        following = range(task.frame + 1, task.frame + task.delivery.slots)
        same = takewhile(lambda n: self._state(task, _moment(task, n)) == state, following)
        return max(0, sum(1 for _ in same) - (task.hold - 1))

    def _state(self, task: FrameTask, moment: _Moment) -> SceneState:
        state = self._states.get(moment)
        if state is None:
            n = moment[-1]
            segment = segment_at(task.segments, n)
            state = self._evaluated(task, n, segment, self._lives.live(task, segment.snapshot))
            self._states.put(moment, state)
        return state

    def _stale_state(self, task: FrameTask) -> SceneState:
        segment = segment_at(task.segments, task.frame)
        return self._evaluated(task, task.frame, segment, self._lives.last_known(task))

    def _evaluated(self, task: FrameTask, n: int, segment: Segment, live: Live) -> SceneState:
        version = self._versions.version(task, segment.revision)
        try:
            return self._sprites.staged(on_air_at(version, n, segment, task.fps, live))
        except SceneMistakes as error:
            raise SceneInvalid(f"revision {segment.revision} of {task.stream!r}: {error}") from error

    def _step(self, task: FrameTask, earlier: _Moment, later: _Moment) -> tuple[Rect, ...]:
        """What may differ between a frame and the next."""
        key = (earlier[-2], later)
        rects = self._steps.get(key)
        if rects is None:
            before, after = self._state(task, earlier), self._state(task, later)
            width, height = task.size
            quality = quality_named(task.quality)
            rects = tuple(
                changed_between(
                    before,
                    after,
                    lambda layer: self._sprites.extent(layer, width, height),
                    lambda old, new: self._differences.between(old, new, width, height, quality),
                )
            )
            self._steps.put(key, rects)
        return rects


def unsettled_extents(sprites: Sprites, state: SceneState) -> list[Rect]:
    """What of ``state`` has to be drawn again in any case, because of ``Box.unsettled``; all of it while it
    has a mix. Raises StoreUnavailable."""
    both = state.layers if state.mix is None else (*state.layers, *state.mix.outgoing.layers)
    width, height = state.width, state.height
    extents = [extent for layer in both for extent in sprites.unsettled_extents(layer, width, height)]
    return [(0, 0, width, height)] if extents and state.mix is not None else extents


def _moment(task: FrameTask, n: int) -> _Moment:
    """Frame ``n`` of the task's epoch. Raises LookupError when no segment covers it."""
    segment = segment_at(task.segments, n)
    time_s, rate = segment.scene_time_s, segment.rate
    # As whole numbers: the hash of a Fraction takes ten times as long.
    exact = (time_s.numerator, time_s.denominator, rate.numerator, rate.denominator)
    key = (segment.from_frame, segment.revision, segment.snapshot, segment.lean, *exact)
    return (task.stream, task.epoch, *task.size, key, n)
