"""``/metrics`` for Prometheus: made at each scrape from what the farm's processes report in Redis.

No process keeps a registry of its own, so that a restart or a second API process changes no number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import NamedTuple

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from websockets.datastructures import Headers

from api.realtime.plain_http import Page
from api.realtime.roll_call import Presence, RollCall
from api.realtime.state import FarmState, Snapshot
from farm.clock import Clock
from farm.errors import StoreUnavailable
from farm.messages import State, StreamReport


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
    StreamGauge("framefarm_epoch", "The encoder process's epoch", lambda r: r.epoch),
)

_Samples = Iterable[tuple[tuple[str, ...], float]]


def _gauge(name: str, text: str, labels: tuple[str, ...], samples: _Samples) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for values, value in samples:
        family.add_metric(values, value)
    return family


def _counter(name: str, text: str, labels: tuple[str, ...], samples: _Samples) -> Metric:
    """A counter; the exposition adds ``_total`` to its name."""
    family = CounterMetricFamily(name, text, labels=labels)
    for values, value in samples:
        family.add_metric(values, value)
    return family


def redis_metric(*, up: bool) -> Metric:
    """Whether Redis answered this scrape."""
    return _gauge("framefarm_redis_up", "Whether Redis answers", (), [((), float(up))])


def _by_cause(reports: list[StreamReport], counts: Callable[[StreamReport], dict[str, int]]) -> _Samples:
    return [((r.stream, cause), count) for r in reports for cause, count in sorted(counts(r).items())]


def stream_metrics(reports: list[StreamReport]) -> Iterator[Metric]:
    """What each stream's encoder process reports."""
    for gauge in STREAM_GAUGES:
        yield _gauge(gauge.name, gauge.help, ("stream",), [((r.stream,), gauge.value(r)) for r in reports])
    yield _counter(
        "framefarm_frames_emitted",
        "Frames sent to the outputs in this epoch",
        ("stream",),
        [((r.stream,), r.emitted + 1) for r in reports],
    )
    yield _counter(
        "framefarm_frames_repeated",
        "Ticks that repeated the last picture",
        ("stream", "cause"),
        _by_cause(reports, lambda r: r.repeated),
    )
    yield _counter(
        "framefarm_frames_refused",
        "Delivered frames that were of no use",
        ("stream", "cause"),
        _by_cause(reports, lambda r: r.refused),
    )
    yield _counter(
        "framefarm_frames_drawn",
        "Frames applied, by the worker that drew them",
        ("stream", "worker"),
        _by_cause(reports, lambda r: r.drawn_by),
    )
    yield from _output_metrics(reports)


def _output_metrics(reports: list[StreamReport]) -> Iterator[Metric]:
    outputs = [((r.stream, output.id), output) for r in reports for output in r.outputs]
    labels = ("stream", "output")
    yield _gauge(
        "framefarm_output_connected",
        "Whether a destination takes the stream",
        labels,
        [(names, float(output.state == "connected")) for names, output in outputs],
    )
    yield _counter(
        "framefarm_output_connects",
        "Connections made to a destination",
        labels,
        [(names, output.connects) for names, output in outputs],
    )
    yield _counter(
        "framefarm_output_dropped_packets",
        "Packets that a slow destination did not get",
        labels,
        [(names, output.dropped_packets) for names, output in outputs],
    )
    yield _counter(
        "framefarm_output_sent_bytes",
        "Bytes sent to a destination",
        labels,
        [(names, output.sent_bytes) for names, output in outputs],
    )


def farm_metrics(snapshot: Snapshot, presence: Iterable[Presence]) -> Iterator[Metric]:
    """What is true of the whole farm."""
    states = [condition.status.state for _, condition in snapshot.streams]
    yield _gauge(
        "framefarm_streams", "Streams by state", ("state",), [((s,), float(states.count(s))) for s in State]
    )
    yield _gauge(
        "framefarm_queue_tasks", "Frame tasks that no worker has taken", (), [((), snapshot.queue_tasks)]
    )
    yield _gauge(
        "framefarm_component_up",
        "Whether a process reports; 0 for ten minutes after it stopped",
        ("kind", "name"),
        [((p.kind, p.name), float(p.up)) for p in presence],
    )
    yield from _cache_metrics(snapshot)


def _cache_metrics(snapshot: Snapshot) -> Iterator[Metric]:
    """The numbers of workers' caches: in the heartbeat, ``cache`` maps names to numbers."""
    numbers = [
        ((component.name, name), float(value))
        for component in snapshot.components
        if isinstance(cache := component.beat.get("cache"), dict)
        for name, value in sorted(cache.items())
        if isinstance(value, int | float)
    ]
    yield _gauge("framefarm_raster_cache", "A worker's raster cache", ("worker", "number"), numbers)


class _Scrape(Collector):
    """One scrape's metrics, as the exposition wants them."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        """The metrics."""
        return self._metrics


class Metrics:
    """Answers scrapes."""

    def __init__(self, state: FarmState, clock: Clock) -> None:
        self._state = state
        self._roll_call = RollCall(clock)

    async def scrape(self, headers: Headers) -> Page:
        """All metrics, in the format asked for. Redis being away is a metric, not an error."""
        encode, content_type = choose_encoder(headers.get("Accept", ""))
        return Page(HTTPStatus.OK, content_type, encode(_Scrape(await self._collect())))

    async def _collect(self) -> list[Metric]:
        try:
            snapshot = await self._state.snapshot()
        except StoreUnavailable:
            return [redis_metric(up=False)]
        reports = [condition.report for _, condition in snapshot.streams if condition.report is not None]
        presence = self._roll_call.take(snapshot.components)
        return [redis_metric(up=True), *stream_metrics(reports), *farm_metrics(snapshot, presence)]
