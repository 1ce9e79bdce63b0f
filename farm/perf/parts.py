"""Single parts of a farm to measure: a Redis and a coordinator, each a real process, gone afterwards."""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import psutil
from pydantic import SecretStr

from farm.errors import FarmError, StoreUnavailable
from farm.perf.apart import apart_from_others
from farm.perf.ports import free_port
from farm.perf.processes import ended
from farm.services import redis_command, redis_password_file
from farm.settings import Settings
from farm.store.connection import connect

_READY_WITHIN_S = 10.0
_POLL_S = 0.02
LOOPBACK = "127.0.0.1"


class OwnRedis(NamedTuple):
    """A redis-server that keeps everything (AOF), like a farm's own."""

    url: str
    """As this host reaches it."""
    url_elsewhere: str
    """As hosts beyond its other address reach it; with its password, like ``url``."""
    pid: int


@contextmanager
def own_redis(bind: str = LOOPBACK) -> Iterator[OwnRedis]:
    """A redis-server on a free port of loopback, and of the address ``bind``. Raises FarmError."""
    with ExitStack() as undo:
        folder = Path(undo.enter_context(TemporaryDirectory(prefix="framefarm-redis-")))
        port, password = free_port(), secrets.token_hex(16)
        settings = Settings(state_dir=folder, redis_password=SecretStr(password))
        command = redis_command(folder, port, redis_password_file(settings), bind=bind)
        quiet = subprocess.DEVNULL
        process = psutil.Popen(list(command), stdin=quiet, stdout=quiet, stderr=quiet)
        undo.callback(ended, process)
        here, elsewhere = (f"redis://:{password}@{address}:{port}/0" for address in (LOOPBACK, bind))
        until(lambda: _answers(here), "the redis-server to measure with answers", _READY_WITHIN_S, _POLL_S)
        yield OwnRedis(here, elsewhere, process.pid)


@contextmanager
def own_coordinator(url: str) -> Iterator[int]:
    """The process id of a coordinator of the Redis at ``url``."""
    environment = {**apart_from_others(), "REDIS_URL": url, "NODE_NAME": "perf", "LOG_LEVEL": "error"}
    process = psutil.Popen([sys.executable, "-m", "coordinator"], env=environment, stdin=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        ended(process)


def until(condition: Callable[[], bool], what: str, within_s: float, poll_s: float = 0.05) -> None:
    """Poll ``condition``. Raises FarmError when it does not come true in time."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            raise FarmError(f"{what}: not within {within_s:g} s")
        time.sleep(poll_s)


def _answers(url: str) -> bool:
    try:
        with connect(url) as redis:
            return bool(redis.ping())
    except StoreUnavailable:
        return False
