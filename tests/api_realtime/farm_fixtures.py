"""What the farm's processes would have written into Redis, for the tests that look at it."""

from __future__ import annotations

import msgspec

from farm.clock import ManualClock
from farm.messages import (
    Desired,
    Event,
    NodeReport,
    OutputReport,
    ProcessReport,
    State,
    StreamConfig,
    StreamReport,
    to_json,
)
from farm.store import heartbeats, keys
from farm.store.connection import FarmRedis
from farm.store.events import EventLog
from farm.store.streams import StreamRecord, StreamStatus, StreamStore

SECRET_URL = "rtmp://example.net/live/abc-secret-key"

REPORT = StreamReport(
    stream="demo",
    epoch=3,
    generation=1,
    node="node-a",
    pid=4711,
    started_wall_ms=1_700_000_000_000,
    emitted=899,
    fresh=890,
    repeated={"late": 7, "no worker": 3},
    refused={"passed": 2},
    fps=29.97,
    bitrate_kbps=4012.3,
    encoder="libx264",
    encode_ms=4.5,
    draw_ms=2.25,
    queue_ms=1.5,
    latency_ms=38.5,
    drawn_by={"worker-1": 500, "worker-2": 390},
    lead=3,
    waiting=2,
    cpu_percent=27.5,
    memory_bytes=123_456_789,
    outputs=(
        OutputReport("out-1", "rtmp://127.0.0.1:1935/live/***", "connected", 1, 2000, 5, 900_000),
        OutputReport("out-2", "rtmp://example.net/live/***", "waiting", 4, 10, 0, 700, "connection refused"),
    ),
)


def add_stream(
    redis: FarmRedis, stream: str = "demo", owner: str = "ann", *, created_wall_ms: int = 1
) -> None:
    """A stream that its owner wants live."""
    record = StreamRecord(
        id=stream,
        name=stream.title(),
        owner=owner,
        desired=Desired.LIVE,
        config=StreamConfig(),
        outputs=(),
        created_wall_ms=created_wall_ms,
    )
    StreamStore(redis, ManualClock(), user_limit=100, global_limit=100).create(record)


def set_state(redis: FarmRedis, state: State, stream: str = "demo", reason: str | None = None) -> None:
    """The coordinator's word."""
    redis.set(keys.status(stream), to_json(StreamStatus(state, reason)))


def set_report(redis: FarmRedis, report: StreamReport = REPORT) -> None:
    """The encoder process's word."""
    redis.set(keys.report(report.stream), to_json(report))


def live_stream(redis: FarmRedis, stream: str = "demo", owner: str = "ann") -> None:
    """A stream on air that reports."""
    add_stream(redis, stream, owner)
    set_state(redis, State.LIVE, stream)
    set_report(redis, msgspec.structs.replace(REPORT, stream=stream))


def beat(redis: FarmRedis, kind: str, name: str, **content: object) -> None:
    """A heartbeat."""
    sign = to_json({"kind": kind, "name": name, **content})
    heartbeats.beat(redis, keys.component(f"{kind}:{name}"), sign, expires_ms=60_000)


def beat_node(redis: FarmRedis, name: str = "node-a", *, capacity: int = 4, **states: str) -> None:
    """The heartbeat of an encoder node; ``states`` are those of its streams' processes."""
    streams = {stream: ProcessReport(1, state, 0) for stream, state in states.items()}
    sign = to_json(NodeReport(name, capacity, streams))
    heartbeats.beat(redis, keys.node(name), sign, expires_ms=60_000)


def publish(redis: FarmRedis, kind: str = "layer:update", stream: str = "demo", **data: object) -> str:
    """An event into the log; its id."""
    return EventLog(redis).publish(Event(kind, stream, 1_700_000_000_000, data))
