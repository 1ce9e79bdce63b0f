"""What is true of the whole farm and of each of its processes, as metrics."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from prometheus_client.core import Metric

from api.realtime.metric_families import counter, gauge
from api.realtime.roll_call import Presence
from api.realtime.state import Component, Snapshot
from farm.messages import State, StreamReport
from farm.scaling import processes_wanted


class BeatNumber(NamedTuple):
    """A number that processes of one kind tell in their heartbeats, as ``field``."""

    kind: str
    field: str
    name: str
    help: str
    grows: bool = True
    """Whether it is a counter, whose name ends in ``_total``."""


BEAT_NUMBERS = (
    BeatNumber("worker", "frames", "framefarm_worker_frames", "Frames drawn"),
    BeatNumber("worker", "passed", "framefarm_worker_passed", "Frames not drawn, their ticks were over"),
    BeatNumber("worker", "raster_hits", "framefarm_raster_cache_hits", "Layers taken from the raster cache"),
    BeatNumber("worker", "raster_misses", "framefarm_raster_cache_misses", "Layers drawn anew"),
    BeatNumber("worker", "raster_bytes", "framefarm_raster_cache_bytes", "Raster cache", grows=False),
    BeatNumber(
        "worker", "raster_disk_hits", "framefarm_raster_cache_disk_hits", "Layers taken from RASTER_CACHE_DIR"
    ),
    BeatNumber(
        "worker", "raster_share_hits", "framefarm_raster_share_hits", "Layers that another worker had drawn"
    ),
    BeatNumber("worker", "picture_bytes", "framefarm_picture_cache_bytes", "Decoded pictures", grows=False),
    BeatNumber("worker", "picture_hits", "framefarm_picture_cache_hits", "Decoded pictures that were kept"),
    BeatNumber("worker", "picture_misses", "framefarm_picture_cache_misses", "Pictures decoded anew"),
    BeatNumber("worker", "loading", "framefarm_worker_loading", "Frames given up for a picture on its way"),
    BeatNumber("worker", "font_hits", "framefarm_font_cache_hits", "Fonts that were open already"),
    BeatNumber("worker", "font_misses", "framefarm_font_cache_misses", "Fonts opened"),
    BeatNumber(
        "worker",
        "live_missed",
        "framefarm_live_missed",
        "Frames with old live data, as the new was not found",
    ),
    BeatNumber("worker", "slow", "framefarm_worker_slow", "Frames that took longer than two ticks to draw"),
    BeatNumber("worker", "flawed", "framefarm_worker_flawed", "Frames with a layer that could not be drawn"),
    BeatNumber("worker", "failed", "framefarm_worker_failed", "Frames that could not be drawn"),
    BeatNumber("worker", "crashed", "framefarm_worker_crashed", "Processes that died over a frame"),
    BeatNumber("worker", "stuck", "framefarm_worker_stuck", "Processes killed because a frame took too long"),
    BeatNumber("worker", "grown", "framefarm_worker_grown", "Processes replaced because of their memory"),
    BeatNumber("coordinator", "blocked", "framefarm_workers_blocked", "Times that a worker was blocked"),
    BeatNumber("coordinator", "returned", "framefarm_workers_returned", "Times that a worker was let back"),
    BeatNumber("coordinator", "replaced", "framefarm_workers_replaced", "Processes of workers replaced"),
    BeatNumber("coordinator", "hedged", "framefarm_frames_hedged", "Frames ordered again, being late"),
    BeatNumber("coordinator", "moved", "framefarm_streams_moved", "Streams moved to another encoder node"),
    BeatNumber("coordinator", "moves_abandoned", "framefarm_moves_abandoned", "Moves that were given up"),
    BeatNumber("worker", "processes", "framefarm_worker_processes", "Frames drawn at once", grows=False),
    BeatNumber(
        "worker", "utilisation", "framefarm_worker_utilisation", "Share of time that it draws", grows=False
    ),
    BeatNumber("coordinator", "streams", "framefarm_coordinator_streams", "Leases held", grows=False),
)


def redis_metric(*, up: bool) -> Metric:
    """Whether Redis answered this scrape."""
    return gauge("framefarm_redis_up", "Whether Redis answers", (), [((), float(up))])


def farm_metrics(snapshot: Snapshot, presence: Iterable[Presence]) -> Iterator[Metric]:
    """Streams by state, the queue, who is there, and what the heartbeats tell."""
    states = [condition.status.state for _, condition in snapshot.streams]
    yield gauge(
        "framefarm_streams", "Streams by state", ("state",), [((s,), float(states.count(s))) for s in State]
    )
    yield gauge(
        "framefarm_degrade_level",
        "Steps by which a stream does with less, as it is too much for the farm",
        ("stream",),
        [((record.id,), float(len(told.relief.rungs))) for record, told in snapshot.streams if told.report],
    )
    yield gauge(
        "framefarm_queue_tasks", "Frame tasks that no worker has taken", (), [((), snapshot.queue_tasks)]
    )
    wait_ms = queue_wait_ms([told.report for _, told in snapshot.streams if told.report])
    yield gauge("framefarm_queue_wait_ms", "How long a frame waits for a worker", (), [((), wait_ms)])
    yield gauge(
        "framefarm_workers_wanted",
        "Worker services that would carry the present load",
        (),
        [((), workers_wanted(snapshot.components, wait_ms))],
    )
    yield gauge(
        "framefarm_component_up",
        "Whether a process reports; 0 for ten minutes after it stopped",
        ("kind", "name"),
        [((p.kind, p.name), float(p.up)) for p in presence],
    )
    for number in BEAT_NUMBERS:
        yield _beat_metric(number, snapshot.components)


def queue_wait_ms(reports: Sequence[StreamReport]) -> float:
    """How long a frame of any stream waits for a worker, in the mean; 0 while none is drawn."""
    rate = sum(report.fps for report in reports)
    return sum(report.queue_ms * report.fps for report in reports) / rate if rate else 0.0


def workers_wanted(components: Iterable[Component], wait_ms: float) -> int:
    """How many worker services would carry what those that report carry now."""
    loads = [_load_of(component) for component in components if component.kind == "worker"]
    processes = sum(load.processes for load in loads)
    if not processes:
        return 1
    busy = sum(load.processes * load.utilisation for load in loads)
    wanted = processes_wanted(processes, busy / processes, wait_ms)
    return math.ceil(wanted * len(loads) / processes)


class _Load(NamedTuple):
    processes: int
    utilisation: float


def _load_of(worker: Component) -> _Load:
    processes, utilisation = (worker.beat.get(field) for field in ("processes", "utilisation"))
    return _Load(
        processes if isinstance(processes, int) and processes > 0 else 1,
        float(utilisation) if isinstance(utilisation, int | float) else 0.0,
    )


def _beat_metric(number: BeatNumber, components: Iterable[Component]) -> Metric:
    samples = [
        ((component.name,), float(value))
        for component in components
        if component.kind == number.kind
        and isinstance(value := component.beat.get(number.field), int | float)
    ]
    family = counter if number.grows else gauge
    return family(number.name, number.help, (number.kind,), samples)
