"""Processes that measurements start: the CPU that they use, and their end."""

from __future__ import annotations

import time
from contextlib import suppress

import psutil

STOP_WITHIN_S = 20.0
_CPU_CLOCK = 2


def cpu_ns(pid: int) -> int:
    """CPU time that all threads of a process have used so far, to the nanosecond; 0 for one that is gone.

    It is the process's own clock, as clock_getcpuclockid(3) gives it: what ``ps`` shows counts in steps of
    10 ms, which is too coarse for a second of little work.
    """
    try:
        return time.clock_gettime_ns((~pid << 3) | _CPU_CLOCK)
    except OSError:
        return 0


def ended(process: psutil.Popen) -> None:
    """End ``process`` in good order, or else with all of its children."""
    with suppress(psutil.NoSuchProcess):
        process.terminate()
    try:
        process.wait(STOP_WITHIN_S)
    except psutil.TimeoutExpired:
        for each in (*process.children(recursive=True), process):
            each.kill()
