"""A farm on one host, as `framefarm up` starts it, and the deaths of its processes."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.arena import Ground, started
from tests.chaos.case import STREAM, Case, Marks
from tests.chaos.faults import drawing_process, driving_coordinator, encoder_process, kill, service, stop

WORKER_MS, COORDINATOR_MS = 100.0, 1000.0
STOPPED_S = 4.0
REDIS_AWAY_S = 30.0
BACK_MS = 2000.0
"""Redis is back: so soon are new pictures."""
PROCESS_MS = 2000.0
"""The encoder's own process died: so soon is another one on air."""
BLACK = 15
"""Half a second of its first pictures may be black."""


class OneHost(Ground):
    """`framefarm up` with a Redis and an RTMP server of its own, and a test stream on air."""

    def __init__(self, state_dir: Path, settings: dict[str, str]) -> None:
        with self.building() as undo:
            self.farm = started(undo, state_dir, settings)
            self.farm.checkable_stream(STREAM)


CASES = (
    Case("kill -9: a process that draws", kill(drawing_process("worker-1")), Marks(WORKER_MS)),
    Case("kill -9: a worker's master", kill(service("worker-1")), Marks(WORKER_MS)),
    Case("kill -9: the coordinator that drives the stream", kill(driving_coordinator), Marks(COORDINATOR_MS)),
    Case("kill -9: encoder node", kill(service("encoder")), Marks(0)),
    Case("kill -9: API", kill(service("api")), Marks(0)),
    Case("kill -9: fork server", kill(service("forks")), Marks(0)),
    Case("kill -9: Redis", kill(service("redis")), Marks(BACK_MS)),
    Case(
        "kill -9: encoder process",
        kill(encoder_process),
        Marks(PROCESS_MS, reconnects=1, unreadable=BLACK, silence_ms=PROCESS_MS),
    ),
    Case("SIGSTOP: a process that draws", stop(drawing_process("worker-1")), Marks(WORKER_MS), STOPPED_S),
    Case("SIGSTOP: a worker's master", stop(service("worker-1")), Marks(WORKER_MS), STOPPED_S),
    Case(
        "SIGSTOP: the coordinator that drives the stream",
        stop(driving_coordinator),
        Marks(COORDINATOR_MS),
        STOPPED_S,
    ),
    Case("SIGSTOP: encoder node", stop(service("encoder")), Marks(0), STOPPED_S),
    Case("SIGSTOP: API", stop(service("api")), Marks(0), STOPPED_S),
    Case(
        "SIGSTOP: encoder process",
        stop(encoder_process),
        Marks(PROCESS_MS, reconnects=1, unreadable=BLACK, silence_ms=PROCESS_MS),
        STOPPED_S,
    ),
    Case(
        "SIGSTOP: Redis, half a minute",
        stop(service("redis")),
        Marks(1000 * REDIS_AWAY_S + BACK_MS),
        REDIS_AWAY_S,
    ),
)
