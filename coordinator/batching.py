"""How many frames to a task while nothing is amiss: one, unless tasks themselves are what costs; pure.

A task by itself is on air soonest. Two to a task cost a tick of delay and save broker, coordinator and worker
the same work for every second frame: worth it once frames wait for a worker, or the coordinator is busy.
"""

from __future__ import annotations

from typing import NamedTuple

from coordinator.strain import Strain

SOLITARY, PAIRED = 1, 2
WAITING_TICKS, FREE_TICKS = 0.5, 0.2
"""Of a tick, how long frames wait for a worker: more than the first pairs them, less than the second parts
them."""
BUSY_SHARE, IDLE_SHARE = 0.7, 0.4
"""Of a processor, what the coordinator takes: likewise."""
READINGS_TO_PAIR, READINGS_TO_PART = 2, 10
DEAR_MS = 12.0
"""Of drawing: more frames to a task save nothing that would show beside it, and keep other workers idle."""


UNHURRIED = ((2.0, 8), (4.0, 4), (DEAR_MS, 2))
"""Up to so many ms of drawing, so many frames to a task: what a task takes beside its drawing is half a
millisecond, and as much again in the broker and the coordinator."""


class Batching(NamedTuple):
    """How a stream's frames go out, and how many readings in a row spoke against that."""

    frames: int = SOLITARY
    against: int = 0


def advance(batching: Batching, strain: Strain, coordinator_busy: float) -> Batching:
    """After a reading; ``coordinator_busy`` is the share of a processor that the coordinator took, 0..1."""
    waited_ticks = 0.0 if strain.draw_ms > DEAR_MS else strain.queue_ms / strain.tick_ms
    if batching.frames == SOLITARY:
        speaks_against = waited_ticks > WAITING_TICKS or coordinator_busy > BUSY_SHARE
        other, needed = PAIRED, READINGS_TO_PAIR
    else:
        speaks_against = waited_ticks < FREE_TICKS and coordinator_busy < IDLE_SHARE
        other, needed = SOLITARY, READINGS_TO_PART
    against = batching.against + 1 if speaks_against else 0
    return Batching(other) if against >= needed else batching._replace(against=against)


def unhurried(draw_ms: float) -> int:
    """Frames to a task of a stream that no tick waits for: many of those that are drawn at once, and dear
    ones by themselves, so that all workers have some. ``draw_ms`` is what a frame takes, 0 if not known."""
    return next((frames for most_ms, frames in UNHURRIED if draw_ms <= most_ms), SOLITARY)
