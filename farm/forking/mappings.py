"""What a process keeps mapped of the files that it has loaded, and how it lets go of it.

Importing a library runs a little of all its code, and from then on the process keeps those pages. The fork
server runs none of it ever again, and a child does not inherit such pages but asks for those that it needs.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from pathlib import Path

_MADV_DONTNEED = 4
"""From madvise(2)."""
_MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ +(/.*)")
_SMAPS = Path("/proc/self/smaps")


def clean_mappings(smaps: str) -> Iterator[tuple[int, int]]:
    """(address, bytes) of what in ``smaps`` (see proc(5)) is a file's content and nothing else: it cannot be
    written to, and no page of it is this process's own, as are those that the loader has put addresses in."""
    found: tuple[int, int] | None = None
    for line in smaps.splitlines():
        if mapping := _MAPPING.match(line):
            start, stop = int(mapping[1], 16), int(mapping[2], 16)
            found = (start, stop - start) if "w" not in mapping[3] else None
        elif line.startswith("Anonymous:"):
            if found and line.split()[1] == "0":
                yield found
            found = None


def release_clean_mappings() -> int:
    """Let go of all pages that are a file's content; who needs one finds it in the file again. Returns the
    bytes of address space; what the system refuses stays."""
    libc = ctypes.CDLL(None, use_errno=True)
    released = 0
    for address, size in clean_mappings(_SMAPS.read_text()):
        done = libc.madvise(ctypes.c_void_p(address), ctypes.c_size_t(size), _MADV_DONTNEED) == 0
        released += size if done else 0
    return released
