"""The picture on air: one I420 buffer that is painted, encoded and looked at where it lies."""

from __future__ import annotations

import numpy as np

from encoder.enlarging import SmallPicture
from farm.messages import Size
from farm.transport.planes import Plane, Planes, i420_bytes, planes_in

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
        self._small: SmallPicture | None = None
        """What the canvas is scaled up from."""
        self._coming: SmallPicture | None = None
        """Of another size, while nothing is copied onto it yet."""

    def picture(self, drawn: Size | None) -> Planes:
        """Where to copy a frame that is ``drawn`` so large; None stands for the canvas's own size."""
        if drawn is None:
            return self.planes
        if self._small is not None and self._small.size == drawn:
            return self._small.planes
        if self._coming is None or self._coming.size != drawn:
            self._coming = SmallPicture(drawn)
        return self._coming.planes

    def show(self, drawn: Size | None) -> None:
        """A frame was copied onto the :meth:`picture` of this size: that is what the canvas shows now."""
        if drawn is None:
            self._small = self._coming = None
            return
        if self._coming is not None and self._coming.size == drawn:
            self._small, self._coming = self._coming, None
        if self._small is not None:
            self._small.enlarge_to(self.planes)

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
