"""How hard a stream has it, read from two reports of its encoder process; pure.

A tick that repeats its picture is a symptom. What it is a symptom of is said by the other numbers: a farm
that is silent (killed, restarting, without Redis) is not overloaded and doing less would not help it.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from farm.messages import StreamReport

MISSED_SHARE = 0.05
"""Of the ticks between two reports: with more that repeat because of the farm, it does too little."""
SEVERE_SHARE = 0.5
EASY_SHARE = 0.01
"""With no more than this the farm is at ease: one in a hundred is nobody's overload."""
FULL_TICK, EASY_TICK = 0.85, 0.6
"""Of a tick's length, what encoding takes: with more than the first the next tick is late, with less than the
second there is room."""
SLOW_CLOCK = 0.97
"""Of the frames a second that there should be, how many come from an encoder process that keeps up."""
EASY_QUEUE_TICKS = 0.5
"""A frame that waits for a worker no longer than such a part of a tick finds a free one."""
FULL_HOST_PERCENT = 95.0
START_S = 3
"""A process that just began fills caches; its first misses say nothing."""


class Cause(StrEnum):
    """What there is too little of."""

    FARM = "farm"  # workers: frames wait for one, or take too long to be drawn
    ENCODER = "encoder"  # the encoder process's one thread: encoding takes all of a tick
    HOST = "host"  # processors: the encoder process and whoever shares its host want more than there is


class Strain(NamedTuple):
    """One reading. Shares are 0..1."""

    cause: Cause | None
    """Of an overload; None when there is none."""
    missed: float
    """The share of ticks that repeated their picture though a new one was wanted."""
    easy: bool
    """Whether there is room for more."""
    tick_ms: float
    queue_ms: float
    draw_ms: float
    encode_ms: float
    host_cpu_percent: float

    @property
    def severe(self) -> bool:
        """Whether waiting for a second reading would cost viewers too much."""
        return self.missed >= SEVERE_SHARE


def strain_of(before: StreamReport | None, now: StreamReport, fps: Fraction) -> Strain | None:
    """What happened between two reports of a stream of ``fps``; None when they cannot tell."""
    if before is None or (before.epoch, before.pid) != (now.epoch, now.pid):
        return None
    ticks = now.emitted - before.emitted
    if ticks <= 0 or before.emitted < START_S * fps:
        return None
    tick_ms = float(1000 / fps)
    missed = max(0, sum(now.repeated.values()) - sum(before.repeated.values())) / ticks
    slow = missed >= MISSED_SHARE and _comes_late(before, now, tick_ms)
    full = now.encode_ms >= FULL_TICK * tick_ms and now.fps < SLOW_CLOCK * fps
    return Strain(
        cause=_cause(now, slow=slow, full=full),
        missed=min(1.0, missed),
        easy=(
            missed <= EASY_SHARE
            and now.queue_ms <= EASY_QUEUE_TICKS * tick_ms
            and now.encode_ms <= EASY_TICK * tick_ms
        ),
        tick_ms=tick_ms,
        queue_ms=now.queue_ms,
        draw_ms=now.draw_ms,
        encode_ms=now.encode_ms,
        host_cpu_percent=now.host_cpu_percent,
    )


def _comes_late(before: StreamReport, now: StreamReport, tick_ms: float) -> bool:
    """Whether frames came, but after their ticks; or would have, had somebody drawn them still."""
    late = now.repeated.get("late", 0) > before.repeated.get("late", 0)
    passed = now.refused.get("passed", 0) > before.refused.get("passed", 0)
    return late or passed or now.queue_ms + now.draw_ms > now.lead * tick_ms


def _cause(now: StreamReport, *, slow: bool, full: bool) -> Cause | None:
    if not slow and not full:
        return None
    if now.host_cpu_percent >= FULL_HOST_PERCENT:
        return Cause.HOST
    return Cause.ENCODER if full else Cause.FARM
