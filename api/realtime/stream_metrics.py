"""What each live stream's encoder process reports, as metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from prometheus_client.core import Metric

from api.realtime.metric_families import Samples, counter, gauge
from farm.messages import StreamReport


class StreamGauge(NamedTuple):
    """A number of each live stream."""

    name: str
    help: str
    value: Callable[[StreamReport], float]


STREAM_GAUGES = (
    StreamGauge("stream_manager_fps", "Frames emitted a second", lambda r: r.fps),
    StreamGauge("stream_manager_bitrate_kbps", "Bitrate sent", lambda r: r.bitrate_kbps),
    StreamGauge(
        "stream_manager_dropped_frames",
        "Frames that came too late since the encoder process began; their ticks repeated a picture",
        lambda r: sum(r.repeated.values()),
    ),
    StreamGauge(
        "stream_manager_encoding_time_ms", "Encoding a frame, mean of a second", lambda r: r.encode_ms
    ),
    StreamGauge("stream_manager_queue_size", "Drawn frames that wait for their tick", lambda r: r.waiting),
    StreamGauge("stream_manager_memory_bytes", "Memory of the encoder process", lambda r: r.memory_bytes),
    StreamGauge("stream_manager_ffmpeg_fps", "Frames encoded a second", lambda r: r.fps),
    StreamGauge("stream_manager_ffmpeg_encoding_time_ms", "Encoding a frame", lambda r: r.encode_ms),
    StreamGauge("stream_manager_ffmpeg_bitrate_kbps", "Bitrate of the encoder", lambda r: r.bitrate_kbps),
    StreamGauge("stream_manager_ffmpeg_cpu_percent", "CPU of the encoder process", lambda r: r.cpu_percent),
    StreamGauge(
        "stream_manager_ffmpeg_memory_bytes", "Memory of the encoder process", lambda r: r.memory_bytes
    ),
    StreamGauge("framefarm_draw_ms", "Drawing a frame, mean of a second", lambda r: r.draw_ms),
    StreamGauge("framefarm_task_queue_ms", "From publishing a frame to drawing it", lambda r: r.queue_ms),
    StreamGauge("framefarm_latency_ms", "From asking for a frame to its packet", lambda r: r.latency_ms),
    StreamGauge("framefarm_lead_frames", "How far ahead frames are asked for", lambda r: r.lead),
    StreamGauge(
        "framefarm_host_cpu_percent", "All cores of the encoder process's host", lambda r: r.host_cpu_percent
    ),
    StreamGauge("framefarm_epoch", "The encoder process's epoch", lambda r: r.epoch),
)


def _by_cause(reports: list[StreamReport], counts: Callable[[StreamReport], dict[str, int]]) -> Samples:
    return [((r.stream, cause), count) for r in reports for cause, count in sorted(counts(r).items())]


def stream_metrics(reports: list[StreamReport]) -> Iterator[Metric]:
    """What each stream's encoder process reports."""
    for number in STREAM_GAUGES:
        yield gauge(number.name, number.help, ("stream",), [((r.stream,), number.value(r)) for r in reports])
    yield counter(
        "framefarm_frames_emitted",
        "Frames sent to the outputs in this epoch",
        ("stream",),
        [((r.stream,), r.emitted + 1) for r in reports],
    )
    yield counter(
        "framefarm_frames_repeated",
        "Ticks that repeated the last picture",
        ("stream", "cause"),
        _by_cause(reports, lambda r: r.repeated),
    )
    yield counter(
        "framefarm_frames_held",
        "Ticks that showed the last picture on purpose, while the stream is degraded",
        ("stream",),
        [((r.stream,), r.held) for r in reports],
    )
    yield counter(
        "framefarm_frames_still",
        "Ticks that showed the last picture because nothing in the scene moved",
        ("stream",),
        [((r.stream,), r.still) for r in reports],
    )
    yield counter(
        "framefarm_frames_refused",
        "Delivered frames that were of no use",
        ("stream", "cause"),
        _by_cause(reports, lambda r: r.refused),
    )
    yield counter(
        "framefarm_frames_drawn",
        "Frames applied, by the worker that drew them",
        ("stream", "worker"),
        _by_cause(reports, lambda r: r.drawn_by),
    )
    yield counter(
        "framefarm_mailbox_frames",
        "Frames that came from workers on other hosts",
        ("stream",),
        [((r.stream,), r.mailed_frames) for r in reports],
    )
    yield counter(
        "framefarm_mailbox_bytes",
        "Bytes that these frames took on the wire",
        ("stream",),
        [((r.stream,), r.mailed_bytes) for r in reports],
    )
    yield counter(
        "framefarm_second_draws",
        "Frames ordered again of which the second draw was shown",
        ("stream",),
        [((r.stream,), r.second_draws) for r in reports],
    )
    yield from _output_metrics(reports)


def _output_metrics(reports: list[StreamReport]) -> Iterator[Metric]:
    outputs = [((r.stream, output.id), output) for r in reports for output in r.outputs]
    labels = ("stream", "output")
    yield gauge(
        "framefarm_output_connected",
        "Whether a destination takes the stream",
        labels,
        [(names, float(output.state == "connected")) for names, output in outputs],
    )
    yield counter(
        "framefarm_output_connects",
        "Connections made to a destination",
        labels,
        [(names, output.connects) for names, output in outputs],
    )
    yield counter(
        "framefarm_output_dropped_packets",
        "Packets that a slow destination did not get",
        labels,
        [(names, output.dropped_packets) for names, output in outputs],
    )
    yield counter(
        "framefarm_output_sent_bytes",
        "Bytes sent to a destination",
        labels,
        [(names, output.sent_bytes) for names, output in outputs],
    )
