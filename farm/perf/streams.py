"""``framefarm perf streams``: how many streams a host carries before their pictures begin to repeat."""

from __future__ import annotations

from typing import Any

from farm.perf.rig import Rig, own_farm
from farm.perf.shows.catalogue import SHOWS

_SETTLE_S = 4
MOST_REPEATED = 0.001
"""The share of ticks that may repeat."""


def measure_streams(show: str, *, size: str, fps: int, seconds: int, most: int) -> dict[str, Any]:
    """Streams of ``show`` are added one by one; each number of them is watched for ``seconds``.

    Raises FarmError.
    """
    steps: list[dict[str, Any]] = []
    carried = 0
    limits = {"max_concurrent_streams_per_user": most, "max_concurrent_streams_global": most}
    with own_farm(target_fps=fps, stream_resolution=size, **limits) as farm:
        for count in range(1, most + 1):
            stream = f"perf-{count}"
            farm.show(stream, SHOWS[show](), {"STREAM_RESOLUTION": size, "TARGET_FPS": fps})
            farm.until(lambda stream=stream: farm.emitted(stream) > 0, f"{stream} is on air", 30)  # type: ignore[misc]
            step = _step(farm, [f"perf-{number}" for number in range(1, count + 1)], fps, seconds)
            steps.append(step)
            if step["repeated_share"] > MOST_REPEATED:
                break
            carried = count
    return {"show": show, "size": size, "fps": fps, "streams_1080p30": carried, "steps": steps}


def _step(farm: Rig, streams: list[str], fps: int, seconds: int) -> dict[str, Any]:
    farm.settle(streams[-1], _SETTLE_S * fps)
    before, cpu_s = _repeated(farm, streams), farm.cpu_s()
    farm.settle(streams[-1], seconds * fps)
    used_s = farm.cpu_s() - cpu_s
    repeated = _repeated(farm, streams) - before
    return {
        "streams": len(streams),
        "repeated_share": round(repeated / (len(streams) * seconds * fps), 5),
        "cpu_percent": round(100 * used_s / seconds, 1),
    }


def _repeated(farm: Rig, streams: list[str]) -> int:
    return sum(farm.client.call("GET", f"/streams/{stream}/status")["droppedFrames"] for stream in streams)
