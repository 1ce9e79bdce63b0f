"""What workers have done, stream by stream, and what the farm makes of it: values that rooms share."""

from __future__ import annotations

from enum import StrEnum

import msgspec

PROBATION_FRAMES = 10
"""So many frames a worker gets to show that it is well again."""


class Deeds(msgspec.Struct):
    """What became of the frames that a worker took, of one stream or of all. Counts only grow."""

    drawn: int = 0
    """Frames delivered; slow and flawed ones are among them."""
    slow: int = 0
    """Took longer than two ticks, by themselves."""
    flawed: int = 0
    """Had a layer that could not be drawn."""
    failed: int = 0
    """Could not be drawn at all."""
    crashed: int = 0
    """The process died over it."""
    stuck: int = 0
    """The process was killed over it, after WORKER_STUCK_S."""
    grown: int = 0
    """The process was replaced after it, because of its memory."""
    draw_ms: float = 0.0
    """All times of drawing together."""

    def taken(self) -> int:
        """Frames that it began, but for those that nobody waited for any more."""
        return self.drawn + self.failed + self.crashed + self.stuck

    def add(self, other: Deeds) -> None:
        """Count those of ``other`` as well."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class WorkerState(StrEnum):
    """What the farm lets a worker do."""

    WORKING = "working"
    BLOCKED = "blocked"  # takes no frames
    PROBATION = "probation"  # takes a few frames, by which it is judged


class Standing(msgspec.Struct, frozen=True):
    """One worker that is not simply working."""

    state: WorkerState
    reason: str
    """slow, flawed, failed, crashed, stuck or garbage: what most of its failures were."""
    level: int
    """How often it was blocked, without a longer time of good work in between."""
    left_ms: int
    """How long it stays blocked, when this was written."""
    pid: int = 0
    """Which process of that name."""
    since_wall_ms: int = 0


class WorkerSign(msgspec.Struct, frozen=True):
    """One worker's heartbeat, as far as the farm decides by it."""

    name: str
    host: str
    pid: int
    processes: int = 1
    """How many frames it can draw at once."""
    streams: dict[str, Deeds] = {}
    """What it did for each stream that it drew lately, since it began."""

    def total(self) -> Deeds:
        """What it did for all of them."""
        total = Deeds()
        for deeds in self.streams.values():
            total.add(deeds)
        return total
