"""Encoder processes that encode nothing and wait for nothing but frames: what a farm can draw, it draws.

Each stream is at most so many frames ahead of the last one that came in order, like an offline render.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from farm.errors import FrameRefused, StoreUnavailable
from farm.messages import FrameDone
from farm.perf.standins import BEAT_S, Picture, beat_as_node, publish
from farm.store.connection import as_text, connect
from farm.transport.mailbox import Letter

_WAIT_S = 0.5
_GIVE_UP_S = 3.0
"""A frame that has not come after so long will not come; the stream goes on without it."""


@dataclass
class Shelf:
    """The frames of one stream that have come."""

    emitted: int = -1
    fence: int = 0
    lost: int = 0
    ahead: set[int] = field(default_factory=set)
    """That came before one with a lower number; no more than were asked for."""
    moved_s: float = 0.0

    def put(self, done: FrameDone, now_s: float) -> bool:
        """Take a frame; whether it was new."""
        self.fence = max(self.fence, done.fence)
        if done.frame <= self.emitted or done.frame in self.ahead:
            return False
        self.ahead.add(done.frame)
        self._advance(now_s)
        return True

    def give_up(self, now_s: float) -> bool:
        """Wait no more for what should have come long ago; whether there was such a frame."""
        overdue = bool(self.ahead) and now_s - self.moved_s > _GIVE_UP_S
        if overdue:
            self.lost += min(self.ahead) - self.emitted - 1
            self.emitted = min(self.ahead) - 1
            self._advance(now_s)
        return overdue

    def _advance(self, now_s: float) -> None:
        while self.emitted + 1 in self.ahead:
            self.emitted += 1
            self.ahead.remove(self.emitted)
            self.moved_s = now_s


@dataclass
class Window:
    """What came since somebody began to look."""

    frames: int = 0
    bytes: int = 0
    first_s: float = 0.0
    last_s: float = 0.0
    workers: dict[str, int] = field(default_factory=dict)

    def add(self, done: FrameDone, size: int, now_s: float) -> None:
        """A new frame came."""
        self.first_s = self.first_s or now_s
        self.last_s = now_s
        self.frames += 1
        self.bytes += size
        self.workers[done.worker] = self.workers.get(done.worker, 0) + 1

    def frames_per_s(self) -> float:
        """Between the first and the last of them; 0 for fewer than two."""
        return (self.frames - 1) / (self.last_s - self.first_s) if self.frames > 1 else 0.0


class Collector(threading.Thread):
    """Takes the frames of ``streams`` out of their mailboxes and asks for the next ones."""

    def __init__(self, url: str, streams: Sequence[str], picture: Picture) -> None:
        super().__init__(name="stand-in-collector", daemon=True)
        self._redis = connect(url, timeout_s=_WAIT_S + 2)
        self._picture = picture
        self._ending = threading.Event()
        self._mailboxes = {picture.delivery(stream).mailbox: stream for stream in streams}
        self._shelves = {stream: Shelf() for stream in streams}
        self._window = Window()
        self.lead = 1
        """How many frames each stream is ahead."""

    def peek(self) -> Window:
        """What came since somebody looked."""
        return self._window

    def look(self) -> Window:
        """Begin to look anew; what came until now."""
        seen, self._window = self._window, Window()
        return seen

    def lost(self) -> int:
        """Frames that never came, of all streams."""
        return sum(shelf.lost for shelf in self._shelves.values())

    def end(self) -> None:
        """Ask for no more frames."""
        self._ending.set()
        self.join()
        self._redis.close()

    def run(self) -> None:
        """Collect until told to end."""
        beat_s = 0.0
        while not self._ending.is_set():
            try:
                now_s = time.monotonic()
                if now_s >= beat_s:
                    self._look_after(now_s)
                    beat_s = now_s + BEAT_S
                answer = self._redis.blpop(list(self._mailboxes), timeout=_WAIT_S)
                if answer is not None:
                    # Answers are bytes; the driver's types say that they might be text.
                    mailbox, message = cast(tuple[bytes, bytes], answer)
                    self._take(self._mailboxes[as_text(mailbox)], message)
            except StoreUnavailable:
                self._ending.wait(_WAIT_S)

    def _take(self, stream: str, message: bytes) -> None:
        try:
            done = Letter.unpack(message, self._picture.width, self._picture.height).done
        except FrameRefused:
            return
        now_s = time.monotonic()
        if self._shelves[stream].put(done, now_s):
            self._window.add(done, len(message), now_s)
            self._ask(stream)

    def _look_after(self, now_s: float) -> None:
        """Beat, and say again what is wanted: a credit may have been lost."""
        beat_as_node(self._redis, len(self._shelves))
        for stream, shelf in self._shelves.items():
            shelf.give_up(now_s)
            self._ask(stream)

    def _ask(self, stream: str) -> None:
        shelf = self._shelves[stream]
        emitted = shelf.emitted
        credit = self._picture.credit(stream, emitted, emitted, lead=self.lead, fence=shelf.fence)
        with self._redis.pipeline(transaction=False) as pipe:
            publish(pipe, credit)
            pipe.execute()
