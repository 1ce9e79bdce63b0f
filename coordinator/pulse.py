"""Which encoder processes tick, as their credits show; a coordinator hears those of its own streams."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from farm.messages import Credit

SILENT_NS = 1_000_000_000
"""A process that gave no credit for this long, or for three of its frames, does not tick."""


class _Beat(NamedTuple):
    heard_ns: int
    credit: Credit


class Pulse:
    """The newest credit of each stream and when it came."""

    def __init__(self) -> None:
        self._since_ns: dict[str, int] = {}
        self._beats: dict[str, _Beat] = {}

    def follow(self, streams: Iterable[str], now_ns: int) -> None:
        """From ``now_ns`` on the credits of ``streams`` are heard, and no others: silence before that says
        nothing."""
        self._since_ns = {stream: self._since_ns.get(stream, now_ns) for stream in streams}
        self._beats = {stream: beat for stream, beat in self._beats.items() if stream in self._since_ns}

    def hear(self, credit: Credit, now_ns: int) -> None:
        """A credit came. While a stream moves two processes give them; the newer epoch counts."""
        beat = self._beats.get(credit.stream)
        if beat is not None and credit.epoch < beat.credit.epoch and self.ticks(credit.stream, now_ns):
            return
        self._beats[credit.stream] = _Beat(now_ns, credit)

    def ticks(self, stream: str, now_ns: int) -> bool:
        """Whether its process gave credit a moment ago."""
        beat = self._beats.get(stream)
        return beat is not None and now_ns - beat.heard_ns < _patience_ns(beat.credit)

    def silent(self, stream: str, now_ns: int) -> bool:
        """Whether it is certain that no process of it ticks: nothing came although we listened."""
        beat, since_ns = self._beats.get(stream), self._since_ns.get(stream)
        patience_ns = SILENT_NS if beat is None else _patience_ns(beat.credit)
        listened = since_ns is not None and now_ns - since_ns >= patience_ns
        return listened and not self.ticks(stream, now_ns)

    def epoch(self, stream: str) -> int | None:
        """The epoch of the last credit."""
        beat = self._beats.get(stream)
        return None if beat is None else beat.credit.epoch

    def frames_wanted(self, now_ns: int) -> int:
        """How many frames all ticking processes that are heard want to be under way."""
        return sum(beat.credit.lead for stream, beat in self._beats.items() if self.ticks(stream, now_ns))


def _patience_ns(credit: Credit) -> int:
    return max(SILENT_NS, int(3_000_000_000 / credit.fps))
