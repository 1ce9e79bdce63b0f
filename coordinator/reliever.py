"""Watches how hard each stream has it, and has overloaded ones do with less: the ladder's way in and out.

Once a second each encoder process reports; every report is one reading. Where a stream stands is kept in
Redis, so that another coordinator goes on there, and is what the encoder process and the API see of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from coordinator import batching
from coordinator.batching import Batching
from coordinator.degrade import (
    EASE_NS,
    MAX_EASE_NS,
    Measures,
    Position,
    Rung,
    advance,
    allowed_rungs,
    measures,
)
from coordinator.isolation import Isolation
from coordinator.strain import Cause, Strain, strain_of
from farm.clock import Clock
from farm.errors import NotFound
from farm.log import get_logger
from farm.messages import Desired, Event, Relief, StreamReport, to_json
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.events import EventLog
from farm.store.leases import Lease, LeaseStore
from farm.store.reading import readable
from farm.store.scenes import SceneStore
from farm.store.streams import StreamRecord
from scene.mistakes import SceneMistakes
from scene.show import stored_show

log = get_logger(__name__)

WORDS = {
    Cause.FARM: "the workers cannot draw fast enough",
    Cause.ENCODER: "encoding takes longer than a frame lasts",
    Cause.HOST: "the encoder's host has no processor time left",
}


SINGLY = Batching()


class Limits(NamedTuple):
    """How far streams may be degraded, and what is fixed."""

    enabled: bool = True
    min_fps: int = 10
    min_height: int = 360
    batch: int | None = None
    """Frames to a task; None leaves it to the load."""


class Held(NamedTuple):
    """A stream that this coordinator drives."""

    lease: Lease
    record: StreamRecord
    revision: int


@dataclass(slots=True)
class _Watched:
    """What is known of one stream."""

    started_wall_ms: int | None
    position: Position
    since_wall_ms: int
    cause: str | None
    unhurried: bool
    """No tick waits for its frames: it is never degraded, and many of them to a task cost nobody anything."""
    batching: Batching = SINGLY
    report: StreamReport | None = None
    revision: int = 0
    """The one that was looked into, for ``optional``."""
    optional: bool = False
    """Whether layers of it may be left out."""


class Reliever:
    """Decides for the streams whose leases are held. Methods raise StoreUnavailable."""

    def __init__(
        self,
        redis: FarmRedis,
        leases: LeaseStore,
        events: EventLog,
        clock: Clock,
        limits: Limits,
        cpu_ns: Callable[[], int] = time.process_time_ns,
    ) -> None:
        self._redis = redis
        self._leases = leases
        self._events = events
        self._scenes = SceneStore(redis)
        self._clock = clock
        self._limits = limits
        self._cpu_ns = cpu_ns
        self._looked: tuple[int, int] | None = None
        self._streams: dict[str, _Watched] = {}
        self._isolation = Isolation()

    def measures(self, stream: str) -> Measures:
        """What ``stream`` is to do with."""
        watched = self._streams.get(stream)
        taken = measures(frozenset(watched.position.rungs)) if watched else Measures()
        if self._limits.batch is not None:
            return taken._replace(batch=self._limits.batch)
        if watched is not None and watched.unhurried:
            return taken._replace(batch=watched.batching.frames)
        batch = max(taken.batch, watched.batching.frames if watched else 1)
        return taken._replace(batch=batch, ahead=batch - 1)

    def look(self, held: Mapping[str, Held]) -> set[str]:
        """Read what is new of the streams ``held``; those whose measures are others now."""
        for stream in self._streams.keys() - held.keys():
            del self._streams[stream]
        if not held:
            return set()
        busy = self._busy()
        streams = list(held)
        with self._redis.pipeline(transaction=False) as pipe:
            pipe.mget([keys.report(stream) for stream in streams])
            pipe.mget([keys.preview_wanted(stream) for stream in streams])
            reports, previews = pipe.execute()
        changed = set()
        for stream, data, preview in zip(streams, reports, previews, strict=True):
            with self._isolation.around(stream):
                before = self.measures(stream)
                self._read(held[stream], readable(data, StreamReport), busy, shown=preview is not None)
                if self.measures(stream) != before:
                    changed.add(stream)
        return changed

    def _busy(self) -> float:
        """The share of a processor that this process took since the last look."""
        now = (self._clock.monotonic_ns(), self._cpu_ns())
        before, self._looked = self._looked or now, now
        return (now[1] - before[1]) / max(1, now[0] - before[0])

    def _read(self, held: Held, report: StreamReport | None, busy: float, *, shown: bool) -> None:
        stream, record = held.lease.stream, held.record
        watched = self._streams.get(stream) or self._known(stream, record)
        self._streams[stream] = watched
        if watched.unhurried:
            watched.batching = Batching(batching.unhurried(report.draw_ms if report else 0.0))
            return
        if record.desired is Desired.STOPPED or watched.started_wall_ms != record.started_wall_ms:
            self._begin_anew(held, watched)
        if report is None or report == watched.report:
            return
        fps = record.config.fps
        before, watched.report = watched.report, report
        strain = strain_of(before, report, fps)
        if strain is None:
            return
        watched.batching = batching.advance(watched.batching, strain, busy)
        position = watched.position
        watched.position = advance(
            position, strain, self._available(held, watched, strain, shown=shown), self._clock.monotonic_ns()
        )
        if watched.position.rungs != position.rungs:
            self._step(held, watched, position, strain)

    def _available(self, held: Held, watched: _Watched, strain: Strain, *, shown: bool) -> frozenset[Rung]:
        """The rungs that would change something for the stream, and that are allowed."""
        if not self._limits.enabled or strain.cause is None:
            return frozenset()
        config, limits = held.record.config, self._limits
        rungs = allowed_rungs(config.fps, config.height, min_fps=limits.min_fps, min_height=limits.min_height)
        if limits.batch is not None or strain.draw_ms > batching.DEAR_MS:
            rungs -= {Rung.BATCH}
        if not shown:
            rungs -= {Rung.PREVIEW}
        if Rung.LAYERS not in watched.position.rungs and not self._has_optional(held, watched):
            rungs -= {Rung.LAYERS}
        return rungs

    def _has_optional(self, held: Held, watched: _Watched) -> bool:
        """Whether layers of the scene on air may be left out. A scene may take megabytes: it is read once."""
        if watched.revision != held.revision:
            watched.optional = self._leaves_out(held)
            watched.revision = held.revision
        return watched.optional

    def _leaves_out(self, held: Held) -> bool:
        """Whether the newest scene says of layers that they may be left out."""
        try:
            show = stored_show(self._scenes.load(held.record.scene_stream, held.revision))
            layers = show.scenes[show.program].get("layers", ())
        except (NotFound, SceneMistakes, LookupError):
            return False
        return any(layer.get("optional") is True for layer in layers)

    def _known(self, stream: str, record: StreamRecord) -> _Watched:
        """The stream as whoever drove it before left it."""
        relief = readable(self._redis.get(keys.relief(stream)), Relief) or Relief()
        rungs = tuple(rung for rung in Rung if rung in relief.rungs)
        ease_ns = max(EASE_NS, min(MAX_EASE_NS, relief.ease_ms * 1_000_000))
        position = Position(rungs, ease_ns)
        unhurried = record.config.pace == "free"
        return _Watched(record.started_wall_ms, position, relief.since_wall_ms, relief.cause, unhurried)

    def _begin_anew(self, held: Held, watched: _Watched) -> None:
        """A stream that is off the air, or on air anew, has all that it was ordered with."""
        watched.started_wall_ms = held.record.started_wall_ms
        watched.report = None
        if watched.position != Position():
            watched.position, watched.cause = Position(), None
            self._leases.write(held.lease, keys.relief(held.lease.stream), to_json(Relief()))

    def _step(self, held: Held, watched: _Watched, before: Position, strain: Strain) -> None:
        """Keep where the stream is now, and tell of it."""
        stream, rungs = held.lease.stream, watched.position.rungs
        climbed = len(rungs) > len(before.rungs)
        [rung] = set(rungs) ^ set(before.rungs)
        watched.since_wall_ms = self._clock.wall_ms()
        if strain.cause is not None:
            watched.cause = WORDS[strain.cause]
        relief = Relief(
            rungs=tuple(str(taken) for taken in rungs),
            cause=watched.cause if rungs else None,
            since_wall_ms=watched.since_wall_ms,
            ease_ms=watched.position.ease_ns // 1_000_000,
        )
        if not self._leases.write(held.lease, keys.relief(stream), to_json(relief)):
            return
        kind = "stream:degraded" if climbed else "stream:recovered"
        data = {
            "step": str(rung),
            "level": len(rungs),
            "steps": list(relief.rungs),
            "reason": watched.cause if climbed else "there is room again",
            "fps": float(held.record.config.fps / measures(frozenset(rungs)).hold),
            "missed": round(strain.missed, 3),
            "tickMs": round(strain.tick_ms, 2),
            "queueMs": round(strain.queue_ms, 2),
            "drawMs": round(strain.draw_ms, 2),
            "encodeMs": round(strain.encode_ms, 2),
            "hostCpuPercent": round(strain.host_cpu_percent, 1),
        }
        (log.warning if climbed else log.info)(kind, stream=stream, **data)
        self._events.publish(Event(kind, stream, watched.since_wall_ms, data))
