"""The picture on air: one I420 buffer that is painted, encoded and looked at where it lies."""

from __future__ import annotations

import numpy as np

from farm.transport.planes import Plane, i420_bytes, planes_in

_TRIES = 3


class Canvas:
    """Written by the tick thread only, between :meth:`begin` and :meth:`end`; others take snapshots, which
    never make it wait."""

    def __init__(self, width: int, height: int) -> None:
        """A black canvas."""
        self.buffer = np.empty(i420_bytes(width, height), np.uint8)
        self.planes = planes_in(self.buffer, width, height)
        self.planes.blacken()
        self._version = 0

    def begin(self) -> None:
        """The picture is going to change."""
        self._version += 1

    def end(self) -> None:
        """The picture is whole again."""
        self._version += 1

    def snapshot(self, into: Plane) -> bool:
        """Copy :attr:`buffer` into ``into``; whether it is of one moment (False when it kept changing)."""
        for _ in range(_TRIES):
            before = self._version
            np.copyto(into, self.buffer)
            if before == self._version and before % 2 == 0:
                return True
        return False
