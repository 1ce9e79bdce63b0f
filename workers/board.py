"""What the children tell their master about themselves: a page of numbers that they share."""

from __future__ import annotations

import mmap
from collections.abc import Mapping

import numpy as np

COLUMNS = (
    "frames",
    "passed",
    "raster_hits",
    "raster_misses",
    "raster_bytes",
    "raster_disk_hits",
    "raster_share_hits",
    "picture_bytes",
    "picture_hits",
    "picture_misses",
    "loading",
    "live_missed",
    "font_hits",
    "font_misses",
    "busy_us",
    "waited_us",
    "awaited",
)


class Board:
    """One row of numbers for each child. Made before the fork; a child writes its own row only."""

    def __init__(self, children: int) -> None:
        memory = mmap.mmap(-1, children * len(COLUMNS) * 8)
        self._rows = np.frombuffer(memory, np.int64).reshape(children, len(COLUMNS))

    def write(self, child: int, stats: Mapping[str, int]) -> None:
        """Replace the row of ``child``, counted from 0."""
        self._rows[child % len(self._rows)] = [stats[column] for column in COLUMNS]

    def totals(self) -> dict[str, int]:
        """The sums over all children."""
        return dict(zip(COLUMNS, (int(total) for total in self._rows.sum(axis=0)), strict=True))
