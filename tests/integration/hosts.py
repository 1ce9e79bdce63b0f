"""Programs that live on a host of their own: a network namespace, and a /dev/shm that is not ours."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import psutil

WORKERS = (sys.executable, "-m", "workers", "--name")


@contextmanager
def remote_worker(
    namespace: str, name: str, environment: Mapping[str, str], program: Sequence[str] = WORKERS
) -> Iterator[psutil.Popen]:
    """``program name`` in ``namespace``, with a /dev/shm of its own."""
    worker = started_remotely(namespace, (*program, name), environment)
    try:
        yield worker
    finally:
        worker.terminate()
        worker.wait(timeout=10)


def started_remotely(namespace: str, command: Sequence[str], environment: Mapping[str, str]) -> psutil.Popen:
    """``command`` in ``namespace``, with a /dev/shm of its own, as on another machine."""
    inside = 'mount -t tmpfs tmpfs /dev/shm && exec "$@"'
    there = ("ip", "netns", "exec", namespace, "unshare", "--mount", "sh", "-c", inside, "sh")
    return psutil.Popen([*there, *command], env={**os.environ, **environment}, stdout=subprocess.DEVNULL)


def processes_in(namespace: str) -> list[psutil.Process]:
    """What runs in ``namespace``."""
    told = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True, check=True)
    return [psutil.Process(int(pid)) for pid in told.stdout.split()]
