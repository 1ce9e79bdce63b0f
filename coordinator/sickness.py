"""Which workers fail where others do not: pure, over what workers count of themselves.

A worker is judged against the others on the same streams. Of each stream that others draw too, their rate of
failure says how many of this worker's frames would have failed in anybody's hands; what goes beyond that is
its own. So a scene on which every worker fails blames the scene, a farm that is too slow as a whole blames
nobody, and where only one worker draws nothing can be said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from farm.workforce import Deeds, WorkerSign

HALF_LIFE_NS = 10_000_000_000
"""What a worker did so long ago counts half."""
FADED = 0.01
"""Less than this is forgotten."""
FEW = 5.0
"""Fewer frames than these say nothing."""
SICK_SHARE = 0.2
"""Of its frames fail on its own account: it is sick."""
TOLERANCE = 4.0
"""So many times as many failures as others would have had are still put down to bad luck."""
FAILING_SHARE = 0.5
"""Of a scene's frames fail with every worker: the scene is at fault."""
MOST_COUNTED = 4096
"""Pairs of worker and stream whose garbage is remembered."""
_LOST = ("failed", "crashed", "stuck")
_POOR = ("slow", "flawed")
Pair = tuple[str, str]
"""(worker, stream)."""


@dataclass(slots=True)
class Tried:
    """Frames that a worker took, and how many of them failed, by kind. Not whole numbers: they fade."""

    frames: float = 0.0
    failures: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def failed(self) -> float:
        """Failures of any kind, at most one a frame."""
        return min(self.frames, sum(self.failures.values()))

    def add(self, frames: float, failures: Mapping[str, float]) -> None:
        """Count more."""
        self.frames += frames
        for kind, count in failures.items():
            if count:
                self.failures[kind] += count

    def fade(self, share: float) -> None:
        """Keep ``share`` of all counts."""
        self.frames *= share
        for kind in self.failures:
            self.failures[kind] *= share


class Verdict(NamedTuple):
    """How one worker does beside the others."""

    frames: float
    """Those of streams that others draw too."""
    own: float
    """Failures on its own account: beyond TOLERANCE times what others would have had."""
    reason: str
    """What most of its failures were; empty when there are none."""

    @property
    def sick(self) -> bool:
        """Whether it fails where others do not."""
        return self.own >= max(FEW, SICK_SHARE * self.frames)


def verdict(worker: str, tried: Mapping[Pair, Tried], peers: Collection[str]) -> Verdict:
    """How ``worker`` does beside ``peers``."""
    frames = failures = 0.0
    kinds: defaultdict[str, float] = defaultdict(float)
    for (name, stream), own in tried.items():
        if name != worker:
            continue
        others = [tried[peer, stream] for peer in peers if peer != worker and (peer, stream) in tried]
        theirs = sum(other.frames for other in others)
        if theirs < FEW:
            continue
        frames += own.frames
        expected = own.frames * sum(other.failed() for other in others) / theirs
        failures += max(0.0, own.failed() - TOLERANCE * expected)
        for kind, count in own.failures.items():
            kinds[kind] += count
    reason = max(kinds, key=kinds.__getitem__, default="")
    return Verdict(frames, failures, reason)


def failing_scenes(tried: Mapping[Pair, Tried]) -> dict[str, str]:
    """The streams whose frames are lost whoever takes them, each with what becomes of most of them."""
    by_stream: dict[str, list[Tried]] = {}
    for (_, stream), each in tried.items():
        if each.frames >= FEW:
            by_stream.setdefault(stream, []).append(each)
    found = {}
    for stream, all_tried in by_stream.items():
        if all(_lost(each) >= FAILING_SHARE * each.frames for each in all_tried):
            kinds = {kind: sum(each.failures[kind] for each in all_tried) for kind in _LOST}
            found[stream] = max(kinds, key=kinds.__getitem__)
    return found


def _lost(tried: Tried) -> float:
    return sum(tried.failures.get(kind, 0.0) for kind in _LOST)


class Practice:
    """What all workers did lately. Made of counts that only grow; a worker that begins anew starts from 0."""

    def __init__(self) -> None:
        self.tried: dict[Pair, Tried] = {}
        self._seen: dict[str, WorkerSign] = {}
        self._garbage: dict[Pair, int] | None = None
        self._faded_ns: int | None = None

    def learn(self, signs: Iterable[WorkerSign], garbage: Mapping[Pair, int], now_ns: int) -> None:
        """Take in heartbeats, and how many of each worker's frames encoder processes found to be garbage."""
        self._fade(now_ns)
        seen = {sign.name: sign for sign in signs}
        for name, sign in seen.items():
            known = self._seen.get(name)
            if known is not None and known.pid == sign.pid:
                for stream, deeds in sign.streams.items():
                    self._count((name, stream), deeds, known.streams.get(stream, Deeds()))
        self._seen = seen
        self._learn_garbage(garbage)

    def _learn_garbage(self, garbage: Mapping[Pair, int]) -> None:
        if self._garbage is not None:
            for pair, count in garbage.items():
                self._at(pair).add(0, {"garbage": max(0, count - self._garbage.get(pair, 0))})
        # A report that is missing once must not make all that it counted new.
        known = {**(self._garbage or {}), **garbage}
        self._garbage = dict(list(known.items())[-MOST_COUNTED:])

    def forget(self, worker: str) -> None:
        """Judge ``worker`` by what it does from now on."""
        for pair in [pair for pair in self.tried if pair[0] == worker]:
            del self.tried[pair]

    def _count(self, pair: Pair, deeds: Deeds, before: Deeds) -> None:
        news = {kind: max(0, getattr(deeds, kind) - getattr(before, kind)) for kind in (*_LOST, *_POOR)}
        taken = max(0, deeds.drawn - before.drawn) + sum(news[kind] for kind in _LOST)
        if taken:
            self._at(pair).add(taken, news)

    def _at(self, pair: Pair) -> Tried:
        return self.tried.setdefault(pair, Tried())

    def _fade(self, now_ns: int) -> None:
        if self._faded_ns is not None:
            share = 0.5 ** ((now_ns - self._faded_ns) / HALF_LIFE_NS)
            for pair, tried in list(self.tried.items()):
                tried.fade(share)
                if tried.frames + sum(tried.failures.values()) < FADED:
                    del self.tried[pair]
        self._faded_ns = now_ns
