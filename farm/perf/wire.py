"""``framefarm perf wire``: what a frame takes of the network on its way from a worker to the encoder of
another host, through the Redis mailbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from farm.perf.rig import Rig, own_farm
from farm.perf.shows.catalogue import SHOWS
from farm.settings import parse_resolution
from farm.transport.planes import i420_bytes

WARM_S = 3
"""For so long a show is on air before it is measured."""


class Totals(NamedTuple):
    """At one moment: of one stream's life, as its last report has it, and of Redis."""

    emitted: int
    mailed_frames: int
    mailed_bytes: int
    redis_in: int
    redis_out: int
    cpu_s: dict[str, float]
    """Of each part of the farm."""


def measure_wire(
    shows: Sequence[str],
    *,
    size: str,
    fps: int,
    seconds: int,
    warm_s: int = WARM_S,
    transport: str = "mailbox",
) -> dict[str, Any]:
    """Bytes a frame, by show, and those of the first one on top: compressed patches with their descriptions,
    as the encoder process takes them out of its mailbox.

    ``ratio`` is these bytes by those of a whole picture in I420, ``mailed_share`` how many of the ticks'
    frames came; ``redis_bytes`` is all that went into and out of Redis for a tick, tasks and credits
    included; ``…_cpu_ms`` is the CPU time of each part of the farm for a tick. Workers and encoder share this
    host, but are told not to use its memory, unless ``transport`` is "auto". Raises FarmError.
    """
    measured: dict[str, dict[str, float]] = {}
    with own_farm(frame_transport=transport, target_fps=fps, stream_resolution=size) as farm:
        for name in shows:
            farm.show(name, SHOWS[name](), {"STREAM_RESOLUTION": size, "TARGET_FPS": fps})
            farm.until(lambda name=name: farm.emitted(name) > 0, f"{name} is on air", 30)  # type: ignore[misc]
            farm.settle(name, warm_s * fps)
            before = _totals(farm, name)
            farm.settle(name, seconds * fps)
            measured[name] = by_frame(before, _totals(farm, name), size)
            farm.client.call("POST", f"/streams/{name}/stop")
    settings = {"size": size, "fps": fps, "transport": transport}
    return {**settings, "seconds": seconds, **measured[shows[0]], "shows": measured}


def _totals(farm: Rig, stream: str) -> Totals:
    """As soon as there is a new report, so that all of it is of one moment."""
    path = f"/streams/{stream}/report"
    last = farm.client.call("GET", path)["emitted"]
    farm.until(lambda: farm.client.call("GET", path)["emitted"] > last, f"{stream} reports", 10)
    report = farm.client.call("GET", path)
    redis_in, redis_out = farm.redis_bytes()
    return Totals(
        report["emitted"],
        report["mailedFrames"],
        report["mailedBytes"],
        redis_in,
        redis_out,
        farm.cpu_by_part(),
    )


def by_frame(before: Totals, after: Totals, size: str) -> dict[str, float]:
    """What happened between two moments, for one frame."""
    letters = max(1, after.mailed_frames - before.mailed_frames)
    bytes_per_frame = (after.mailed_bytes - before.mailed_bytes) / letters
    ticks = after.emitted - before.emitted
    return {
        "ratio": round(bytes_per_frame / i420_bytes(*parse_resolution(size)), 4),
        "bytes_per_frame": round(bytes_per_frame),
        "mailed_share": round(letters / ticks, 3),
        "redis_bytes_in": round((after.redis_in - before.redis_in) / ticks),
        "redis_bytes_out": round((after.redis_out - before.redis_out) / ticks),
        **{
            f"{part}_cpu_ms": round(1000 * (used_s - before.cpu_s[part]) / ticks, 3)
            for part, used_s in after.cpu_s.items()
            if part in before.cpu_s
        },
    }
