"""A farm with a worker on another host, behind a link that can be bad; and sick workers, and wrong clocks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psutil

from farm.services import reaching_private_redis
from tests.chaos.arena import Ground, started
from tests.chaos.case import STREAM, Case, Marks
from tests.chaos.clock import WallClock
from tests.chaos.link import HERE, bad_link
from tests.chaos.one_host import BACK_MS, WORKER_MS
from tests.conftest import wait_until
from tests.integration.hosts import remote_worker

NAMESPACE = f"ffc{os.getpid()}"
REMOTE = "remote-1"
LINK_S = 6.0
CLOCK_S = 4.0
LOSS, JITTER_S = 0.05, 0.05
STEP_S = 60
SEED = 7


class TwoHosts(Ground):
    """One worker here and one behind a link."""

    def __init__(self, state_dir: Path, settings: dict[str, str]) -> None:
        with self.building() as undo:
            self.weather = undo.enter_context(bad_link(NAMESPACE, SEED))
            self.clock = WallClock(state_dir)
            secret = {"REDIS_BIND": HERE, "REDIS_PASSWORD": "between-hosts"}
            self.farm = started(undo, state_dir, {**settings, **secret, "WORKER_PROCESSES": "1"})
            reached = {"REDIS_URL": f"redis://{HERE}:{self.farm.settings.redis_port}/0"}
            environment = {**self.farm.environment, **reached, **self.clock.environment}
            undo.enter_context(remote_worker(NAMESPACE, REMOTE, environment))
            self.farm.checkable_stream(STREAM)
            wait_until(lambda: REMOTE in self.farm.report(STREAM)["drawnBy"], "the remote worker draws", 30)


class SteppedHost(Ground):
    """A farm on one host whose wall clock can be set."""

    def __init__(self, state_dir: Path, settings: dict[str, str]) -> None:
        with self.building() as undo:
            self.clock = WallClock(state_dir)
            self.farm = started(undo, state_dir, {**settings, **self.clock.environment})
            self.farm.checkable_stream(STREAM)


@contextmanager
def partition(arena: TwoHosts) -> Iterator[None]:
    """No packet gets through, either way."""
    arena.weather.cut = True
    try:
        yield
    finally:
        arena.weather.cut = False


@contextmanager
def bad_weather(arena: TwoHosts) -> Iterator[None]:
    """Packets are lost and late."""
    arena.weather.loss, arena.weather.jitter_s = LOSS, JITTER_S
    try:
        yield
    finally:
        arena.weather.loss = arena.weather.jitter_s = 0.0


def clock_step(ahead_s: int) -> Callable[[TwoHosts | SteppedHost], AbstractContextManager[None]]:
    """The wall clock is set, and set right again."""

    @contextmanager
    def strike(arena: TwoHosts | SteppedHost) -> Iterator[None]:
        arena.clock.step_to(ahead_s)
        try:
            yield
        finally:
            arena.clock.step_to(0)

    return strike


def sick_worker(
    illness: str,
) -> Callable[[TwoHosts | SteppedHost], AbstractContextManager[None]]:
    """One more worker, on this host, that answers with one of :data:`tests.chaos.sick_worker.ILLNESSES`."""

    @contextmanager
    def strike(arena: TwoHosts | SteppedHost) -> Iterator[None]:
        with _sick(arena, illness):
            yield

    return strike


@contextmanager
def _sick(arena: TwoHosts | SteppedHost, illness: str) -> Iterator[None]:
    password = reaching_private_redis(arena.farm.settings).redis_password
    environment = {**arena.farm.environment}
    if password is not None:
        environment["REDIS_PASSWORD"] = password.get_secret_value()
    command = [sys.executable, "-m", "tests.chaos.sick_worker", "sick", illness]
    worker = psutil.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    try:
        yield
        assert worker.is_running()
    finally:
        worker.terminate()
        worker.wait(10)


CASES = (
    Case("a worker's host is cut off", partition, Marks(WORKER_MS), LINK_S),
    Case("a worker's link loses 5 %, 50 ms of jitter", bad_weather, Marks(WORKER_MS), LINK_S),
    Case("a worker's clock is a minute ahead", clock_step(STEP_S), Marks(WORKER_MS), CLOCK_S),
    Case("a worker's clock is a minute behind", clock_step(-STEP_S), Marks(WORKER_MS), CLOCK_S),
)
ONE_HOST_CASES = (
    Case("a worker answers with nonsense", sick_worker("nonsense"), Marks(WORKER_MS), LINK_S),
    Case("a worker names fences that nobody has", sick_worker("fences"), Marks(WORKER_MS), LINK_S),
    Case("the host's clock steps a minute ahead", clock_step(STEP_S), Marks(BACK_MS), CLOCK_S),
    Case("the host's clock steps a minute back", clock_step(-STEP_S), Marks(BACK_MS), CLOCK_S),
)
