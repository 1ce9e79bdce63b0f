"""How a stream is doing, in the words that people get: pure functions of what the farm reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from api.realtime.state import Condition
from farm.messages import OutputReport, Relief, State, StreamReport

DEGRADED_SHARE, BAD_SHARE = 0.02, 0.25
"""Of the ticks since the last look, how many may repeat a picture before people are told."""

SEEN_RUNGS = {
    "layers": "optional layers",
    "fps/2": "every second picture",
    "fps/3": "two of three pictures",
    "size/1.5": "fine detail",
    "size/2": "fine detail",
}
"""Of the steps of ``Relief``, those that viewers can see."""


class Health(StrEnum):
    """A stream's health in one word."""

    GOOD = "good"
    DEGRADED = "degraded"
    BAD = "bad"
    OFFLINE = "offline"


def iso_time(wall_ms: int) -> str:
    """Unix milliseconds as people and browsers read it: UTC, ISO 8601."""
    return (
        datetime.fromtimestamp(wall_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )


def repeated_share(report: StreamReport, before: StreamReport | None) -> float:
    """Of the ticks between the two reports, the share of repeats; 0 when that cannot be said."""
    if before is None or before.epoch != report.epoch:
        return 0.0
    ticks = report.emitted - before.emitted
    repeated = sum(report.repeated.values()) - sum(before.repeated.values())
    return max(0.0, repeated / ticks) if ticks > 0 else 0.0


def _picture_health(share: float) -> tuple[Health, str | None]:
    if share <= DEGRADED_SHARE:
        return Health.GOOD, None
    health = Health.BAD if share > BAD_SHARE else Health.DEGRADED
    return health, f"{share:.0%} of the frames came too late and repeated the last picture"


def _outputs_health(outputs: tuple[OutputReport, ...]) -> tuple[Health, str | None]:
    connected = sum(output.state == "connected" for output in outputs)
    if connected == len(outputs):
        return Health.GOOD, None
    health = Health.DEGRADED if connected else Health.BAD
    return health, f"{connected} of {len(outputs)} outputs connected"


def _relief_health(relief: Relief) -> tuple[Health, str | None]:
    seen = [SEEN_RUNGS[rung] for rung in _furthest(relief.rungs) if rung in SEEN_RUNGS]
    if not seen:
        return Health.GOOD, None
    verb = "are" if seen[-1].endswith("s") else "is"
    return Health.DEGRADED, f"{' and '.join(seen)} {verb} left out, because {relief.cause}"


def _furthest(rungs: Sequence[str]) -> list[str]:
    """Of steps that go further in the same direction only the last."""
    return list({rung.partition("/")[0]: rung for rung in rungs}.values())


def health_of(condition: Condition, before: StreamReport | None) -> tuple[Health, list[str]]:
    """The stream's health and its reasons; ``before`` is the report of the last look."""
    status, report, relief = condition
    if status.state is State.FAILED:
        return Health.BAD, [status.reason or "the encoder gave up"]
    if status.state not in (State.LIVE, State.PAUSED):
        return Health.OFFLINE, [status.reason] if status.reason else []
    if report is None:
        return Health.BAD, ["the encoder has not reported for seconds"]
    found = [
        _picture_health(repeated_share(report, before)),
        _outputs_health(report.outputs),
        _relief_health(relief),
    ]
    worst = max((health for health, _ in found), key=list(Health).index)
    return worst, [reason for _, reason in found if reason]


def status_data(condition: Condition, before: StreamReport | None, viewers: int) -> dict[str, Any]:
    """The data of ``stream:status``."""
    state = condition.status.state
    health, reasons = health_of(condition, before)
    return {
        "isLive": state in (State.LIVE, State.PAUSED),
        "isPaused": state is State.PAUSED,
        "state": state,
        "reason": condition.status.reason,
        "viewers": viewers,
        "health": {"level": health, "reasons": reasons},
    }


def metrics_data(report: StreamReport) -> dict[str, Any]:
    """The data of ``metrics:update``: frames a second, kbit/s, frames, percent of a core, bytes."""
    return {
        "fps": round(report.fps, 2),
        "bitrate": round(report.bitrate_kbps, 1),
        "dropped": sum(report.repeated.values()),
        "cpu": round(report.cpu_percent, 1),
        "memory": report.memory_bytes,
    }
