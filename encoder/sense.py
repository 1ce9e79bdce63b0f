"""Whether what a worker says of its frame can be: the numbers of a description, one frame at a time.

A worker that is sick may write anything. What passes here harms no sum, count or order that it goes into;
whether the frame is wanted, and whether somebody ordered it, is for others to say.
"""

from __future__ import annotations

from farm.messages import FrameDone

LONGEST_NAME = 256
"""Of a worker, in characters."""
LONGEST_MS = 3_600_000.0
"""No part of a frame's way takes an hour; sums of what is longer might be no numbers any more."""


def makes_sense(done: FrameDone, stream: str, window: int) -> bool:
    """Whether ``done`` can be a frame of ``stream``, which stands for ``window`` ticks at most."""
    named = done.stream == stream and len(done.worker) <= LONGEST_NAME
    numbered = -1 <= done.base < done.frame
    lasting = done.hold >= 1 and done.still >= 0 and done.hold + done.still <= window
    return named and numbered and lasting and _has_times(done)


def _has_times(done: FrameDone) -> bool:
    """Whether its times are such, in ms; -1 is unknown, and NaN is in no range."""
    times_ms = (done.queue_ms, done.draw_ms, done.plan_ms, *(ms for _, ms in done.layers_ms))
    return all(-1 <= ms <= LONGEST_MS for ms in times_ms)
