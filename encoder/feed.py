"""Brings finished frames to the sequencer and its choice onto the canvas.

Frames come from the ring's slots, which are looked at, and from mailbox letters, which are put here by the
thread that reads them. Everything but :meth:`Feed.put` is called by the tick thread alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

from encoder.arrivals import Arrivals
from encoder.sequencer import Sequencer
from encoder.verdicts import Choice, Refusal
from farm.clock import Clock
from farm.errors import FrameRefused
from farm.messages import FrameDone, Size
from farm.transport.planes import Planes

_FOR_ITS_TIME = (None, Refusal.PASSED, Refusal.DUPLICATE)
"""What becomes of frames with which nothing is wrong, but perhaps that they are late."""
_OF_NO_USE = (Refusal.GARBAGE, Refusal.FENCE, Refusal.BLOCKED)
"""What becomes of frames that nobody may show, whenever they come."""


class Slots(Protocol):
    """What the feed needs of a frame ring."""

    def look(self, frame: int) -> FrameDone | None:
        """The description of ``frame`` if it is finished. Raises FrameRefused."""
        ...

    def copy_to(self, canvas: Planes, frame: int, fits: Callable[[FrameDone], bool]) -> FrameDone | None:
        """Copy ``frame`` onto ``canvas``; None when its slot is being drawn, or was meanwhile and what lies
        there now does not fit. Raises FrameRefused."""
        ...


class Parcel(Protocol):
    """What the feed needs of a mailbox letter."""

    @property
    def done(self) -> FrameDone:
        """The frame's description."""
        ...

    def copy_to(self, canvas: Planes) -> None:
        """Copy its pixels onto ``canvas``."""
        ...


class Witness(Protocol):
    """Who keeps what becomes of frames."""

    def came_late(self, done: FrameDone) -> None:
        """``done`` was found after its tick."""

    def refused(self, frame: int, reason: str, worker: str) -> None:
        """What ``worker`` delivered as ``frame`` could not be used."""


class Arrival(NamedTuple):
    """A letter and when it came, in nanoseconds of the feed's clock."""

    letter: Parcel | None
    came_ns: int
    worker: str = ""
    """Who sent one that could not be read, where that is known."""
    frame: int | None = None
    """Which it was to be, likewise."""


class Applied(NamedTuple):
    """What a tick shows, and the frame that was copied for it, with the time at which it was delivered."""

    choice: Choice
    done: FrameDone | None = None
    ready_ns: int = 0


class Feed:
    """The way of finished frames to one canvas. ``witness`` is told of those that are late or of no use."""

    def __init__(
        self,
        sequencer: Sequencer,
        slots: Slots,
        clock: Clock,
        witness: Witness,
        arrivals: Arrivals,
    ) -> None:
        self._sequencer = sequencer
        self._arrivals = arrivals
        self._slots = slots
        self._clock = clock
        self._witness = witness
        self._inbox: deque[Arrival] = deque(maxlen=4 * sequencer.window)
        self._letters: dict[int, Arrival] = {}
        self._refused: dict[int, FrameDone | None] = {}

    def put(self, letter: Parcel | None, worker: str = "", frame: int | None = None) -> None:
        """Hand in a letter, None for one of ``worker`` that could not be read. Any thread; the oldest gives
        way."""
        self._inbox.append(Arrival(letter, self._clock.monotonic_ns(), worker, frame))

    def collect(self) -> None:
        """Offer everything that came since the last call."""
        self._arrivals.looked(self._clock.monotonic_ns())
        doubted = []
        while self._inbox:
            arrival = self._inbox.popleft()
            if arrival.letter is None:
                self._refuse_unread(arrival.frame, arrival.worker)
                continue
            refusal = self._offer(arrival.letter.done, arrival.came_ns)
            if refusal is None:
                self._letters[arrival.letter.done.frame] = arrival
            elif refusal is Refusal.DOUBTED:
                doubted.append(arrival)
        self._inbox.extend(doubted)
        for frame in self._sequencer.wanted():
            self._look(frame)
        self._forget()

    def apply(self, tick: int, picture: Callable[[Size | None], Planes]) -> Applied:
        """Copy the newest frame that fits ``tick`` onto the ``picture`` for frames of its size."""
        while True:
            choice = self._sequencer.pick(tick)
            if choice.frame is None:
                return Applied(choice)
            arrival = self._letters.pop(choice.frame, None)
            done = self._copy(choice.frame, arrival, picture)
            if done is not None:
                self._sequencer.apply(done)
                return Applied(choice, done, arrival.came_ns if arrival else done.finished_ns)
            self._sequencer.withdraw(choice.frame)

    def _copy(
        self, frame: int, arrival: Arrival | None, picture: Callable[[Size | None], Planes]
    ) -> FrameDone | None:
        if arrival is not None and arrival.letter is not None:
            done = arrival.letter.done
            arrival.letter.copy_to(picture(done.drawn))
            return done
        drawn = self._sequencer.drawn_size(frame)
        try:
            return self._slots.copy_to(
                picture(drawn), frame, lambda done: done.drawn == drawn and self._sequencer.fits(done)
            )
        except FrameRefused as refused:
            self._refuse_unread(frame, refused.worker)
            return None

    def _offer(self, done: FrameDone, ready_ns: int) -> Refusal | None:
        """Offer ``done``, which was delivered at ``ready_ns``; None if it may be shown."""
        refusal = self._sequencer.offer(done)
        if refusal in _FOR_ITS_TIME and done.frame <= self._sequencer.emitted:
            self._witness.came_late(done)
        if refusal is None:
            self._arrivals.came(done.frame, ready_ns)
        elif refusal in _OF_NO_USE:
            self._witness.refused(done.frame, refusal, done.worker)
        return refusal

    def _refuse_unread(self, frame: int | None, worker: str) -> None:
        self._sequencer.refuse_unread(worker)
        if frame is not None:
            self._witness.refused(frame, Refusal.GARBAGE, worker)

    def _look(self, frame: int) -> None:
        """Offer the slot of ``frame``; what was refused once is not offered again."""
        try:
            done = self._slots.look(frame)
        except FrameRefused as refused:
            if frame not in self._refused:
                self._refused[frame] = None
                self._refuse_unread(frame, refused.worker)
            return
        if done is None or self._refused.get(frame) == done:
            return
        refusal = self._offer(done, done.finished_ns)
        if refusal is None:
            self._letters.pop(frame, None)  # the slot's frame is the better one
        elif refusal is not Refusal.DOUBTED:
            self._refused[frame] = done

    def _forget(self) -> None:
        horizon = self._sequencer.emitted - self._sequencer.window
        for frame in [m for m in self._refused if m <= horizon]:
            del self._refused[frame]
        for frame in [m for m in self._letters if m <= self._sequencer.canvas or m <= horizon]:
            del self._letters[frame]
