"""A farm around the coordinator under test: a real Redis, and encoder nodes that only pretend to encode."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from threading import Event as Flag
from threading import Thread
from typing import Any

from coordinator.loop import Coordinator
from farm.clock import SystemClock
from farm.messages import (
    Credit,
    Delivery,
    Desired,
    Event,
    FrameTask,
    NodeReport,
    ProcessReport,
    StreamConfig,
    StreamSpec,
    from_json,
    from_plain,
    to_json,
    to_pack,
)
from farm.store import keys
from farm.store.connection import FarmRedis, as_text, connect
from farm.store.heartbeats import beat, end_beat
from farm.store.scenes import SceneStore
from farm.store.snapshots import NO_SNAPSHOT, SnapshotStore
from farm.store.streams import StreamRecord, StreamStatus, StreamStore

DEFAULT_CONFIG = StreamConfig()
FPS = Fraction(30)
LEAD = 3
SLOTS = 8


def delivery(epoch: int = 1) -> Delivery:
    return Delivery("framefarm-ring", f"{epoch:032x}", "ff:mailbox:s:1", 64, 36, SLOTS)


def credit(
    emitted: int,
    canvas: int | None = None,
    *,
    stream: str = "s",
    epoch: int = 1,
    fence: int = 0,
    lead: int = LEAD,
) -> Credit:
    shown = emitted if canvas is None else canvas
    return Credit(stream, epoch, emitted, shown, lead, FPS, fence, delivery(epoch))


def record(
    stream: str = "s", created_wall_ms: int = 1, config: StreamConfig = DEFAULT_CONFIG
) -> StreamRecord:
    return StreamRecord(stream, stream, "owner", Desired.STOPPED, config, (), created_wall_ms)


def streams(redis: FarmRedis) -> StreamStore:
    return StreamStore(redis, SystemClock(), user_limit=100, global_limit=100)


class FakeNode:
    """An encoder node: it beats when told to, and its processes tick when told to."""

    def __init__(self, redis: FarmRedis, name: str = "node-1", capacity: int = 4) -> None:
        self.redis = redis
        self.name = name
        self.capacity = capacity
        self.processes: dict[str, ProcessReport] = {}

    def beat(self) -> None:
        report = NodeReport(self.name, self.capacity, self.processes)
        beat(self.redis, keys.node(self.name), to_json(report), expires_ms=600_000)

    def die(self) -> None:
        end_beat(self.redis, keys.node(self.name))

    def assigned(self) -> dict[str, StreamSpec]:
        specs = self.redis.hgetall(keys.assignments(self.name))
        return {as_text(stream): from_json(spec, StreamSpec) for stream, spec in specs.items()}

    def runs(self, stream: str, state: str = "running", reason: str | None = None) -> None:
        """The process of the generation that is assigned is in ``state``."""
        spec = self.assigned()[stream]
        self.processes[stream] = ProcessReport(spec.generation, state, 0, reason)
        self.beat()

    def tick(self, said: Credit) -> None:
        self.redis.publish(keys.credit(said.stream), to_pack(said))


def queued(redis: FarmRedis, lane: str = keys.QUEUE) -> list[FrameTask]:
    """Take all tasks out of the queue, the first to be drawn first."""
    found: list[FrameTask] = []
    while (message := redis.rpop(lane)) is not None:
        assert isinstance(message, bytes)
        args, _, _ = json.loads(base64.b64decode(json.loads(message)["body"]))
        found.append(from_plain(args[0], FrameTask))
    return found


def told(redis: FarmRedis, stream: str, kind: str) -> list[dict[str, Any]]:
    """The data of every event of ``kind`` so far."""
    entries: Any = redis.xrange(keys.events(stream))
    found = [from_json(fields[b"event"], Event) for _, fields in entries]
    return [event.data for event in found if event.type == kind]


def status(redis: FarmRedis, stream: str = "s") -> StreamStatus:
    data = redis.get(keys.status(stream))
    return StreamStatus() if data is None else from_json(data, StreamStatus)


def commit_scene(redis: FarmRedis, stream: str = "s") -> int:
    """Keep one more scene revision; its number."""
    scenes = SceneStore(redis)
    revision = scenes.commit(stream, {"layers": []}, expected_head=scenes.head(stream))
    assert revision is not None
    return revision


def commit_data(redis: FarmRedis, bid: int, stream: str = "s") -> int:
    """Keep one more live snapshot; its number."""
    snapshots = SnapshotStore(redis)
    head = snapshots.head(stream)
    number = snapshots.commit(
        stream, NO_SNAPSHOT.with_values({"bid": bid}, head + 1, head), expected_head=head
    )
    assert number is not None
    return number


@contextmanager
def coordinator(redis_url: str, name: str, *, ttl_ms: int = 200, hedge_percent: int = 0) -> Iterator[Flag]:
    """A coordinator at work in a thread of its own; the flag stops it, as SIGTERM does."""
    stop = Flag()
    with connect(redis_url) as redis:
        working = Coordinator(
            redis, SystemClock(), name=name, lease_ttl_ms=ttl_ms, hedge_percent=hedge_percent
        )
        thread = Thread(target=working.run, args=(stop,), name=name)
        thread.start()
        try:
            yield stop
        finally:
            stop.set()
            thread.join(timeout=10)
            assert not thread.is_alive()
