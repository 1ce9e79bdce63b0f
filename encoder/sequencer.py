"""The sequencer: finished frames come in any order, and each tick shows the newest one that fits.

Time is counted in ticks, the output frames of ARCHITECTURE.md. A frame m covers every change since its base,
so it may be applied when ``base <= canvas < m <= tick``. Nobody waits here: at its tick a frame is there or
the picture is repeated. This module touches no pixels; it says which frame to copy and is told what was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from encoder.authority import Belief, anybody
from encoder.sense import LONGEST_NAME, makes_sense
from encoder.verdicts import Choice, Refusal, Repeat
from farm.messages import FrameDone, Size

EMPTY = -1
"""The canvas before the first frame, and ``base`` of a frame that covers everything."""
MOST_BLAMED = 64
"""Workers whose garbage is counted by name."""


class Sequencer:
    """The order of one epoch's frames. Bounded by ``window``: frames further ahead than that are refused,
    and a tick whose frame has not come that much later is counted as missing."""

    def __init__(
        self,
        stream: str,
        epoch: int,
        window: int,
        first: int = 0,
        belief: Callable[[int], Belief] = anybody,
    ) -> None:
        """``belief`` says whether a coordinator has the fence that a frame names."""
        self._belief = belief
        self.stream = stream
        self.epoch = epoch
        self.window = window
        self.fence = 0
        """The highest fencing token seen."""
        self.canvas = EMPTY
        """The frame that the canvas holds, the newest ever applied: what frames may build on. Older ones have
        passed."""
        self.drawn: Size | None = None
        """The size that it was drawn with, if not the canvas's own."""
        self._first = first
        self.emitted = first - 1
        """The last tick that was closed."""
        self.fresh = 0
        self.blank = 0
        """Ticks before the first picture."""
        self.covered = EMPTY
        """The last tick that what the canvas holds was drawn for."""
        self.still_until = EMPTY
        """The last tick that what the canvas holds is right for, unless another frame comes."""
        self.held = 0
        """Ticks for which no frame of their own was ordered, because they were too many."""
        self.still = 0
        """Ticks for which none was needed."""
        self.repeated: Counter[Repeat] = Counter()
        self.refused: Counter[Refusal] = Counter()
        self.garbage_by: Counter[str] = Counter()
        """Garbage by the worker that it names."""
        self.barred: frozenset[str] = frozenset()
        """Workers whose frames are refused; replaced by whoever knows."""
        self.heard = EMPTY
        """The last tick before which a frame of this epoch came."""
        self._started = False
        self._held: dict[int, FrameDone] = {}
        self._unexplained: set[int] = set()

    def go_on(self, before: Sequencer, first: int) -> None:
        """Count on at ``first`` after another epoch of the same process; its fences stay in force."""
        self._first = first
        self.emitted = self.heard = first - 1
        self.fence = before.fence
        self.barred = before.barred

    def inherit(self, before: Sequencer) -> None:
        """Count ticks and frames on from where ``before`` ended."""
        self.fresh += before.fresh
        self.blank += before.blank
        self.held += before.held
        self.still += before.still
        self.repeated += before.repeated
        self.refused += before.refused

    def wanted(self) -> list[int]:
        """The frames that would be news: not here, and of a tick to come or of one that nothing explains."""
        coming = range(self.emitted + 1, self.emitted + self.window + 1)
        past = range(max(self._first, self.emitted - self.window + 1), self.emitted + 1)
        return [
            *(m for m in past if m not in self._held and (m > self.canvas or m in self._unexplained)),
            *(m for m in coming if m not in self._held),
        ]

    def offer(self, done: FrameDone) -> Refusal | None:
        """Take a finished frame, or say why not. The newer fence wins and drops what the older one sent."""
        refusal = self._refusal(done)
        if refusal is Refusal.DOUBTED:
            return refusal
        if refusal is not None:
            self.refused[refusal] += 1
            if refusal is Refusal.GARBAGE:
                self._blame(done.worker)
            return refusal
        self._held[done.frame] = done
        return None

    def refuse_unread(self, worker: str = "") -> None:
        """Count a delivery that could not even be read; ``worker`` sent it, if that is known."""
        self.refused[Refusal.GARBAGE] += 1
        self._blame(worker)

    def pick(self, tick: int) -> Choice:
        """The newest frame that fits, or the cause to repeat. Changes nothing."""
        due = [m for m in self._held if m <= tick]
        fitting = [m for m in due if self._builds_on_canvas(self._held[m])]
        if fitting:
            return Choice(max(fitting))
        if due:
            return Choice(None, Repeat.GAP)
        if tick <= self.covered:
            return Choice(None, Repeat.HELD)
        if tick <= self.still_until:
            return Choice(None, Repeat.STILL)
        return Choice(None, None if self._started else Repeat.STARTING)

    def fits(self, done: FrameDone) -> bool:
        """Whether ``done`` may go onto the canvas: between the look at a slot and the copy of it somebody may
        have drawn there, for an owner who has lost his lease or on a canvas that never was."""
        ours = makes_sense(done, self.stream, self.window) and done.epoch == self.epoch
        owned = done.fence >= self.fence and self._belief(done.fence) is Belief.TRUE
        welcome = ours and owned and done.worker not in self.barred
        return welcome and self._builds_on_canvas(done) and self.canvas < done.frame

    def drawn_size(self, frame: int) -> Size | None:
        """The size of the picture of ``frame``, which was picked; None for the canvas's own."""
        return self._held[frame].drawn

    def apply(self, done: FrameDone) -> None:
        """``done`` was copied onto the canvas: the picked frame, or what lay in its place and fitted."""
        self._held.pop(done.frame, None)
        self._take_fence(done.fence)  # what an older owner sent does not build on this picture
        self.canvas = done.frame
        self.drawn = done.drawn
        self.covered = max(self.covered, done.frame + done.hold - 1)
        self.still_until = _stands_until(done)
        for frame in [m for m in self._held if m <= self.canvas]:
            self.refused[Refusal.PASSED] += 1
            del self._held[frame]

    def withdraw(self, frame: int) -> None:
        """``frame`` could not be copied after all: its slot is being drawn again."""
        self._held.pop(frame, None)

    def close_tick(self, tick: int, choice: Choice) -> None:
        """Tick ``tick`` is on its way to the outputs, showing ``choice``."""
        self.emitted = tick
        if choice.frame is not None:
            self.fresh += 1
        elif choice.cause is Repeat.STARTING:
            self.blank += 1
        elif choice.cause is Repeat.HELD:
            self.held += 1
        elif choice.cause is Repeat.STILL:
            self.still += 1
        elif choice.cause is not None:
            self.repeated[choice.cause] += 1
        else:
            self._unexplained.add(tick)
        for lost in [t for t in self._unexplained if t <= tick - self.window]:
            self._unexplained.discard(lost)
            self.repeated[Repeat.MISSING] += 1
        for stale in [m for m in self._held if m <= tick - self.window]:
            del self._held[stale]
            self.refused[Refusal.PASSED] += 1

    def waiting(self) -> int:
        """Frames that are here before their tick. Any thread: it looks at a copy that is made in one step."""
        return sum(m > self.emitted for m in list(self._held))

    def ready(self) -> int:
        """How many of the next ticks have their frame here already, without a hole."""
        tick, covered = self.emitted + 1, self.covered
        while tick <= covered or tick in self._held:
            if (done := self._held.get(tick)) is not None:
                covered = max(covered, tick + done.hold - 1)
            tick += 1
        return tick - self.emitted - 1

    def standing(self) -> tuple[int, int]:
        """The frame that is here and stands for ticks furthest ahead without a hole, and the last of them."""
        frame, until = self.canvas, self.still_until
        for tick in range(self.emitted + 1, self.emitted + self.window + 1):
            done = self._held.get(tick)
            if done is not None and done.base <= frame:
                frame, until = tick, _stands_until(done)
            elif tick > until:
                break
        return frame, until

    def missing(self, lead: int) -> tuple[int, ...]:
        """Which of the next ``lead`` ticks have no frame here."""
        coming = range(self.emitted + 1, self.emitted + 1 + lead)
        return tuple(m for m in coming if m not in self._held)

    def unexplained(self) -> int:
        """Repeated ticks of which it is not known yet whether their frame is late or missing."""
        return len(self._unexplained)

    def _builds_on_canvas(self, done: FrameDone) -> bool:
        """Whether all that ``done`` leaves as it is lies on the canvas, in its size."""
        return done.base == EMPTY or (EMPTY < done.base <= self.canvas and done.drawn == self.drawn)

    def _blame(self, worker: str) -> None:
        known = worker in self.garbage_by or len(self.garbage_by) < MOST_BLAMED
        if known and 0 < len(worker) <= LONGEST_NAME:
            self.garbage_by[worker] += 1

    def _refusal(self, done: FrameDone) -> Refusal | None:
        if done.worker in self.barred:
            return Refusal.BLOCKED
        if not makes_sense(done, self.stream, self.window):
            return Refusal.GARBAGE
        if done.epoch != self.epoch:
            return Refusal.EPOCH
        if done.fence < self.fence:
            return Refusal.FENCE
        belief = self._belief(done.fence)
        if belief is not Belief.TRUE:
            return Refusal.DOUBTED if belief is Belief.OPEN else Refusal.GARBAGE
        self._take_fence(done.fence)
        self._explain(range(done.frame, done.frame + done.hold))
        return self._out_of_place(done)

    def _out_of_place(self, done: FrameDone) -> Refusal | None:
        if done.frame > self.emitted + self.window:
            return Refusal.EARLY
        if done.frame < self._first or done.frame <= max(self.canvas, self.emitted - self.window):
            return Refusal.PASSED
        held = self._held.get(done.frame)
        return Refusal.DUPLICATE if held is not None and held.base <= done.base else None

    def _take_fence(self, fence: int) -> None:
        if fence == self.fence:
            return
        self.fence = fence
        if self._held:
            self.refused[Refusal.FENCE] += len(self._held)
            self._held.clear()

    def _explain(self, ticks: range) -> None:
        self._started = True
        self.heard = self.emitted
        for tick in self._unexplained.intersection(ticks):
            self._unexplained.discard(tick)
            self.repeated[Repeat.LATE] += 1


def _stands_until(done: FrameDone) -> int:
    """The last tick that ``done`` is right for, unless another frame comes."""
    return done.frame + done.hold - 1 + done.still
