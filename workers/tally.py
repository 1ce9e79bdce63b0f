"""What the children of a worker do, on pages that they share with their master and hand on when they die.

Each child has a page of its own: the frame at hand, so that whoever comes after a killed child, and the
master of one that hangs, know over which stream it was; and the counts of all frames, which go on over the
lives of the processes.

Layout of a page, all numbers little-endian, offsets in bytes:

    0     q    the child's process id
    8     q    monotonic ns since when it draws, 0 while it does not
    16    B    1 when the master ended it, because it hung
    18    H    length of the stream's id
    20         the stream's id, UTF-8, at most 128 bytes
    160   2I   begin and end number of the counts, equal only when they are whole
    168   I    length of the counts
    256        the counts as MessagePack: {stream: Deeds}
"""

from __future__ import annotations

import mmap
import os
import signal
import struct
from contextlib import suppress

import msgspec

from farm.messages import from_pack, to_pack
from farm.workforce import Deeds
from workers.cache import RecentCache

PAGE_BYTES = 16_384
MOST_STREAMS = 48
"""Streams whose counts a child keeps: those that it drew last."""
_HAND = struct.Struct("<qqBxH128s")
_SINCE = struct.Struct("<q")
_COUNTS = struct.Struct("<3I")
_SINCE_AT, _HUNG_AT, _COUNTS_AT, _TEXT_AT = 8, 16, 160, 256


class TallySheet:
    """The pages. Made before the fork."""

    def __init__(self, children: int) -> None:
        self._children = children
        self._memory = mmap.mmap(-1, children * PAGE_BYTES)
        self._known: dict[int, dict[str, Deeds]] = {}

    def tally(self, child: int) -> Tally:
        """The page of ``child``, counted from 0, to write on; by that child itself."""
        return Tally(self._memory, (child % self._children) * PAGE_BYTES)

    def totals(self) -> dict[str, Deeds]:
        """What all children together did, by stream."""
        totals: dict[str, Deeds] = {}
        for child in range(self._children):
            counts = _counts(self._memory, child * PAGE_BYTES)
            if counts is not None:
                self._known[child] = counts
            for stream, deeds in self._known.get(child, {}).items():
                totals.setdefault(stream, Deeds()).add(deeds)
        return totals

    def end_stuck(self, now_ns: int, patience_ns: int) -> list[int]:
        """Kill the children that have been drawing one frame for longer than ``patience_ns``; their ids."""
        ended = []
        for child in range(self._children):
            page = child * PAGE_BYTES
            pid, since_ns, hung, _, _ = _HAND.unpack_from(self._memory, page)
            if since_ns and not hung and now_ns - since_ns > patience_ns:
                self._memory[page + _HUNG_AT] = 1
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                ended.append(pid)
        return ended


class Tally:
    """One child's page. Goes on where the child before it stopped, and counts how that one ended."""

    def __init__(self, memory: mmap.mmap, page: int) -> None:
        self._memory = memory
        self._page = page
        self._deeds: RecentCache[str, Deeds] = RecentCache(MOST_STREAMS)
        for stream, deeds in (_counts(memory, page) or {}).items():
            self._deeds.put(stream, deeds)
        pid, since_ns, hung, length, name = _HAND.unpack_from(memory, page)
        if since_ns and pid != os.getpid() and not _alive(pid):
            self._bury(name[:length].decode(errors="replace"), hung=bool(hung))

    def begin(self, stream: str, now_ns: int) -> None:
        """A frame of ``stream`` is at hand."""
        name = stream.encode()[:128]
        _HAND.pack_into(self._memory, self._page, os.getpid(), now_ns, 0, len(name), name)

    def end(self) -> None:
        """It is no longer."""
        _SINCE.pack_into(self._memory, self._page + _SINCE_AT, 0)

    def of(self, stream: str) -> Deeds:
        """The counts of ``stream``, to be changed."""
        deeds = self._deeds.get(stream)
        if deeds is None:
            deeds = Deeds()
            self._deeds.put(stream, deeds)
        return deeds

    def newest(self) -> list[tuple[str, Deeds]]:
        """The stream that was drawn last, with its counts; empty before the first."""
        return self._deeds.items()[-1:]

    def write(self) -> None:
        """Let the master see the counts."""
        text = to_pack(dict(self._deeds.items()))
        begun, _, _ = _COUNTS.unpack_from(self._memory, self._page + _COUNTS_AT)
        number = (begun + 1) % 2**32
        start = self._page + _TEXT_AT
        _COUNTS.pack_into(self._memory, self._page + _COUNTS_AT, number, begun, 0)
        self._memory[start : start + len(text)] = text
        _COUNTS.pack_into(self._memory, self._page + _COUNTS_AT, number, number, len(text))

    def _bury(self, stream: str, *, hung: bool) -> None:
        """The child before this one died with a frame in its hands."""
        deeds = self.of(stream)
        if hung:
            deeds.stuck += 1
        else:
            deeds.crashed += 1
        self.end()
        self.write()


def _counts(memory: mmap.mmap, page: int) -> dict[str, Deeds] | None:
    """None while they are being written."""
    begin, end, length = _COUNTS.unpack_from(memory, page + _COUNTS_AT)
    if begin != end or not length:
        return None
    start = page + _TEXT_AT
    try:
        return from_pack(memory[start : start + length], dict[str, Deeds])
    except msgspec.MsgspecError:
        return None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
