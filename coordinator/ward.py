"""Looks after the workers: judges them once a second, blocks and returns them, and tells people.

Every coordinator learns from the heartbeats; the one whose turn it is decides. Where each worker stands is
kept in Redis, where the workers themselves, the encoder processes and the API read it: a worker that is
blocked takes no more frames, and encoder processes refuse what it sends if it does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from coordinator.probation import Case, Move, Patient, Step, case_of, review, standing_of
from coordinator.sickness import Pair, Practice, failing_scenes, verdict
from farm.clock import Clock
from farm.log import get_logger
from farm.messages import Event, StreamReport
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.events import EventLog
from farm.store.reading import readable
from farm.store.workers import WorkerStore
from farm.workforce import Deeds, WorkerSign, WorkerState

log = get_logger(__name__)

REPEAT_NS = 60_000_000_000
"""So often people are told that a scene fails."""
_REPLACED = ("crashed", "stuck", "grown")


class Ward:
    """One coordinator's view of the workers. Methods raise StoreUnavailable."""

    def __init__(self, redis: FarmRedis, events: EventLog, clock: Clock, *, name: str) -> None:
        self._redis = redis
        self._store = WorkerStore(redis)
        self._events = events
        self._clock = clock
        self._name = name
        self._practice = Practice()
        self._cases: dict[str, Case] | None = None
        self._signs: dict[str, WorkerSign] = {}
        self._told_failing_ns: dict[str, int] = {}
        self.drawers = 0
        """How many frames the workers that are not blocked can draw at once."""
        self.counts: Counter[str] = Counter()
        """Blocks, returns and replacements so far."""

    def look(self, streams: Collection[str]) -> None:
        """Look at all workers, and at what was said of their frames in ``streams``."""
        now_ns = self._clock.monotonic_ns()
        signs = {sign.name: sign for sign in self._store.signs()}
        standings = self._store.standings()
        self.drawers = sum(
            sign.processes
            for name, sign in signs.items()
            if name not in standings or standings[name].state is not WorkerState.BLOCKED
        )
        reports = self._reports(streams)
        self._practice.learn(signs.values(), _garbage(reports), now_ns)
        if self._store.take_turn(self._name):
            if self._cases is None:
                self._cases = {name: case_of(standing, now_ns) for name, standing in standings.items()}
            on_air = [report.stream for report in reports]
            self._judge(self._cases, signs, on_air, now_ns)
            self._tell_replaced(signs, on_air)
            self._tell_failing(on_air, now_ns)
        else:
            self._cases = None
        self._signs = signs

    def _judge(
        self, before: Mapping[str, Case], signs: Mapping[str, WorkerSign], on_air: Iterable[str], now_ns: int
    ) -> None:
        tried = self._practice.tried
        peers = [name for name in signs if name not in before or before[name].state is WorkerState.WORKING]
        patients = {name: Patient(sign.pid, verdict(name, tried, peers)) for name, sign in signs.items()}
        self._cases, steps = review(before, patients, now_ns)
        if self._cases or before:
            self._store.keep({name: standing_of(case, now_ns) for name, case in self._cases.items()})
        for step in steps:
            self._practice.forget(step.worker)
            self._announce(step, on_air)

    def _announce(self, step: Step, on_air: Iterable[str]) -> None:
        if step.move is Move.BLOCK:
            seconds = step.block_ns // 1_000_000_000
            log.warning("worker blocked", worker=step.worker, reason=step.reason, seconds=seconds)
            self._count_and_tell("blocked", on_air, worker=step.worker, reason=step.reason, seconds=seconds)
        elif step.move is Move.RETURN:
            log.info("worker returned", worker=step.worker, reason=step.reason)
            self._count_and_tell("returned", on_air, worker=step.worker, reason=step.reason)
        else:
            log.info("worker on probation", worker=step.worker, reason=step.reason)

    def _tell_replaced(self, signs: Mapping[str, WorkerSign], on_air: Iterable[str]) -> None:
        """Processes that died, hung or grew too large since the last look, and workers that began anew."""
        for name, sign in signs.items():
            known = self._signs.get(name)
            if known is None:
                continue
            for reason in _replacements(known, sign):
                log.warning("worker replaced", worker=name, reason=reason)
                self._count_and_tell("replaced", on_air, worker=name, reason=reason)

    def _tell_failing(self, on_air: Collection[str], now_ns: int) -> None:
        """Scenes that no worker can draw."""
        failing = failing_scenes(self._practice.tried)
        self._told_failing_ns = {s: ns for s, ns in self._told_failing_ns.items() if now_ns - ns < REPEAT_NS}
        for stream, reason in failing.items():
            if stream in on_air and stream not in self._told_failing_ns:
                self._told_failing_ns[stream] = now_ns
                log.warning("no worker can draw this scene", stream=stream, reason=reason)
                self._tell("scene:failing", stream, {"reason": reason})

    def _count_and_tell(self, what: str, on_air: Iterable[str], **data: object) -> None:
        self.counts[what] += 1
        for stream in on_air:
            self._tell(f"worker{what.capitalize()}", stream, data)

    def _tell(self, kind: str, stream: str, data: Mapping[str, object]) -> None:
        self._events.publish(Event(kind, stream, self._clock.wall_ms(), dict(data)))

    def _reports(self, streams: Collection[str]) -> list[StreamReport]:
        answers = self._redis.mget([keys.report(stream) for stream in streams]) if streams else []
        return [report for data in answers if (report := readable(data, StreamReport)) is not None]


def _garbage(reports: Iterable[StreamReport]) -> dict[Pair, int]:
    return {
        (worker, report.stream): count for report in reports for worker, count in report.garbage_by.items()
    }


def _replacements(known: WorkerSign, sign: WorkerSign) -> list[str]:
    """Why processes of a worker were replaced between two heartbeats, each reason once."""
    if known.pid != sign.pid:
        return ["restarted"]
    before, after = _sums(known.streams), _sums(sign.streams)
    return [kind for kind in _REPLACED if after[kind] > before[kind]]


def _sums(streams: Mapping[str, Deeds]) -> Counter[str]:
    return Counter({kind: sum(getattr(deeds, kind) for deeds in streams.values()) for kind in _REPLACED})
