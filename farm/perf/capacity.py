"""How large a farm must be: a model of what bounds it, from what was measured of a small one.

A frame costs CPU time in proportion to its pixels, and some that does not depend on them; on the network it
takes its compressed patch. A Redis runs on one core and holds everything of its streams, so it is what
bounds a *cell*: a Redis, its coordinators, its encoder nodes and workers. Cells share nothing; whoever starts
a stream sends it to one of them. Everything here is arithmetic: docs/scale.md tells where the constants come
from, and a test holds the predictions to the results in bench/results.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

BAND = 0.4
"""How far a measurement may be from the prediction, as a share of it. The constants are of a virtual machine
that other work shared: the same program differed by up to a third from hour to hour there."""

_MS = 1000
_LEAST = 2
"""Of processes of a kind: one works, one takes over."""


class PerFrame(NamedTuple):
    """CPU time of a frame: ms, and ms for each million pixels of its canvas."""

    fixed_ms: float
    mpx_ms: float

    def ms(self, mpx: float) -> float:
        """Of a canvas of ``mpx`` million pixels."""
        return self.fixed_ms + self.mpx_ms * mpx


@dataclass(frozen=True)
class Costs:
    """What was measured, of the reference show with x264 ultrafast."""

    worker_local: PerFrame
    """Drawing into shared memory, Celery included."""
    worker_remote: PerFrame
    """Drawing, compressing and sending."""
    encoder_local: PerFrame
    encoder_remote: PerFrame
    """Reading, unpacking, encoding."""
    coordinator_ms: float
    """Ordering a frame, among those of many streams."""
    coordinator_turn_ms: float
    """What a coordinator does besides for a frame that comes by itself, as those of one stream do."""
    coordinator_idle: float
    """Share of a core that its rounds take while nothing ticks."""
    redis_ms: float
    """Tasks and credits of a frame."""
    redis_mb_ms: float
    """A megabyte (10^6 bytes) of pixels into Redis and out again."""
    wire_ratio: float
    """Bytes of a frame on the wire, by those of the whole picture in I420."""
    control_bytes: int
    """Tasks and credits of a frame, into Redis; about as many come out."""
    task_latency_ms: float
    """Beyond its drawing, from one task to the next of a worker on another host that is always busy."""
    farm_mb: float
    """Memory of a farm of one host without workers and streams."""
    worker_mb: float
    stream_mb: float
    """Of a stream's process, its ring included, at 1080p."""


@dataclass(frozen=True)
class Load:
    """What shall be on air."""

    streams: int
    fps: int
    width: int
    height: int

    @property
    def mpx(self) -> float:
        """Million pixels of a canvas."""
        return self.width * self.height / 1e6


@dataclass(frozen=True)
class Host:
    """What a host has, and how much of it is used: the rest is for peaks and for hosts that fail."""

    cores: int = 16
    network_gbps: float = 10.0
    use: float = 0.6


@dataclass(frozen=True)
class Plan:
    """A farm."""

    spread: bool
    """Whether a cell has several hosts, between which frames go through Redis; else each host is a cell, in
    which they go through shared memory."""
    streams_per_cell: int
    bound_by: str
    """What is used up first in a cell."""
    cells: int
    hosts: int
    coordinators: int
    worker_processes: int
    encoder_cores: float
    """Busy ones, of all cells."""
    redis_core_share: float
    """How busy the core of a full cell's Redis is."""
    redis_gbps: float
    """Into a full cell's Redis, and as much out of it."""
    total_gbps: float
    """Into all of them."""
    memory_gb: float


def plan(load: Load, host: Host, costs: Costs, *, spread: bool = False) -> Plan:
    """The smallest farm that carries ``load`` on hosts like ``host``: cells of one host each, or with
    ``spread``, or if one stream is too much for a host, of two at least, any of which may fail."""
    one = replace(load, streams=1)
    spread = spread or _cores(one, costs, spread=False) > host.cores * host.use
    bounds = _bounds(one, host, costs, spread=spread)
    bound_by = min(bounds, key=lambda name: bounds[name])
    per_cell = max(1, bounds[bound_by])
    cells = math.ceil(load.streams / per_cell)
    in_cell = math.ceil(load.streams / cells)
    cell = replace(load, streams=in_cell)
    used = host.cores * host.use
    hosts = cells * (max(_LEAST, math.ceil(_cores(cell, costs, spread=True) / used)) if spread else 1)
    coordinators = max(_LEAST, math.ceil(coordinator_share(load, costs, in_cell) / host.use))
    worker_cores = load.fps * worker_ms(load, costs, remote=spread) / _MS
    workers = cells * max(_LEAST, math.ceil(in_cell * worker_cores / host.use))
    stream_gbps = wire_bps(load, costs, remote=spread) / 1e9
    return Plan(
        spread=spread,
        streams_per_cell=per_cell,
        bound_by=bound_by,
        cells=cells,
        hosts=hosts,
        coordinators=cells * coordinators,
        worker_processes=workers,
        encoder_cores=round(load.streams * load.fps * encoder_ms(load, costs, remote=spread) / _MS, 1),
        redis_core_share=round(in_cell * redis_core_share(load, costs, remote=spread), 3),
        redis_gbps=round(in_cell * stream_gbps, 4),
        total_gbps=round(load.streams * stream_gbps, 4),
        memory_gb=round(_memory_mb(load, costs, hosts, workers) / 1000, 1),
    )


def _bounds(one: Load, host: Host, costs: Costs, *, spread: bool) -> dict[str, int]:
    """How many such streams each part of a cell carries."""
    stream_gbps = wire_bps(one, costs, remote=spread) / 1e9
    bounds = {
        "Redis's core": math.floor(host.use / redis_core_share(one, costs, remote=spread)),
        "Redis's network": math.floor(host.use * host.network_gbps / stream_gbps),
    }
    if not spread:
        bounds["the host's cores"] = math.floor(host.use * host.cores / _cores(one, costs, spread=False))
    return bounds


def worker_ms(load: Load, costs: Costs, *, remote: bool) -> float:
    """CPU of the workers for a frame."""
    return (costs.worker_remote if remote else costs.worker_local).ms(load.mpx)


def encoder_ms(load: Load, costs: Costs, *, remote: bool) -> float:
    """CPU of the encoder process for a frame."""
    return (costs.encoder_remote if remote else costs.encoder_local).ms(load.mpx)


def redis_ms(load: Load, costs: Costs, *, remote: bool) -> float:
    """CPU of Redis for a frame."""
    return costs.redis_ms + (costs.redis_mb_ms * wire_bytes(load, costs) / 1e6 if remote else 0.0)


def redis_core_share(load: Load, costs: Costs, *, remote: bool) -> float:
    """Share of Redis's core that one stream takes."""
    return load.fps * redis_ms(load, costs, remote=remote) / _MS


def coordinator_share(load: Load, costs: Costs, streams: int) -> float:
    """Cores that ordering the frames of ``streams`` takes. Frames that come together share a turn: the more
    streams, the fewer turns for a frame."""
    frame_ms = costs.coordinator_ms + costs.coordinator_turn_ms / streams
    return costs.coordinator_idle + streams * load.fps * frame_ms / _MS


def wire_bytes(load: Load, costs: Costs) -> float:
    """Bytes of a frame's pixels on the wire."""
    return costs.wire_ratio * load.mpx * 1.5e6


def wire_bps(load: Load, costs: Costs, *, remote: bool) -> float:
    """Bits a second into Redis for one stream."""
    return 8 * load.fps * (costs.control_bytes + (wire_bytes(load, costs) if remote else 0.0))


def busy_workers_frames_per_s(workers: int, draw_ms: float, costs: Costs) -> float:
    """What so many workers draw when a frame takes ``draw_ms`` and there is always another one."""
    return workers * _MS / (draw_ms + costs.task_latency_ms)


def _cores(load: Load, costs: Costs, *, spread: bool) -> float:
    """Busy ones of a whole cell."""
    frame_ms = sum(part(load, costs, remote=spread) for part in (worker_ms, encoder_ms, redis_ms))
    return load.streams * load.fps * frame_ms / _MS + coordinator_share(load, costs, load.streams)


def _memory_mb(load: Load, costs: Costs, hosts: int, workers: int) -> float:
    scale = load.mpx / (1.920 * 1.080)
    return hosts * costs.farm_mb + workers * costs.worker_mb + load.streams * costs.stream_mb * scale
