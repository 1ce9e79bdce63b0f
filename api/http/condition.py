"""What a stream is doing, in the words of the coordinator and of its encoder process, as people are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from api.http.shapes import Shape
from farm.messages import Desired, Relief, State, StreamReport, from_json
from farm.store import keys
from farm.store.connection import FarmRedis, as_text
from farm.store.reading import readable
from farm.store.streams import StreamRecord, StreamStatus

NO_RELIEF = Relief()


class Condition(NamedTuple):
    """The coordinator's word, and the encoder process's while it runs."""

    status: StreamStatus
    report: StreamReport | None
    relief: Relief = NO_RELIEF


class StreamState(Shape):
    """A stream's state. ``frameCount`` frames went out, ``droppedFrames`` of them repeated the last picture;
    ``averageRenderTime`` is in ms over the last second; ``startTime`` is Unix time in ms. ``degraded`` are
    the steps by which it does with less while it is too much for the farm, ``degradedReason`` says why."""

    is_live: bool
    is_paused: bool
    fps: float
    frame_count: int
    dropped_frames: int
    average_render_time: float
    start_time: int | None
    state: State
    desired: Desired
    reason: str | None
    degraded: list[str]
    degraded_reason: str | None


class MetricsShape(Shape):
    """Figures: ``bitrate`` in kbit/s, ``cpuUsage`` in percent of a core, ``memoryUsage`` in bytes."""

    fps: float
    bitrate: float
    dropped_frames: int
    viewer_count: int
    cpu_usage: float
    memory_usage: int


class OutputReportShape(Shape):
    """How one destination is doing; its url is masked."""

    id: str
    url: str
    state: str
    connects: int
    sent_packets: int
    dropped_packets: int
    sent_bytes: int
    error: str | None


class ReportShape(Shape):
    """All that a stream's encoder process says of itself; times in ms, means over the last second."""

    stream: str
    epoch: int
    generation: int
    node: str
    pid: int
    started_wall_ms: int
    emitted: int
    fresh: int
    blank: int
    held: int
    still: int
    repeated: dict[str, int]
    refused: dict[str, int]
    fps: float
    bitrate_kbps: float
    encoder: str
    encode_ms: float
    draw_ms: float
    queue_ms: float
    latency_ms: float
    drawn_by: dict[str, int]
    second_draws: int
    garbage_by: dict[str, int]
    lead: int
    waiting: int
    cpu_percent: float
    memory_bytes: int
    host_cpu_percent: float
    outputs: list[OutputReportShape]
    mailed_frames: int
    mailed_bytes: int
    ordered_again: int


def read_conditions(redis: FarmRedis, streams: Sequence[str]) -> list[Condition]:
    """How each of ``streams`` is doing, read at one moment."""
    if not streams:
        return []
    kinds = (keys.status, keys.report, keys.relief)
    answers = redis.mget([key(stream) for stream in streams for key in kinds])
    return [
        Condition(
            StreamStatus() if status is None else from_json(as_text(status), StreamStatus),
            None if report is None else from_json(as_text(report), StreamReport),
            readable(relief, Relief) or NO_RELIEF,
        )
        for status, report, relief in zip(answers[::3], answers[1::3], answers[2::3], strict=True)
    ]


def stream_state(record: StreamRecord, condition: Condition) -> StreamState:
    """The state of ``record``'s stream."""
    status, report, relief = condition
    running = record.desired is not Desired.STOPPED
    return StreamState(
        is_live=status.state in (State.LIVE, State.PAUSED),
        is_paused=status.state is State.PAUSED,
        fps=report.fps if report else 0.0,
        frame_count=report.emitted + 1 if report else 0,
        dropped_frames=sum(report.repeated.values()) if report else 0,
        average_render_time=report.draw_ms if report else 0.0,
        start_time=record.started_wall_ms if running else None,
        state=status.state,
        desired=record.desired,
        reason=status.reason,
        degraded=list(relief.rungs),
        degraded_reason=relief.cause,
    )


def stream_metrics(report: StreamReport | None, viewers: int) -> MetricsShape:
    """The figures of a stream's ``report``; zeros without one."""
    return MetricsShape(
        fps=report.fps if report else 0.0,
        bitrate=report.bitrate_kbps if report else 0.0,
        dropped_frames=sum(report.repeated.values()) if report else 0,
        viewer_count=viewers,
        cpu_usage=report.cpu_percent if report else 0.0,
        memory_usage=report.memory_bytes if report else 0,
    )
