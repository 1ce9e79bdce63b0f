"""Workers that live on a host of their own: a network namespace, and a /dev/shm that is not ours."""

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
    """``program name`` in ``namespace``, with a /dev/shm of its own, as on another machine."""
    inside = 'mount -t tmpfs tmpfs /dev/shm && exec "$@"'
    command = [
        *("ip", "netns", "exec", namespace, "unshare", "--mount", "sh", "-c", inside, "sh"),
        *(*program, name),
    ]
    worker = psutil.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    try:
        yield worker
    finally:
        worker.terminate()
        worker.wait(timeout=10)
