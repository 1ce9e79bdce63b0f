"""Hedged second draws: a frame that is late against its own stream's habit is ordered once more.

Pure: everything that is known comes with credits. A frame counts as late when it has been awaited for longer
than ``max(TAIL * median, FLOOR_MS)`` of the times in which the stream's last frames came: the median, because
with one worker of several that is slow the tail of the pool is that worker. It is drawn again while its tick,
or one soon after it, could still use the result, by whichever worker is free: the first of both draws is
shown. Ordering twice is no cure for a farm that is too slow as a whole, so it happens only while workers are
free, and within a budget that is earned by ordinary frames (J. Dean and L. A. Barroso, "The Tail at Scale",
CACM 56(2), 2013, do it with 2 % more load).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence

import msgspec

from farm.messages import Credit, FrameTask

WINDOW = 300
"""Arrivals of a stream that are remembered: ten seconds at 30 frames a second."""
FEW = 60
"""With fewer arrivals than these a stream's habit is not known, and nothing is hedged."""
TAIL = 4.0
FLOOR_MS = 10.0
"""Nothing is late sooner: the credits that tell come a tick apart."""
MOST_SAVED = 10.0
"""Second draws that may be saved up for a bad moment."""
MOST_UNDER_WAY = 64
"""Tasks of a stream that are remembered; more than its ring holds."""
_SORTED_EVERY = 30


class Habit:
    """How long the frames of one stream take from being asked for to being there, in ms."""

    def __init__(self) -> None:
        self._delays: deque[float] = deque(maxlen=WINDOW)
        self._unsorted = 0
        self.usual_ms = 0.0
        """The median."""
        self.late_ms: float | None = None
        """What is late; None while too little is known."""

    def add(self, delays_ms: Iterable[float]) -> None:
        """More frames came."""
        before = len(self._delays)
        for delay_ms in delays_ms:
            self._delays.append(delay_ms)
            self._unsorted += 1
        if self._unsorted >= _SORTED_EVERY or before < FEW <= len(self._delays):
            self._unsorted = 0
            self._measure()

    def _measure(self) -> None:
        known = sorted(self._delays)
        if len(known) >= FEW:
            self.usual_ms = known[len(known) // 2]
            self.late_ms = max(TAIL * self.usual_ms, FLOOR_MS)


class Budget:
    """Second draws that may be ordered: ``percent`` of all frames, a few of them saved up."""

    def __init__(self, percent: float) -> None:
        self._share = percent / 100
        self._saved = min(1.0, MOST_SAVED * self._share)

    def earn(self, frames: int) -> None:
        """So many frames were ordered."""
        self._saved = min(MOST_SAVED, self._saved + frames * self._share)

    def spend(self) -> bool:
        """Whether one more second draw is allowed; if so it is counted."""
        if self._saved < 1:
            return False
        self._saved -= 1
        return True


class _UnderWay:
    """What one stream has ordered."""

    def __init__(self) -> None:
        self.habit = Habit()
        self.tasks: dict[int, FrameTask] = {}
        self.again: set[int] = set()

    def forget_up_to(self, emitted: int) -> None:
        for frame in [frame for frame in self.tasks if frame <= emitted]:
            del self.tasks[frame]
        self.again = {frame for frame in self.again if frame > emitted}


class Hedger:
    """Chooses what is ordered a second time, of all streams that one coordinator drives."""

    def __init__(self, percent: float) -> None:
        self._budget = Budget(percent)
        self._streams: dict[str, _UnderWay] = {}
        self.count = 0
        """Second draws ordered so far."""

    def ordered(self, tasks: Iterable[FrameTask]) -> None:
        """These frames were ordered for the first time."""
        for task in tasks:
            under_way = self._streams.setdefault(task.stream, _UnderWay())
            under_way.tasks[task.frame] = task
            if len(under_way.tasks) > MOST_UNDER_WAY:
                del under_way.tasks[min(under_way.tasks)]
            self._budget.earn(1)

    def choose(
        self, credit: Credit, fence: int, *, free: Callable[[], bool], now_ns: int
    ) -> Sequence[FrameTask]:
        """Second draws that ``credit`` calls for, written for the owner of ``fence`` at ``now_ns``.

        ``free`` says whether a worker would take one at once; it is asked only when a frame is late.
        """
        under_way = self._streams.setdefault(credit.stream, _UnderWay())
        under_way.habit.add(credit.arrivals_ms)
        under_way.forget_up_to(credit.emitted)
        late = [
            task
            for frame in overdue(credit, under_way.habit)
            if (task := under_way.tasks.get(frame)) is not None
            and frame not in under_way.again
            and _is_of(task, credit, fence)
        ]
        again: list[FrameTask] = []
        if not late or not free():
            return again
        for task in late:
            if not self._budget.spend():
                break
            under_way.again.add(task.frame)
            again.append(second_draw(task, credit.canvas, now_ns))
        self.count += len(again)
        return again

    def forget_all_but(self, streams: Collection[str]) -> None:
        """Drop what is known of other streams."""
        for stream in self._streams.keys() - set(streams):
            del self._streams[stream]


def overdue(credit: Credit, habit: Habit) -> list[int]:
    """The frames that are late, the next to be shown first; of those that can still come in time."""
    if habit.late_ms is None:
        return []
    tick_ms = float(1000 / credit.fps)
    return sorted(
        frame
        for frame, awaited_ms in credit.absent
        if awaited_ms > habit.late_ms
        and frame > credit.emitted
        and (frame - credit.emitted) * tick_ms >= habit.usual_ms
    )


def second_draw(task: FrameTask, canvas: int, now_ns: int) -> FrameTask:
    """``task`` once more. A canvas that was lost meanwhile needs a whole frame."""
    return msgspec.structs.replace(task, base=min(task.base, canvas), queued_ns=now_ns, hedge=True)


def _is_of(task: FrameTask, credit: Credit, fence: int) -> bool:
    """Whether ``task`` was ordered by the owner of ``fence``, for the process that gives ``credit``."""
    ordered = (task.fence, task.epoch, task.delivery.nonce)
    return ordered == (fence, credit.epoch, credit.delivery.nonce)
