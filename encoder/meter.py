"""What the tick thread measures: sums over about a second, published as one immutable value."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from encoder.ledger import Tick
from farm.clock import Clock
from farm.messages import FrameDone

MOST_WORKERS = 64
"""Workers counted by name; the rest together."""
_SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over the last second; -1 where nothing was measured."""

    fps: float = 0.0
    bitrate_kbps: float = 0.0
    encode_ms: float = 0.0
    draw_ms: float = 0.0
    queue_ms: float = 0.0
    latency_ms: float = 0.0
    drawn_by: dict[str, int] = field(default_factory=dict)
    """Frames applied since the start, by worker."""
    second_draws: int = 0
    """Second draws applied since the start."""


class _Mean:
    def __init__(self) -> None:
        self._sum, self._count = 0.0, 0

    def add(self, value: float) -> None:
        self._sum += value
        self._count += 1

    def take(self) -> float:
        mean = self._sum / self._count if self._count else 0.0
        self._sum, self._count = 0.0, 0
        return mean


class Meter:
    """Belongs to the tick thread; others read ``figures``, which is replaced and never changed."""

    def __init__(self, clock: Clock) -> None:
        self.figures = Figures()
        self._clock = clock
        self._since_ns = clock.monotonic_ns()
        self._ticks = self._bytes = 0
        self._encode, self._draw, self._queue, self._latency = _Mean(), _Mean(), _Mean(), _Mean()
        self._drawn_by: Counter[str] = Counter()
        self._second_draws = 0
        self._asked_ns: dict[int, int] = {}
        self._asked_upto = -1

    def go_on(self, first: int) -> None:
        """The first frame of the epoch is ``first``."""
        self._asked_upto = first - 1

    def asked(self, upto: int, after: int = -1) -> None:
        """A credit asks for all frames up to ``upto``, but for those up to ``after``, which nobody needs."""
        now_ns = self._clock.monotonic_ns()
        for frame in range(max(self._asked_upto, after, upto - MOST_WORKERS) + 1, upto + 1):
            self._asked_ns[frame] = now_ns
        self._asked_upto = max(self._asked_upto, upto)

    def asked_ns(self, frame: int) -> int | None:
        """When ``frame`` was asked for; None when that was never or long ago."""
        return self._asked_ns.get(frame)

    def ticked(self, tick: Tick) -> None:
        """``tick`` is done; every second this makes new figures."""
        self._ticks += 1
        self._bytes += tick.packet_bytes
        self._encode.add(tick.encode_ns / 1e6)
        if tick.done is not None:
            self._applied(tick.done)
        for frame in [m for m in self._asked_ns if m <= tick.frame - MOST_WORKERS]:
            del self._asked_ns[frame]
        elapsed_ns = self._clock.monotonic_ns() - self._since_ns
        if elapsed_ns >= _SECOND_NS:
            self._publish(elapsed_ns / 1e9)

    def _applied(self, done: FrameDone) -> None:
        asked_ns = self._asked_ns.get(done.frame)
        if asked_ns is not None:
            self._latency.add((self._clock.monotonic_ns() - asked_ns) / 1e6)
        self._draw.add(done.draw_ms)
        self._second_draws += done.hedge
        if done.queue_ms >= 0:
            self._queue.add(done.queue_ms)
        known = done.worker in self._drawn_by or len(self._drawn_by) < MOST_WORKERS
        self._drawn_by[done.worker if known else "others"] += 1

    def _publish(self, elapsed_s: float) -> None:
        self.figures = Figures(
            fps=self._ticks / elapsed_s,
            bitrate_kbps=self._bytes * 8 / 1000 / elapsed_s,
            encode_ms=self._encode.take(),
            draw_ms=self._draw.take(),
            queue_ms=self._queue.take(),
            latency_ms=self._latency.take(),
            drawn_by=dict(self._drawn_by),
            second_draws=self._second_draws,
        )
        self._ticks = self._bytes = 0
        self._since_ns = self._clock.monotonic_ns()
