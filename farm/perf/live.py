"""``framefarm perf live``: one stream on air, every tick of a minute looked at."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from farm.ledger import UNKNOWN_MS, Spread, spread_of
from farm.perf.rig import Rig, own_farm
from farm.perf.shows.catalogue import SHOWS

STREAM = "perf-live"
_WARM_S = 5
_PIECE_S = 20
_LATE = ("late", "missing", "gap")
_AS_WANTED = ("", "held", "still")
_NOTHING = Spread(UNKNOWN_MS, UNKNOWN_MS, UNKNOWN_MS)


def measure_live(show: str, *, size: str, fps: int, seconds: int) -> dict[str, Any]:
    """``show`` on air for ``seconds``: late and repeated ticks, latency in ms, CPU in percent of one core.

    Latency is from the credit that asked for a frame, so from the moment whose state it shows, to its packet
    at the first output. Raises FarmError.
    """
    with own_farm(target_fps=fps, stream_resolution=size) as farm:
        farm.show(STREAM, SHOWS[show](), {"STREAM_RESOLUTION": size, "TARGET_FPS": fps})
        farm.until(lambda: farm.emitted(STREAM) > 0, "the stream is on air", 30)
        first = farm.settle(STREAM, _WARM_S * fps)
        began_s, cpu_s = time.monotonic(), farm.cpu_s()
        frames = _watched(farm, first, seconds * fps, fps)
        took_s, used_s = time.monotonic() - began_s, farm.cpu_s() - cpu_s
        pss = farm.pss_mb()
    latency = spread_of(frame["latencyMs"] for frame in frames) or _NOTHING
    return {
        "show": show,
        "size": size,
        "fps": fps,
        "frames": len(frames),
        **repeats([frame["cause"] for frame in frames]),
        "latency_ms": {name: round(ms, 1) for name, ms in msgspec.structs.asdict(latency).items()},
        "cpu_percent": round(100 * used_s / took_s, 1),
        "cpu_ms_per_frame": round(1000 * used_s / took_s / fps, 2),
        "pss_mb": round(pss),
    }


def _watched(farm: Rig, first: int, count: int, fps: int) -> list[dict[str, Any]]:
    """What became of ``count`` frames from ``first`` on, read in pieces while they are remembered."""
    frames: dict[int, dict[str, Any]] = {}
    for start in range(first, first + count, _PIECE_S * fps):
        last = min(start + _PIECE_S * fps, first + count) - 1
        # What a tick was is known a second or two after it.
        farm.until(lambda last=last: farm.emitted(STREAM) > last + 3 * fps, f"frame {last}", 3 * _PIECE_S)  # type: ignore[misc]
        answer = farm.ledger(STREAM, start, last)
        frames.update({frame["frame"]: frame for frame in answer["frames"]})
    return [frames[number] for number in sorted(frames)]


def repeats(causes: Sequence[str]) -> dict[str, Any]:
    """Of the causes of all ticks, as the ledger has them: ticks that were late, ticks that showed the last
    picture again though another was wanted, and all by cause."""
    return {
        "late": sum(cause in _LATE for cause in causes),
        "repeated": sum(cause not in _AS_WANTED for cause in causes),
        "causes": {cause: count for cause, count in sorted(Counter(causes).items()) if cause},
    }
