"""Where the encoder process's hops meet: each tick becomes one record of the frame's whole history.

The tick thread and the outputs write down what they know, into bounded queues, and nobody waits for anybody.
The reporter's thread puts it together once all that can still be told of a tick is known: a frame that did
not come within the sequencer's window is missing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from fractions import Fraction

from encoder.flv import Kind, Tag
from encoder.sense import LONGEST_NAME
from encoder.verdicts import Choice, Repeat
from farm.clock import Clock
from farm.ledger import UNKNOWN_MS, FrameRecord
from farm.messages import FrameDone

MOST_TICKS = 4096
"""Ticks that wait to be reported; over a minute, so that a Redis that restarts costs no history."""
_MOST_APART_MS = 10_000.0
"""Times of one host that lie further apart than this come from two."""


@dataclass(frozen=True, slots=True)
class Tick:
    """What the tick thread knows of one tick when it is over. Times are monotonic, in nanoseconds."""

    frame: int
    choice: Choice
    shown: int
    """The frame that the canvas holds."""
    done: FrameDone | None
    """The frame that was applied."""
    ready_ns: int
    """When that was delivered; 0 when there is none."""
    asked_ns: int | None
    began_ns: int
    """When the tick began; it ends ``encode_ns`` and a little later."""
    encode_ns: int
    packet_bytes: int


@dataclass(slots=True)
class _Late:
    """A frame that came after its tick."""

    done: FrameDone
    came_ns: int


@dataclass(frozen=True, slots=True)
class _Vain:
    """A delivery that could not be used."""

    frame: int
    reason: str
    worker: str


_NOTHING_IN_VAIN = _Vain(-1, "", "")


class Ledger:
    """Of one epoch. Bounded everywhere; what nobody takes is forgotten, the oldest first."""

    def __init__(self, epoch: int, canvas_px: int, fps: Fraction, window: int, clock: Clock) -> None:
        self.origin_s = Fraction(0)
        """Media time of tick 0."""
        self._epoch = epoch
        self._canvas_px = canvas_px
        self._fps = fps
        self._window = window
        self._clock = clock
        self._ticks: deque[Tick] = deque(maxlen=MOST_TICKS)
        self._came_late: deque[_Late] = deque(maxlen=MOST_TICKS)
        self._came_in_vain: deque[_Vain] = deque(maxlen=MOST_TICKS)
        self._sent: deque[tuple[int, int]] = deque(maxlen=MOST_TICKS)
        self._late: dict[int, _Late] = {}
        self._vain: dict[int, _Vain] = {}
        self._sent_ns: dict[int, int] = {}

    def closed(self, tick: Tick) -> None:
        """The tick thread is through with a tick."""
        self._ticks.append(tick)

    def came_late(self, done: FrameDone) -> None:
        """``done`` was found by the tick thread after its own tick."""
        self._came_late.append(_Late(done, self._clock.monotonic_ns()))

    def refused(self, frame: int, reason: str, worker: str) -> None:
        """The tick thread could not use what ``worker`` delivered as ``frame``."""
        self._came_in_vain.append(_Vain(frame, reason, worker[:LONGEST_NAME]))

    def sent(self, tag: Tag) -> None:
        """An output wrote ``tag`` to its socket. Any thread."""
        if tag.kind is Kind.VIDEO:
            frame = round((Fraction(tag.time_ms, 1000) - self.origin_s) * self._fps)
            self._sent.append((frame, self._clock.monotonic_ns()))

    def take(self) -> list[FrameRecord]:
        """The records of all ticks of which everything is known by now, in order, once."""
        while self._came_late:
            late = self._came_late.popleft()
            self._late.setdefault(late.done.frame, late)
        while self._sent:
            frame, sent_ns = self._sent.popleft()
            self._sent_ns.setdefault(frame, sent_ns)
        if not self._ticks:
            return []
        newest = self._ticks[-1].frame
        settled = newest - self._window
        while self._came_in_vain:
            vain = self._came_in_vain.popleft()
            if vain.frame <= newest + self._window:  # garbage may name any frame
                self._vain.setdefault(vain.frame, vain)
        records = []
        while self._ticks and self._ticks[0].frame <= settled:
            records.append(self._record(self._ticks.popleft()))
        self._late = {frame: late for frame, late in self._late.items() if frame > settled}
        self._vain = {frame: vain for frame, vain in self._vain.items() if frame > settled}
        self._sent_ns = {frame: sent_ns for frame, sent_ns in self._sent_ns.items() if frame > settled}
        return records

    def _record(self, tick: Tick) -> FrameRecord:
        late = self._late.get(tick.frame) if tick.done is None else None
        done = late.done if late else tick.done
        ready_ns = late.came_ns if late else tick.ready_ns
        over_ns = tick.began_ns + tick.encode_ns
        sent_ns = self._sent_ns.get(tick.frame)
        vain = self._vain.get(tick.frame, _NOTHING_IN_VAIN)
        return FrameRecord(
            epoch=self._epoch,
            frame=tick.frame,
            wall_ms=self._clock.wall_ms() - (self._clock.monotonic_ns() - over_ns) // 1_000_000,
            shown=tick.shown,
            cause=_cause(tick, came=late is not None),
            base=done.base if done else -1,
            worker=done.worker if done else "",
            area=sum(w * h for _, _, w, h in done.rects) / self._canvas_px if done else 0.0,
            queue_ms=done.queue_ms if done else UNKNOWN_MS,
            plan_ms=done.plan_ms if done else UNKNOWN_MS,
            draw_ms=done.draw_ms if done else UNKNOWN_MS,
            layers_ms=done.layers_ms if done else (),
            asked_ms=UNKNOWN_MS if tick.asked_ns is None else _ms(tick.began_ns - tick.asked_ns),
            wait_ms=_wait_ms(tick.began_ns, ready_ns, came_late=late is not None) if done else UNKNOWN_MS,
            encode_ms=_ms(tick.encode_ns),
            packet_bytes=tick.packet_bytes,
            send_ms=UNKNOWN_MS if sent_ns is None else max(0.0, _ms(sent_ns - over_ns)),
            second_draw=done is not None and done.hedge,
            refused=vain.reason,
            refused_worker=vain.worker,
        )


def _cause(tick: Tick, *, came: bool) -> str:
    if tick.choice.frame is not None:
        return ""
    if tick.choice.cause is not None:
        return tick.choice.cause
    return Repeat.LATE if came else Repeat.MISSING


def _wait_ms(began_ns: int, ready_ns: int, *, came_late: bool) -> float:
    waited_ms = _ms(began_ns - ready_ns)
    if came_late:
        return waited_ms
    return waited_ms if 0 <= waited_ms <= _MOST_APART_MS else UNKNOWN_MS


def _ms(nanoseconds: int) -> float:
    return round(nanoseconds / 1e6, 3)
