"""A Redis of its own to measure with: as a farm starts it, on a free port, gone afterwards."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from farm.errors import FarmError, StoreUnavailable
from farm.perf.processes import ended, free_port
from farm.services import redis_command
from farm.store.connection import connect

_READY_WITHIN_S = 10.0
_POLL_S = 0.02


@contextmanager
def own_redis() -> Iterator[tuple[str, psutil.Popen]]:
    """The URL and the process of a redis-server that keeps everything (AOF), like a farm's own.

    Raises FarmError.
    """
    with ExitStack() as undo:
        folder = Path(undo.enter_context(TemporaryDirectory(prefix="framefarm-redis-")))
        port = free_port()
        process = psutil.Popen(
            list(redis_command(folder, port)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        undo.callback(ended, process)
        url = f"redis://127.0.0.1:{port}/0"
        deadline = time.monotonic() + _READY_WITHIN_S
        while not _answers(url):
            if time.monotonic() > deadline:
                raise FarmError("the redis-server to measure with did not start")
            time.sleep(_POLL_S)
        yield url, process


def _answers(url: str) -> bool:
    try:
        with connect(url) as redis:
            return bool(redis.ping())
    except StoreUnavailable:
        return False
