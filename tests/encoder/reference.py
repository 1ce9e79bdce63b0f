"""The sequencer as simply as it can be said: everything that happened is kept, and every answer is worked out
from all of it, by definition and not step by step."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from encoder.authority import LATER_ANSWERS
from encoder.sequencer import EMPTY
from encoder.verdicts import Refusal, Repeat
from farm.messages import FrameDone


class Offered(NamedTuple):
    """A delivery."""

    done: FrameDone


class Withdrawn(NamedTuple):
    """A frame that could not be copied."""

    frame: int


class Shown(NamedTuple):
    """A frame that was copied onto the canvas."""

    done: FrameDone


class Closed(NamedTuple):
    """The next tick went out; ``gap`` if frames were here of which none fitted."""

    fresh: bool
    gap: bool


class Answered(NamedTuple):
    """Redis said which fence the lease has; 0 when nobody holds it."""

    fence: int


Happening = Offered | Withdrawn | Shown | Closed | Answered


_UNHEARD = (Refusal.GARBAGE, Refusal.EPOCH, Refusal.FENCE, Refusal.DOUBTED)
"""What is refused so says nothing about any tick."""


class Reference:
    """What a sequencer of ``stream`` and ``epoch`` should answer after everything in ``log``."""

    def __init__(self, stream: str, epoch: int, window: int) -> None:
        self.stream, self.epoch, self.window = stream, epoch, window
        self.log: list[Happening] = []

    def emitted(self, until: int | None = None) -> int:
        """The last tick, of the first ``until`` happenings."""
        return sum(isinstance(event, Closed) for event in self.log[:until]) - 1

    def canvas(self, until: int | None = None) -> int:
        """The frame on the canvas."""
        return max(
            (event.done.frame for event in self.log[:until] if isinstance(event, Shown)), default=EMPTY
        )

    def covered(self, until: int | None = None) -> int:
        """The last tick for which what is on the canvas was drawn."""
        shown = [event.done for event in self.log[:until] if isinstance(event, Shown)]
        return max((done.frame + done.hold - 1 for done in shown), default=EMPTY)

    def still_until(self, until: int | None = None) -> int:
        """The last tick that what is on the canvas is right for."""
        shown = [event.done for event in self.log[:until] if isinstance(event, Shown)]
        return _right_until(shown[-1]) if shown else EMPTY

    def standing(self) -> tuple[int, int]:
        """The frame that stands for the next ticks without a hole, and the last of these."""
        frame, until, held = self.canvas(), self.still_until(), self.held()
        for tick in range(self.emitted() + 1, self.emitted() + self.window + 1):
            if tick in held and held[tick].base <= frame:
                frame, until = tick, _right_until(held[tick])
            elif tick > until:
                break
        return frame, until

    def fence(self, until: int | None = None) -> int:
        """The highest fence seen of those that were known when they were."""
        seen = [
            event.done
            for place, event in enumerate(self.log[:until])
            if isinstance(event, Offered | Shown) and event.done.fence <= self.known(place)
        ]
        return max((done.fence for done in seen if self._sane(done) and done.epoch == self.epoch), default=0)

    def known(self, until: int | None = None) -> int:
        """The highest fence that anybody is known to have had."""
        return max((event.fence for event in self.log[:until] if isinstance(event, Answered)), default=0)

    def lied(self, fence: int, until: int | None = None) -> bool:
        """Whether nobody has ``fence``, which is not known, though it was asked for after it was named."""
        last = len(self.log) if until is None else until
        named = next(
            (place for place, event in enumerate(self.log[:last]) if self._names(event, fence, place)), last
        )
        return sum(isinstance(event, Answered) for event in self.log[named:last]) >= LATER_ANSWERS

    def _names(self, event: Happening, fence: int, place: int) -> bool:
        if not isinstance(event, Offered) or event.done.fence != fence or fence <= self.known(place):
            return False
        return self._sane(event.done) and event.done.epoch == self.epoch and fence >= self.fence(place)

    def heard(self) -> list[tuple[int, FrameDone]]:
        """The deliveries that say something about their tick, with their place in the log."""
        return [
            (place, event.done)
            for place, event in enumerate(self.log)
            if isinstance(event, Offered) and self.refusal(event.done, place) not in _UNHEARD
        ]

    def held(self, until: int | None = None) -> dict[int, FrameDone]:
        """The frames that may still be shown: of each the delivery of the lowest base, the first of them."""
        last, fence = len(self.log) if until is None else until, self.fence(until)
        canvas, oldest = self.canvas(until), self.emitted(until) - self.window + 1
        found: dict[int, FrameDone] = {}
        for place, event in enumerate(self.log[:last]):
            if not isinstance(event, Offered):
                continue
            done = event.done
            stays = done.fence == fence and done.frame > canvas and done.frame >= oldest
            later = (event for event in self.log[place:last] if isinstance(event, Withdrawn))
            withdrawn = any(event.frame == done.frame for event in later)
            if not stays or withdrawn or self._refused_for_good(done, place) is not None:
                continue
            if done.frame not in found or done.base < found[done.frame].base:
                found[done.frame] = done
        return found

    def refusal(self, done: FrameDone, until: int | None = None) -> Refusal | None:
        """Why ``done`` is of no use after the first ``until`` happenings."""
        refusal = self._refused_for_good(done, until)
        if refusal is None and done.fence == self.fence(until):
            same = self.held(until).get(done.frame)
            if same is not None and same.base <= done.base:
                return Refusal.DUPLICATE
        return refusal

    def choice(self, tick: int) -> tuple[int | None, bool]:
        """What ``tick`` shows: the newest frame that fits; and whether none of those that are here does."""
        held = self.held()
        due = [frame for frame in held if frame <= tick]
        fitting = [frame for frame in due if held[frame].base <= self.canvas()]
        return max(fitting, default=None), bool(due) and not fitting

    def fits(self, done: FrameDone) -> bool:
        """Whether ``done`` may be copied."""
        ours = self._sane(done) and done.epoch == self.epoch
        return ours and self.fence() <= done.fence <= self.known() and done.base <= self.canvas() < done.frame

    def ticks(self) -> Counter[str]:
        """How many ticks there were of each kind: "fresh", "open", or the cause of a repeat."""
        heard = self.heard()
        closed = [place for place, event in enumerate(self.log) if isinstance(event, Closed)]
        return Counter(self._tick(tick, closed, heard) for tick in range(len(closed)))

    def open(self, tick: int) -> bool:
        """Whether nothing explains yet why ``tick`` repeated a picture."""
        closed = [place for place, event in enumerate(self.log) if isinstance(event, Closed)]
        return 0 <= tick < len(closed) and self._tick(tick, closed, self.heard()) == "open"

    def wanted(self) -> list[int]:
        """The frames whose delivery would change anything."""
        held, canvas, emitted = self.held(), self.canvas(), self.emitted()
        near = range(max(0, emitted - self.window + 1), emitted + self.window + 1)
        return [m for m in near if m not in held and (m > canvas or self.open(m))]

    def _tick(self, tick: int, closed: list[int], heard: list[tuple[int, FrameDone]]) -> str:
        place = closed[tick]
        event = self.log[place]
        assert isinstance(event, Closed)
        if event.fresh:
            return "fresh"
        if event.gap:
            return Repeat.GAP
        if tick <= max(self.covered(place), self.still_until(place)):
            return Repeat.HELD if tick <= self.covered(place) else Repeat.STILL
        if not any(came < place for came, _ in heard):
            return Repeat.STARTING
        given_up = closed[tick + self.window] if tick + self.window < len(closed) else None
        end = len(self.log) if given_up is None else given_up
        if any(place < came < end and done.frame <= tick < done.frame + done.hold for came, done in heard):
            return Repeat.LATE
        return "open" if given_up is None else Repeat.MISSING

    def _sane(self, done: FrameDone) -> bool:
        numbers = EMPTY <= done.base < done.frame and done.hold >= 1 and done.still >= 0
        return done.stream == self.stream and numbers and done.hold + done.still <= self.window

    def _refused_for_good(self, done: FrameDone, until: int | None) -> Refusal | None:
        emitted = self.emitted(until)
        if not self._sane(done):
            return Refusal.GARBAGE
        if done.epoch != self.epoch:
            return Refusal.EPOCH
        if done.fence < self.fence(until):
            return Refusal.FENCE
        if done.fence > self.known(until):
            return Refusal.GARBAGE if self.lied(done.fence, until) else Refusal.DOUBTED
        if done.frame > emitted + self.window:
            return Refusal.EARLY
        passed = done.frame <= max(self.canvas(until), emitted - self.window)
        return Refusal.PASSED if passed else None


def _right_until(done: FrameDone) -> int:
    return done.frame + done.hold + done.still - 1
