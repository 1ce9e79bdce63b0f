"""Who keeps what a feed tells of late and useless frames, for tests to look at."""

from __future__ import annotations

from farm.messages import FrameDone


class Witnessed:
    """A list of each."""

    def __init__(self) -> None:
        self.late: list[FrameDone] = []
        self.vain: list[tuple[int, str, str]] = []

    def came_late(self, done: FrameDone) -> None:
        """See :class:`encoder.feed.Witness`."""
        self.late.append(done)

    def refused(self, frame: int, reason: str, worker: str) -> None:
        """See :class:`encoder.feed.Witness`."""
        self.vain.append((frame, reason, worker))
