"""Where a drawn frame goes: into the encoder's ring on the same host, into its Redis mailbox from any other.

Both are a :class:`Surface` to draw on. A frame that comes too late is refused before a pixel is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import numpy as np

from farm.errors import FrameRefused
from farm.messages import Delivery, FrameDone, FrameTask
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.transport.mailbox import pack_frame
from farm.transport.planes import Plane, Planes, i420_bytes, planes_in
from farm.transport.ring import SHM_DIR, Ring, SlotBusy
from workers.cache import RecentCache

_MAX_RINGS = 32
_MAILBOX_TTL_S = 5


@dataclass(frozen=True, slots=True)
class Surface:
    """A whole canvas to draw on; ``finish`` hands over the rects that were drawn."""

    planes: Planes
    finish: Callable[[FrameDone], None]


class Rings:
    """The rings of this host that are open in this process, one for each stream."""

    def __init__(self) -> None:
        self._open: RecentCache[str, Ring] = RecentCache(_MAX_RINGS)

    def ring(self, task: FrameTask) -> Ring | None:
        """The ring of the task's delivery; None when the encoder is on another host."""
        delivery, known = task.delivery, self._open.get(task.stream)
        if known is not None:
            if (known.name, known.nonce) == (delivery.ring, delivery.nonce):
                return known
            self._close(task.stream, known)
        self._close_vanished()
        ring = _attached(delivery)
        if ring is not None:
            forgotten = self._open.put(task.stream, ring)
            if forgotten is not None:
                forgotten.close()
        return ring

    def close(self) -> None:
        """Let go of all."""
        for stream, ring in self._open.items():
            self._close(stream, ring)

    def _close_vanished(self) -> None:
        """Give back the memory of encoders that have ended."""
        for stream, ring in self._open.items():
            if not (SHM_DIR / ring.name).exists():
                self._close(stream, ring)

    def _close(self, stream: str, ring: Ring) -> None:
        self._open.drop(stream)
        ring.close()


class Deliverer:
    """Gives out surfaces. ``use_rings`` False sends everything by mailbox."""

    def __init__(self, redis: FarmRedis, *, use_rings: bool) -> None:
        self._redis = redis
        self._rings = Rings() if use_rings else None
        self._scratch: Plane = np.empty(0, np.uint8)

    @contextmanager
    def surface(self, task: FrameTask) -> Iterator[Surface]:
        """Where to draw the task's frame.

        Raises FrameRefused when its tick has passed or somebody else was sooner, StoreUnavailable.
        """
        ring = None if self._rings is None else self._rings.ring(task)
        if ring is not None:
            second_of = task.fence if task.hedge else None
            with suppress(SlotBusy), ring.drawing(task.frame, second_of=second_of) as drawing:
                yield Surface(drawing.picture(task.drawn), drawing.finish)
                return
        yield self._mailbox_surface(task)

    def close(self) -> None:
        """Let go of all rings."""
        if self._rings is not None:
            self._rings.close()

    def _mailbox_surface(self, task: FrameTask) -> Surface:
        passed = self._redis.get(keys.passed(task.stream, task.epoch))
        if passed is None:
            raise FrameRefused("passed", f"nobody emits epoch {task.epoch} of {task.stream} any more")
        if task.frame <= int(passed):
            raise FrameRefused("passed", f"frame {task.frame} comes after its tick")
        width, height = task.size
        size = i420_bytes(width, height)
        if self._scratch.size < size:
            self._scratch = np.empty(size, np.uint8)
        planes = planes_in(self._scratch, width, height)
        return Surface(planes, lambda done: self._send(task.delivery, pack_frame(done, planes)))

    def _send(self, delivery: Delivery, message: bytes) -> None:
        """The mailbox holds as many frames as the ring would, the newest ones."""
        with self._redis.pipeline(transaction=False) as pipe:
            pipe.rpush(delivery.mailbox, message)
            pipe.ltrim(delivery.mailbox, -delivery.slots, -1)
            pipe.expire(delivery.mailbox, _MAILBOX_TTL_S)
            pipe.execute()


def _attached(delivery: Delivery) -> Ring | None:
    try:
        return Ring.attach(delivery)
    except FrameRefused:
        return None
