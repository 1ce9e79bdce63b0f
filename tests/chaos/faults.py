"""Ways to break a process: as the kernel does it, and as a debugger or a full machine does."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import partial

import psutil

from farm.errors import StoreUnavailable
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


def http_process(farm: RunningFarm) -> psutil.Process:
    """The half of the API that answers HTTP; the other one, its service, is the realtime half."""
    listening = (
        connection.pid
        for connection in psutil.net_connections("tcp4")
        if connection.status == psutil.CONN_LISTEN
        and connection.laddr
        and connection.laddr.port == farm.settings.port
    )
    pid = next((pid for pid in listening if pid is not None), None)
    if pid is None:
        raise LookupError("nobody answers HTTP")
    return psutil.Process(pid)


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


def kill(*victims: Victim) -> Callable[[Arena], AbstractContextManager[None]]:
    """kill -9 of all of them at once; whoever looks after each starts another."""

    @contextmanager
    def strike(arena: Arena) -> Iterator[None]:
        processes = [victim(arena.farm) for victim in victims]
        for process in processes:
            with suppress(psutil.NoSuchProcess):  # it ended with the one before
                process.kill()
        yield
        for victim, process in zip(victims, processes, strict=True):
            replaced = partial(_replaced, victim, arena.farm, process.pid)
            wait_until(replaced, "somebody takes its place", 30)

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


def while_stopped(
    stopped: Victim, strike: Callable[[Arena], AbstractContextManager[None]]
) -> Callable[[Arena], AbstractContextManager[None]]:
    """``strike``, and who would help is stopped."""

    @contextmanager
    def both(arena: Arena) -> Iterator[None]:
        with ExitStack() as afterwards, stop(stopped)(arena):
            afterwards.enter_context(strike(arena))
            yield

    return both


def _replaced(victim: Victim, farm: RunningFarm, pid: int) -> bool:
    try:
        return victim(farm).pid != pid
    except (psutil.Error, LookupError, ValueError, StoreUnavailable):  # nobody there at the moment
        return False
