"""Brings finished frames to the sequencer and its choice onto the canvas.

Frames come from the ring's slots, which are looked at, and from mailbox letters, which are put here by the
thread that reads them. Everything but :meth:`Feed.put` is called by the tick thread alone.
"""

from __future__ import annotations

from collections import deque
from typing import Protocol

from encoder.sequencer import Choice, Sequencer
from farm.errors import FrameRefused
from farm.messages import FrameDone
from farm.transport.planes import Planes


class Slots(Protocol):
    """What the feed needs of a frame ring."""

    def look(self, frame: int) -> FrameDone | None:
        """The description of ``frame`` if it is finished. Raises FrameRefused."""
        ...

    def copy_to(self, canvas: Planes, frame: int) -> FrameDone | None:
        """Copy ``frame`` onto ``canvas``; None when its slot is being drawn. Raises FrameRefused."""
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


class Feed:
    """The way of finished frames to one canvas."""

    def __init__(self, sequencer: Sequencer, slots: Slots) -> None:
        self._sequencer = sequencer
        self._slots = slots
        self._inbox: deque[Parcel | None] = deque(maxlen=4 * sequencer.window)
        self._letters: dict[int, Parcel] = {}
        self._refused: dict[int, FrameDone | None] = {}

    def put(self, letter: Parcel | None) -> None:
        """Hand in a letter, None for one that could not be read. Any thread; the oldest gives way."""
        self._inbox.append(letter)

    def collect(self) -> None:
        """Offer everything that came since the last call."""
        while self._inbox:
            letter = self._inbox.popleft()
            if letter is None:
                self._sequencer.refuse_unread()
            elif self._sequencer.offer(letter.done) is None:
                self._letters[letter.done.frame] = letter
        for frame in self._sequencer.wanted():
            self._look(frame)
        self._forget()

    def apply(self, tick: int, canvas: Planes) -> tuple[Choice, FrameDone | None]:
        """Copy the newest frame that fits ``tick``; the choice, and what was copied."""
        while True:
            choice = self._sequencer.pick(tick)
            if choice.frame is None:
                return choice, None
            done = self._copy(choice.frame, canvas)
            if done is not None:
                self._sequencer.apply(done)
                return choice, done
            self._sequencer.withdraw(choice.frame)

    def _copy(self, frame: int, canvas: Planes) -> FrameDone | None:
        letter = self._letters.pop(frame, None)
        if letter is not None:
            letter.copy_to(canvas)
            return letter.done
        try:
            return self._slots.copy_to(canvas, frame)
        except FrameRefused:
            self._sequencer.refuse_unread()
            return None

    def _look(self, frame: int) -> None:
        """Offer the slot of ``frame``; what was refused once is not offered again."""
        try:
            done = self._slots.look(frame)
        except FrameRefused:
            if frame not in self._refused:
                self._refused[frame] = None
                self._sequencer.refuse_unread()
            return
        if done is not None and self._refused.get(frame) != done and self._sequencer.offer(done) is not None:
            self._refused[frame] = done

    def _forget(self) -> None:
        horizon = self._sequencer.emitted - self._sequencer.window
        for frame in [m for m in self._refused if m <= horizon]:
            del self._refused[frame]
        for frame in [m for m in self._letters if m <= self._sequencer.shown or m <= horizon]:
            del self._letters[frame]
