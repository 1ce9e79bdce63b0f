"""Parents and children, beyond what the standard library knows: ending with a parent, burying orphans."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Container
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
"""Both from prctl(2)."""

_STARTED_FIELD = 22 - 3
"""Of /proc/PID/stat, counted from the third field, behind the name; see proc(5)."""


class ParentGone(Exception):
    """The parent ended before the kernel knew what that means for us."""


def end_with_parent(parent_pid: int, number: signal.Signals) -> None:
    """Let the kernel send this process ``number`` when its parent, ``parent_pid``, is gone.

    Raises ParentGone when it is gone already.
    """
    _prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent_pid:
        raise ParentGone


def born_s(pid: int) -> float | None:
    """When process ``pid`` was started, in seconds since the system was; None when there is no such process.

    With the pid it names a process for good. Unlike a start by the wall clock, as psutil tells it, it stays
    the same when that clock is set.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    ticks = int(stat.rpartition(")")[2].split()[_STARTED_FIELD])
    return ticks / os.sysconf("SC_CLK_TCK")


def adopt_orphans() -> None:
    """Be the parent of every descendant whose own parent dies, instead of the system's first process: in a
    container that is often a program that never buries anybody. See :func:`bury_orphans`."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def bury_orphans(own: Container[int] = ()) -> bool:
    """Reap the children that ended, except our ``own``, whose exit codes somebody waits for.

    Stops at the first of these, so it is to be called again once they are reaped. Returns whether any child
    is left, running or not.
    """
    while True:
        try:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return False
        if ended is None or ended.si_pid in own:
            return True
        os.waitpid(ended.si_pid, 0)


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}, {value})")
