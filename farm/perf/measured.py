"""The constants of the capacity model, in one place: measured as docs/scale.md tells."""

from __future__ import annotations

from farm.perf.capacity import Costs, PerFrame

MEASURED = Costs(
    worker_local=PerFrame(fixed_ms=1.75, mpx_ms=0.15),
    worker_remote=PerFrame(fixed_ms=2.4, mpx_ms=1.1),
    encoder_local=PerFrame(fixed_ms=1.6, mpx_ms=2.25),
    encoder_remote=PerFrame(fixed_ms=1.7, mpx_ms=2.8),
    coordinator_ms=0.27,
    coordinator_turn_ms=0.28,
    coordinator_idle=0.01,
    redis_ms=0.43,
    redis_mb_ms=1.2,
    wire_ratio=0.08,
    control_bytes=2300,
    task_latency_ms=8.0,
    farm_mb=175.0,
    worker_mb=83.0,
    stream_mb=66.0,
)
