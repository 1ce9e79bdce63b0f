"""The shared-memory ring: slots that the encoder process owns and the workers of its host draw into.

Frame n goes to slot n mod slots. Each slot has a file lock (an "open file description" lock on one byte of
the segment) that a writer holds while it draws and the reader while it copies, so that two of them never
meet; the kernel drops it with the process that held it. A begin and an end number, equal only when the
drawing was finished, show a slot whose writer died half-way.

Layout, all numbers little-endian, offsets in bytes:

    0     8s   magic, "FFRING1\\0"
    8     32s  nonce, ASCII hexadecimal
    40    3I   width, height, slots
    64    q    number of the last frame emitted, -1 before the first
    72    4s   "held": whoever made the segment holds a lock on its byte 0 for as long as it lives
    4096       slot 0, slot 1, ...; each:
    +0    Q    begin     +8  Q  end     +16  q  frame     +24  I  length of the description
    +32        FrameDone as MessagePack, at most 4064 bytes
    +4096      the picture: planes Y, U, V of the whole canvas, or, if the description says so, of a smaller
               picture; only the description's rects count
"""

from __future__ import annotations

import fcntl
import mmap
import os
import secrets
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np

from farm.errors import FrameRefused
from farm.messages import Delivery, FrameDone, Size, from_pack, to_pack
from farm.transport.planes import Planes, i420_bytes, picture_fits, planes_in

SHM_DIR = Path("/dev/shm")  # noqa: S108  shared memory, made with O_EXCL and mode 0600
RING_PREFIX = "framefarm-"
_MAGIC = b"FFRING1\0"
_PAGE = 4096
_DESCRIPTION_AT = 32
_FIXED = struct.Struct("<8s32s3I")
_FLOCK = struct.Struct("hhqqi4x")
_EMITTED = struct.Struct("<q")
_EMITTED_AT = 64
_HELD, _HELD_AT = b"held", 72


class SlotBusy(FrameRefused):
    """Somebody else holds the slot; deliver by mailbox instead."""

    def __init__(self, frame: int) -> None:
        super().__init__("busy", f"the slot of frame {frame} is held by another process")


def _anything(_done: FrameDone) -> bool:
    return True


def _slot_bytes(width: int, height: int) -> int:
    return _PAGE + -(-i420_bytes(width, height) // _PAGE) * _PAGE


def read_emitted(fd: int) -> int | None:
    """The number of the last frame emitted, of the segment open as ``fd``; None while it is being made."""
    data = os.pread(fd, _EMITTED.size, _EMITTED_AT)
    return _EMITTED.unpack(data)[0] if len(data) == _EMITTED.size else None


def is_abandoned(fd: int) -> bool:
    """Whether who made the segment open as ``fd`` is gone; False of a file that is none, or not yet."""
    return os.pread(fd, len(_HELD), _HELD_AT) == _HELD and _lock(fd, fcntl.F_WRLCK, 0)


def _lock(fd: int, kind: int, at: int) -> bool:
    """Take or release the lock on the byte ``at`` without waiting; whether it was had."""
    try:
        fcntl.fcntl(fd, fcntl.F_OFD_SETLK, _FLOCK.pack(kind, os.SEEK_SET, at, 1, 0))
    except BlockingIOError:
        return False
    return True


class _Slot:
    """Views into one slot."""

    def __init__(self, memory: mmap.mmap, index: int, width: int, height: int) -> None:
        self.offset = _PAGE + index * _slot_bytes(width, height)
        self.counters = np.frombuffer(memory, dtype="<u8", count=2, offset=self.offset)
        self.frame = np.frombuffer(memory, dtype="<i8", count=1, offset=self.offset + 16)
        self.length = np.frombuffer(memory, dtype="<u4", count=1, offset=self.offset + 24)
        self.description = memoryview(memory)[self.offset + _DESCRIPTION_AT : self.offset + _PAGE]
        count = i420_bytes(width, height)
        self._pixels = np.frombuffer(memory, np.uint8, count=count, offset=self.offset + _PAGE)
        self._planes = planes_in(self._pixels, width, height)

    def picture(self, drawn: Size | None) -> Planes:
        """The picture, of the canvas's size or of another one that is no larger."""
        return self._planes if drawn is None else planes_in(self._pixels, *drawn)

    def finished(self) -> bool:
        return bool(self.counters[0] == self.counters[1] and self.counters[0])

    def done(self) -> FrameDone:
        """The description. Raises FrameRefused when it makes no sense."""
        length = int(self.length[0])
        try:
            return from_pack(bytes(self.description[:length]), FrameDone)
        except msgspec.MsgspecError as error:
            raise FrameRefused("garbage", f"a slot's description cannot be read: {error}") from error


class Ring:
    """One segment, open in this process. Use :meth:`create` (the encoder) or :meth:`attach` (a worker)."""

    def __init__(self, name: str, fd: int) -> None:
        """Map an open segment of the right layout. Takes over ``fd``."""
        self.name = name
        self._fd = fd
        self._memory = mmap.mmap(fd, 0)
        magic, nonce, width, height, slots = _FIXED.unpack_from(self._memory)
        if magic != _MAGIC:
            raise FrameRefused("foreign", f"{name} is not a frame ring")
        self.nonce = bytes(nonce).decode()
        self.width, self.height = int(width), int(height)
        self._emitted = np.frombuffer(self._memory, dtype="<i8", count=1, offset=_EMITTED_AT)
        self._slots = [_Slot(self._memory, i, self.width, self.height) for i in range(slots)]

    @classmethod
    def create(cls, label: str, width: int, height: int, slots: int) -> Ring:
        """Make a new segment, named after ``label`` and a fresh nonce."""
        nonce = secrets.token_hex(16)
        name = f"{RING_PREFIX}{label}-{nonce[:8]}"
        fd = os.open(SHM_DIR / name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        _lock(fd, fcntl.F_WRLCK, 0)
        os.ftruncate(fd, _PAGE + slots * _slot_bytes(width, height))
        os.pwrite(fd, _FIXED.pack(_MAGIC, nonce.encode(), width, height, slots), 0)
        os.pwrite(fd, _HELD, _HELD_AT)
        ring = cls(name, fd)
        ring.emitted = -1
        return ring

    @classmethod
    def attach(cls, delivery: Delivery) -> Ring | None:
        """Open the segment of ``delivery``; None when it is not here: the encoder is on another host."""
        try:
            fd = os.open(SHM_DIR / Path(delivery.ring).name, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return None
        ring = cls(delivery.ring, fd)
        if (ring.nonce, ring.width, ring.height) != (delivery.nonce, delivery.width, delivery.height):
            ring.close()
            return None
        return ring

    @property
    def slots(self) -> int:
        """How many frames may be under way at once."""
        return len(self._slots)

    @property
    def emitted(self) -> int:
        """The number of the last frame emitted; -1 before the first."""
        return int(self._emitted[0])

    @emitted.setter
    def emitted(self, frame: int) -> None:
        self._emitted[0] = frame

    @contextmanager
    def drawing(self, frame: int, *, second_of: int | None = None) -> Iterator[Drawing]:
        """The slot of ``frame``, locked for drawing. ``second_of`` is the fence of a second draw, which is of
        no use when the frame lies there already.

        Raises FrameRefused ("passed" when the encoder is past it, or "drawn already"), SlotBusy when somebody
        else has it.
        """
        if frame <= self.emitted:
            raise FrameRefused("passed", f"frame {frame} comes after its tick")
        slot = self._slots[frame % len(self._slots)]
        if not self._lock(slot, fcntl.F_WRLCK):
            raise SlotBusy(frame)
        try:
            if second_of is not None and self._lies_there(frame, second_of):
                raise FrameRefused("drawn already", f"frame {frame} is there already")
            yield Drawing(slot, frame)
        finally:
            self._lock(slot, fcntl.F_UNLCK)

    def look(self, frame: int) -> FrameDone | None:
        """The description of ``frame`` if it lies finished in its slot. Raises FrameRefused for garbage."""
        slot = self._slots[frame % len(self._slots)]
        if int(slot.frame[0]) != frame or not slot.finished():
            return None
        done = slot.done()
        if not picture_fits(done.drawn, done.rects, self.width, self.height):
            raise FrameRefused("garbage", f"frame {frame} has rectangles outside the canvas", done.worker)
        if done.frame != frame:
            raise FrameRefused("garbage", f"frame {frame} says that it is {done.frame}", done.worker)
        return done

    def copy_to(
        self, canvas: Planes, frame: int, fits: Callable[[FrameDone], bool] = _anything
    ) -> FrameDone | None:
        """Copy the rects of ``frame`` onto ``canvas``, a picture of its size; None when its slot is being
        drawn, is not finished, or holds what does not fit: somebody may have drawn there since the last look.

        Raises FrameRefused for garbage. Unless the frame is copied the canvas is untouched.
        """
        slot = self._slots[frame % len(self._slots)]
        if not self._lock(slot, fcntl.F_RDLCK):
            return None
        try:
            done = self.look(frame)
            if done is None or not fits(done):
                return None
            canvas.copy_from(slot.picture(done.drawn), done.rects)
            return done
        finally:
            self._lock(slot, fcntl.F_UNLCK)

    def close(self, *, unlink: bool = False) -> None:
        """Let go of the segment; ``unlink`` removes its name as well. Views given out stay valid."""
        os.close(self._fd)
        if unlink:
            (SHM_DIR / self.name).unlink(missing_ok=True)

    def _lies_there(self, frame: int, fence: int) -> bool:
        """Whether ``frame`` was drawn for the owner of ``fence`` or a later one."""
        try:
            done = self.look(frame)
        except FrameRefused:
            return False
        return done is not None and done.fence >= fence

    def _lock(self, slot: _Slot, kind: int) -> bool:
        """Take or release the slot's lock without waiting; whether it was had."""
        return _lock(self._fd, kind, slot.offset)


class Drawing:
    """A slot that this process may draw into until the ``with`` block of :meth:`Ring.drawing` ends."""

    def __init__(self, slot: _Slot, frame: int) -> None:
        self._slot = slot
        self._frame = frame
        slot.counters[0] += 1

    @property
    def planes(self) -> Planes:
        """A picture of the canvas's size."""
        return self.picture(None)

    def picture(self, drawn: Size | None) -> Planes:
        """A picture of the size ``drawn``, which the canvas's is not smaller than."""
        return self._slot.picture(drawn)

    def finish(self, done: FrameDone) -> None:
        """Describe what was drawn; from here on the encoder may use it."""
        description = to_pack(done)
        if len(description) > len(self._slot.description):
            raise FrameRefused("garbage", f"the description of frame {done.frame} is too long")
        self._slot.description[: len(description)] = description
        self._slot.length[0] = len(description)
        self._slot.frame[0] = self._frame
        self._slot.counters[1] = self._slot.counters[0]
