"""Whether another process has taken a stream's place for good: the one that is left over ends then.

A node ends its processes itself. But one whose node died, or was cut off while its stream moved, would go on
publishing beside the new one, or keep it from publishing at all. What is on air in the coordinator's words
says so: an epoch that is newer than any of this process's own.
"""

from __future__ import annotations

LOOKS = 3
"""So many looks in a row, a second apart: its own node comes first."""


class Fence:
    """Counts how often this process was seen to be overtaken."""

    def __init__(self) -> None:
        self._times = 0

    def look(self, on_air: int | None, newest: int) -> bool:
        """Whether this process, whose newest epoch is ``newest``, is to end, now that the epoch ``on_air`` is
        on air; None when that is not known."""
        self._times = self._times + 1 if on_air is not None and on_air > newest else 0
        return self._times >= LOOKS
