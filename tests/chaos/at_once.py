"""Several parts of a farm on one host that die in the same moment."""

from __future__ import annotations

from tests.chaos.case import Case, Marks
from tests.chaos.faults import (
    drawing_process,
    driving_coordinator,
    encoder_process,
    http_process,
    kill,
    service,
    while_stopped,
)
from tests.chaos.one_host import BACK_MS, BLACK, COORDINATOR_MS, PROCESS_MS, STOPPED_S

NODE_MS = 5000.0
"""A node died together with its processes: so soon its streams are on air."""

_WORKERS = (
    service("worker-1"),
    service("worker-2"),
    drawing_process("worker-1"),
    drawing_process("worker-2"),
)

CASES = (
    Case("kill -9: all workers, masters and children", kill(*_WORKERS), Marks(COORDINATOR_MS)),
    Case(
        "kill -9: the coordinator that drives the stream and a worker",
        kill(driving_coordinator, service("worker-1")),
        Marks(COORDINATOR_MS),
    ),
    Case(
        "kill -9: API, realtime, coordinator and a worker",
        kill(http_process, service("api"), driving_coordinator, service("worker-1")),
        Marks(COORDINATOR_MS),
    ),
    Case(
        "kill -9: Redis and the coordinator that drives the stream",
        kill(driving_coordinator, service("redis")),
        Marks(BACK_MS),
    ),
    Case(
        "kill -9: encoder node with its process",
        kill(service("encoder"), encoder_process),
        Marks(NODE_MS, reconnects=1, unreadable=BLACK, silence_ms=NODE_MS),
    ),
    Case(
        "SIGSTOP: fork server; kill -9: encoder process and a worker",
        while_stopped(service("forks"), kill(encoder_process, service("worker-1"))),
        Marks(PROCESS_MS, reconnects=1, unreadable=BLACK, silence_ms=PROCESS_MS),
        STOPPED_S,
    ),
)
