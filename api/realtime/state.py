"""What the realtime servers read of Redis: one asyncio client, a few whole pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from farm.messages import Event, Relief, StreamReport
from farm.store import keys
from farm.store.async_connection import AsyncFarmRedis
from farm.store.connection import as_text
from farm.store.reading import readable
from farm.store.streams import StreamRecord, StreamStatus
from farm.tasks import LANES

NO_RELIEF = Relief()


class Component(NamedTuple):
    """One process that says it is alive. ``beat`` is what its heartbeat says of itself."""

    kind: str
    name: str
    beat: dict[str, Any]


class Condition(NamedTuple):
    """How a stream is doing: the coordinator's word and the encoder process's."""

    status: StreamStatus
    report: StreamReport | None
    relief: Relief = NO_RELIEF


class LogEntry(NamedTuple):
    """One entry of a stream's event log."""

    id: str
    event: Event


class Snapshot(NamedTuple):
    """The whole farm at one moment, for metrics."""

    streams: tuple[tuple[StreamRecord, Condition], ...]
    components: tuple[Component, ...]
    queue_tasks: int
    draining: frozenset[str] = frozenset()
    """Encoder nodes that drain."""


class LogSpan(NamedTuple):
    """What a stream's event log holds."""

    first_id: str
    """The id of its oldest entry; "" when it is empty."""
    trimmed: bool
    """Whether older entries are gone."""


def _condition(status: bytes | None, report: bytes | None, relief: bytes | None) -> Condition:
    return Condition(
        readable(status, StreamStatus) or StreamStatus(),
        readable(report, StreamReport),
        readable(relief, Relief) or NO_RELIEF,
    )


def _component(key: str, data: bytes) -> Component:
    """A heartbeat; one that says nothing readable shows that the process lives all the same."""
    node = keys.node("")
    label = f"encoder:{key.removeprefix(node)}" if key.startswith(node) else key
    kind, _, name = label.removeprefix(keys.component("")).partition(":")
    return Component(kind, name, readable(data, dict) or {})


class FarmState:
    """Reads the farm's state. All methods raise StoreUnavailable when Redis does not answer."""

    def __init__(self, redis: AsyncFarmRedis) -> None:
        self._redis = redis

    async def ping(self) -> None:
        """Return when Redis answers."""
        await self._redis.execute_command("PING")

    async def record(self, stream: str) -> StreamRecord | None:
        """The record of ``stream``, None when there is no such stream."""
        return readable(await self._redis.execute_command("HGET", keys.STREAMS, stream), StreamRecord)

    async def records(self) -> list[StreamRecord]:
        """Every record, oldest first."""
        answers = await self._redis.execute_command("HVALS", keys.STREAMS)
        records = [record for data in answers if (record := readable(data, StreamRecord)) is not None]
        return sorted(records, key=lambda record: (record.created_wall_ms, record.id))

    async def condition(self, stream: str) -> Condition | None:
        """How ``stream`` is doing; None when there is no such stream (any more)."""
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.hexists(keys.STREAMS, stream)
            pipe.mget(keys.status(stream), keys.report(stream), keys.relief(stream))
            exists, answers = await pipe.execute()
        return _condition(*answers) if exists else None

    async def components(self) -> tuple[Component, ...]:
        """Every process that reported within its expiry, by kind and name."""
        found = [as_text(key) for key in await self._redis.execute_command("ZRANGE", keys.HEARTBEATS, 0, -1)]
        beats = await self._redis.execute_command("MGET", *found) if found else []
        # The index knows those that beat no more for a while longer.
        living = [_component(key, data) for key, data in zip(found, beats, strict=True) if data is not None]
        return tuple(sorted(living, key=lambda component: (component.kind, component.name)))

    async def snapshot(self) -> Snapshot:
        """Everything that the metrics show."""
        records = await self.records()
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.smembers(keys.DRAINING_NODES)
            for lane in LANES.values():
                pipe.llen(lane)
            for record in records:
                pipe.mget(keys.status(record.id), keys.report(record.id), keys.relief(record.id))
            draining, *answers = await pipe.execute()
        conditions = [_condition(*answer) for answer in answers[len(LANES) :]]
        return Snapshot(
            streams=tuple(zip(records, conditions, strict=True)),
            components=await self.components(),
            queue_tasks=sum(answers[: len(LANES)]),
            draining=frozenset(map(as_text, draining)),
        )

    async def log_end(self, stream: str) -> str:
        """The id of the newest event; "0-0" when there is none."""
        newest = await self._redis.execute_command("XREVRANGE", keys.events(stream), "+", "-", "COUNT", 1)
        return as_text(newest[0][0]) if newest else "0-0"

    async def log_after(self, stream: str, after: str, count: int) -> list[LogEntry]:
        """At most ``count`` entries of the log that are newer than the id ``after``, oldest first."""
        found = await self._redis.execute_command(
            "XRANGE", keys.events(stream), f"({after}", "+", "COUNT", count
        )
        return _entries(found)

    async def wait_log(self, stream: str, after: str, *, count: int, wait_ms: int) -> list[LogEntry]:
        """Like :meth:`log_after`, but waits for the first entry; empty after ``wait_ms``."""
        found = await self._redis.execute_command(
            "XREAD", "COUNT", count, "BLOCK", wait_ms, "STREAMS", keys.events(stream), after
        )
        return _entries(found[0][1]) if found else []

    async def log_span(self, stream: str) -> LogSpan:
        """What the log holds."""
        if not await self._redis.execute_command("EXISTS", keys.events(stream)):
            return LogSpan("", trimmed=False)
        info = await self._redis.execute_command("XINFO STREAM", keys.events(stream))
        first = info["first-entry"]
        return LogSpan(as_text(first[0]) if first else "", info["entries-added"] > info["length"])


def _entries(found: Sequence[tuple[bytes, dict[bytes, bytes]]]) -> list[LogEntry]:
    return [
        LogEntry(as_text(entry_id), event)
        for entry_id, fields in found
        if (event := readable(fields.get(b"event"), Event)) is not None
    ]
