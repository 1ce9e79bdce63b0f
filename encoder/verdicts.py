"""What the sequencer says of frames and ticks: why a frame is of no use, and what a tick shows."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Refusal(StrEnum):
    """Why a delivered frame is of no use."""

    GARBAGE = "garbage"  # not a frame of this stream, or its numbers make no sense
    EPOCH = "epoch"  # of another encoder process
    FENCE = "fence"  # of a coordinator that lost its lease
    DOUBTED = "doubted"  # its fence is not known yet: to be offered again; not counted
    EARLY = "early"  # further ahead than anybody asked for
    PASSED = "passed"  # a newer picture is shown already
    DUPLICATE = "duplicate"  # delivered twice
    BLOCKED = "blocked"  # of a worker that is blocked and has not heard of it


class Repeat(StrEnum):
    """Why a tick shows the last picture once more."""

    STARTING = "starting"  # nothing was ever delivered; not counted as a repeat, there is no picture yet
    GAP = "gap"  # frames are here, but they build on one that the canvas never had
    LATE = "late"  # its frame came after the tick
    MISSING = "missing"  # its frame never came
    HELD = "held"  # it was to: fewer pictures are drawn than ticks go by; not counted as a repeat
    STILL = "still"  # another one would look the same; not counted as a repeat


class Choice(NamedTuple):
    """What a tick shows: ``frame``, or the last picture again because of ``cause``.

    A cause of None means that nothing is there yet: late or missing, which only time can tell.
    """

    frame: int | None
    cause: Repeat | None = None
