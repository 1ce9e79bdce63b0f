"""A small disk, and a full one."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

DISK_BYTES = 96 * 1024 * 1024


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of DISK_BYTES at ``folder``."""
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Not a byte more can be written to the disk of ``folder``, soon, until this ends."""
    filler, room = folder / "filler", threading.Event()
    filling = threading.Thread(target=_fill, args=(filler, room), name="filler")
    filling.start()
    try:
        yield
    finally:
        room.set()
        filling.join()
        filler.unlink()


def _fill(path: Path, room: threading.Event) -> None:
    """Keep the disk full: what a server that could not write gives back is taken at once."""
    with path.open("wb", buffering=0) as file:
        for piece_bytes in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while not room.is_set():
                    file.write(bytes(piece_bytes))
        while not room.wait(0.02):
            with suppress(OSError):
                file.write(b"0")
