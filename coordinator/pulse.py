"""Which encoder processes tick, as their credits show; every coordinator hears all of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from farm.messages import Credit

SILENT_NS = 1_000_000_000
"""A process that gave no credit for this long, or for three of its frames, does not tick."""


class _Beat(NamedTuple):
    heard_ns: int
    credit: Credit


class Pulse:
    """The newest credit of each stream and when it came."""

    def __init__(self, listening_since_ns: int) -> None:
        self._listening_since_ns = listening_since_ns
        self._beats: dict[str, _Beat] = {}

    def deaf_until(self, now_ns: int) -> None:
        """Credits before ``now_ns`` could not be heard: silence until then says nothing."""
        self._listening_since_ns = now_ns

    def hear(self, credit: Credit, now_ns: int) -> None:
        """A credit came."""
        self._beats[credit.stream] = _Beat(now_ns, credit)

    def ticks(self, stream: str, now_ns: int) -> bool:
        """Whether its process gave credit a moment ago."""
        beat = self._beats.get(stream)
        return beat is not None and now_ns - beat.heard_ns < _patience_ns(beat.credit)

    def silent(self, stream: str, now_ns: int) -> bool:
        """Whether it is certain that no process of it ticks: nothing came although we listened."""
        beat = self._beats.get(stream)
        patience_ns = SILENT_NS if beat is None else _patience_ns(beat.credit)
        return now_ns - self._listening_since_ns >= patience_ns and not self.ticks(stream, now_ns)

    def epoch(self, stream: str) -> int | None:
        """The epoch of the last credit."""
        beat = self._beats.get(stream)
        return None if beat is None else beat.credit.epoch

    def frames_wanted(self, now_ns: int) -> int:
        """How many frames all ticking processes together want to be under way."""
        return sum(beat.credit.lead for stream, beat in self._beats.items() if self.ticks(stream, now_ns))

    def forget_all_but(self, streams: Collection[str]) -> None:
        """Keep nothing of streams that do not exist any more."""
        for stream in self._beats.keys() - set(streams):
            del self._beats[stream]


def _patience_ns(credit: Credit) -> int:
    return max(SILENT_NS, int(3_000_000_000 / credit.fps))
