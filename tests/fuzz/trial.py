"""Cases in child processes: a crash, a hang or a flood of memory costs the child only, and names its case.

A case is a number: what it sends follows from it alone, so that it can be tried again.
"""

from __future__ import annotations

import importlib
import logging
import os
import random
import resource
import select
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

MEMORY_MB = 1536
"""Address space that a case may take beyond what the process has after its imports."""
CASE_S = 20.0
"""So long one case may take."""
_START_S = 90.0
"""So long a process may take to begin with its first case."""
_MAX_FAILURES = 20
_TOLD_EVERY = 500
_MAX_COMPLAINT = 3000  # characters

Case = Callable[[random.Random], str]
"""Sends something and answers in a word what became of it. Raises what may not happen."""

KINDS: Mapping[str, str] = {
    "documents": "tests.fuzz.cases:document",
    "files": "tests.fuzz.cases:file",
    "drawings": "tests.fuzz.cases:svg",
    "fonts": "tests.fuzz.cases:font",
    "characters": "tests.fuzz.cases:character",
}
"""What can be fuzzed: where its cases are."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that went wrong."""

    kind: str
    case: int
    reason: str

    def __str__(self) -> str:
        again = f"python -m tests.fuzz {self.kind} --first {self.case} --count 1"
        return f"{self.reason}\n  again: {again}"


def run(kind: str, first: int, count: int, *, case_s: float = CASE_S, tell: bool = False) -> list[Failure]:
    """Try so many cases of a kind, or of any ``module:function``, from ``first`` on; what failed.

    ``case_s`` is how long one may take; with ``tell`` every five hundredth is told on standard error.
    """
    failures: list[Failure] = []
    end = first + count
    while first < end and len(failures) < _MAX_FAILURES:
        reached, reason = _batch(kind, first, end, case_s, tell=tell)
        if reason is not None:
            failures.append(Failure(kind, reached, reason))
        first = reached + 1
    return failures


def _batch(kind: str, first: int, end: int, case_s: float, *, tell: bool) -> tuple[int, str | None]:
    """Run cases until one fails; the last case that was begun, and why it failed."""
    command = [sys.executable, "-X", "faulthandler", "-m", "tests.fuzz.trial", kind, str(first), str(end)]
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints) as child,
    ):
        begun, left, patience_s = first, b"", _START_S
        while True:
            if child.stdout is None or not select.select([child.stdout], [], [], patience_s)[0]:
                child.kill()
                return begun, f"took more than {patience_s:g} s"
            told = os.read(child.stdout.fileno(), 65_536)
            patience_s = case_s
            *lines, left = (left + told).split(b"\n")
            for line in lines:
                begun = int(line)
                if tell and begun % _TOLD_EVERY == 0:
                    sys.stderr.write(f"{kind} {begun}\n")
            if not told:
                break
        child.wait()
        complaints.seek(0)
        complaint = complaints.read().decode(errors="replace")[-_MAX_COMPLAINT:]
    if child.returncode == 0:
        return end - 1, None
    return begun, f"ended by signal {-child.returncode}\n{complaint}" if child.returncode < 0 else complaint


def child(kind: str, first: int, end: int) -> None:
    """Run the cases here, in a process of their own; says the number of each before it begins."""
    module, _, name = KINDS.get(kind, kind).partition(":")
    case: Case = getattr(importlib.import_module(module), name)
    # What painters say of layers that they refuse is no news here.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    used = _address_space()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY_MB * 2**20,) * 2)
    for number in range(first, end):
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        case(random.Random(number))


def _address_space() -> int:
    """Bytes that this process has mapped."""
    with open("/proc/self/statm") as file:  # noqa: PTH123  a file of the kernel's
        return int(file.read().split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    try:
        child(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    except BaseException:  # noqa: BLE001  told to the parent, whatever it is
        traceback.print_exc()
        raise SystemExit(1) from None
