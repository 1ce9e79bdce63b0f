"""Ways to break a process: as the kernel does it, and as a debugger or a full machine does."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import psutil

from farm.services import reaching_private_redis
from farm.store import keys
from farm.store.connection import FarmRedis, as_text, connect
from tests.chaos.case import STREAM, Arena
from tests.conftest import wait_until
from tests.integration.running_farm import RunningFarm

Victim = Callable[[RunningFarm], psutil.Process]


def service(name: str) -> Victim:
    """One of the supervisor's processes."""
    return lambda farm: farm.service(name)


def drawing_process(worker: str) -> Victim:
    """The child of a worker service that draws."""
    return lambda farm: farm.service(worker).children()[0]


def encoder_process(farm: RunningFarm) -> psutil.Process:
    """The stream's own process."""
    (process,) = farm.encoder_processes()
    return process


def driving_coordinator(farm: RunningFarm) -> psutil.Process:
    """The coordinator that holds the stream's lease: the others are not missed."""
    held = store_of(farm).get(keys.lease(STREAM))
    if held is None:
        raise LookupError("nobody drives the stream")
    owner = as_text(held).split(" ", 1)[1]
    return psutil.Process(int(owner.rsplit("-", 2)[1]))


def store_of(farm: RunningFarm) -> FarmRedis:
    """The farm's Redis."""
    return connect(reaching_private_redis(farm.settings).broker_url())


def kill(victim: Victim) -> Callable[[Arena], AbstractContextManager[None]]:
    """kill -9; whoever looks after the process starts another."""

    @contextmanager
    def strike(arena: Arena) -> Iterator[None]:
        process = victim(arena.farm)
        process.kill()
        yield
        wait_until(lambda: _replaced(victim, arena.farm, process.pid), "somebody takes its place", 30)

    return strike


def stop(victim: Victim) -> Callable[[Arena], AbstractContextManager[None]]:
    """SIGSTOP, and SIGCONT at the end, unless somebody lost patience with it before."""

    @contextmanager
    def strike(arena: Arena) -> Iterator[None]:
        process = victim(arena.farm)
        process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            if process.is_running():
                process.send_signal(signal.SIGCONT)

    return strike


def _replaced(victim: Victim, farm: RunningFarm, pid: int) -> bool:
    try:
        return victim(farm).pid != pid
    except (psutil.Error, LookupError, ValueError):  # nobody there at the moment
        return False
