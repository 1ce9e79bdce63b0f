"""Shared memory of farms that were killed and never came back: what belongs to nobody alive goes.

The names say whose a segment was, but not whether that one lives, and pids mean nothing across containers
that share a memory file system. So who uses a segment holds a kernel lock on it, which ends with its last
process however that dies; what can be locked here is nobody's. Other users' segments are left alone.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from farm.log import get_logger
from farm.transport.ring import RING_PREFIX, SHM_DIR, is_abandoned

log = get_logger(__name__)

SHARE_PREFIX = "framefarm.shared-"
"""Of folders of sprites; not that of rings."""


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    fd = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        yield fd
    finally:
        os.close(fd)


def hold_share(folder: Path) -> int:
    """Make ``folder`` if need be, and hold it while this process, or one that it forked, lives; a file
    descriptor that is to be left open. Raises OSError."""
    while True:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = -1
        with suppress(FileNotFoundError):  # removed before it was held, so it is made anew
            fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            fcntl.flock(fd, fcntl.LOCK_SH)
            if os.path.samestat(os.fstat(fd), folder.stat()):
                return fd
        if fd >= 0:
            os.close(fd)


def sweep_rings() -> list[str]:
    """Remove the rings of encoder processes that are gone; their names."""
    return list(_swept(f"{RING_PREFIX}*", _removed_ring))


def sweep_shares(*, but: Path) -> list[str]:
    """Remove the folders of sprites that no worker holds; their names. ``but`` one stays, whose farm is about
    to use it again."""
    return list(_swept(f"{SHARE_PREFIX}*", lambda path: path != but and _removed_share(path)))


def _swept(pattern: str, removed: Callable[[Path], bool]) -> Iterator[str]:
    for path in SHM_DIR.glob(pattern):
        with suppress(OSError):  # somebody else removed it
            if path.lstat().st_uid == os.geteuid() and removed(path):
                log.info("removed shared memory that nobody uses any more", name=path.name)
                yield path.name


def _removed_ring(path: Path) -> bool:
    with _opened(path, os.O_RDWR) as fd:
        if not is_abandoned(fd):
            return False
        path.unlink()
    return True


def _removed_share(path: Path) -> bool:
    with _opened(path, os.O_RDONLY | os.O_DIRECTORY) as fd:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        shutil.rmtree(path)
    return True
