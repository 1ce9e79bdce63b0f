"""What each process of a farm takes of the memory, as Linux tells it; see proc_pid_smaps(5)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

_FIELD = re.compile(r"^(\w+): +(\d+) kB$", re.MULTILINE)
_CELERY = re.compile(r"\[celeryd: ([^@]+)@\S+?:(\S+)\]")
_TITLE_CHARS = 40


class Share(NamedTuple):
    """Of one process, in 10^6 bytes."""

    pss_mb: float
    """What it shares counts by its part of it: those of all processes add up to what they take together."""
    own_mb: float
    """What nobody shares, and what would be free without it."""
    written_mb: float
    """Of ``pss_mb`` what was written to. The rest is files of programs, and how much of these is this
    process's part depends on who else of this host happens to run the same ones."""


NOTHING = Share(0.0, 0.0, 0.0)


def share_in(rollup: str) -> Share:
    """What the text of a ``smaps_rollup`` says."""
    bytes_of = {name: int(kb) * 1024 for name, kb in _FIELD.findall(rollup)}
    own = bytes_of.get("Private_Clean", 0) + bytes_of.get("Private_Dirty", 0)
    sizes = (bytes_of.get("Pss", 0), own, bytes_of.get("Pss_Dirty", 0))
    return Share(*(round(size / 1e6, 1) for size in sizes))


def share_of(pid: int) -> Share:
    """What process ``pid`` takes; nothing when it is gone."""
    try:
        return share_in(Path(f"/proc/{pid}/smaps_rollup").read_text())
    except OSError:
        return NOTHING


def title(command: Sequence[str]) -> str:
    """A process's name for people, of its command line."""
    words = " ".join(command)
    if celery := _CELERY.search(words):
        return f"{celery[1]} {celery[2]}"
    if "-m" in words.split():
        words = words.split("-m ", 1)[1]
    first, *rest = words.split(" [", 1)[0].split(" ")
    return " ".join((first.rsplit("/", 1)[-1], *rest))[:_TITLE_CHARS].strip()
