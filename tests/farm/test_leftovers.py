"""Shared memory of whoever was killed goes; of two farms on one host the living one keeps what it uses."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from farm.transport.leftovers import SHARE_PREFIX, hold_share, sweep_rings, sweep_shares
from farm.transport.ring import SHM_DIR, Ring

NOWHERE = SHM_DIR / "nowhere"
FARM = """
import sys
from pathlib import Path
from farm.transport.leftovers import hold_share
from farm.transport.ring import Ring
share = Path(sys.argv[2])
hold_share(share)
(share / "one.sprite").write_bytes(b"pixels")
print(Ring.create(sys.argv[1], 64, 36, 4).name, flush=True)
sys.stdin.read()
"""
"""What a farm holds: a ring, and a folder of sprites."""


class HeldFarm:
    """A process that holds shared memory as a farm does."""

    def __init__(self, process: subprocess.Popen[str], share: Path) -> None:
        self.process = process
        self.share = share
        assert process.stdout is not None
        self.ring = SHM_DIR / process.stdout.readline().strip()

    def there(self) -> tuple[bool, bool]:
        """Whether its ring is there, and its sprites."""
        return self.ring.exists(), (self.share / "one.sprite").exists()


@contextmanager
def farm() -> Iterator[HeldFarm]:
    mark = secrets.token_hex(6)
    share = SHM_DIR / f"{SHARE_PREFIX}{mark}"
    command = [sys.executable, "-c", FARM, f"test-{mark}", str(share)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield HeldFarm(process, share)
        finally:
            process.kill()
            process.wait()
            sweep_rings()
            sweep_shares(but=NOWHERE)


def test_what_a_killed_farm_held_goes_and_what_a_living_one_holds_stays() -> None:
    with farm() as living, farm() as killed:
        assert not {living.ring.name, killed.ring.name} & set(sweep_rings())
        assert not {living.share.name, killed.share.name} & set(sweep_shares(but=NOWHERE))
        killed.process.kill()
        killed.process.wait()
        assert killed.there() == (True, True)
        assert killed.ring.name in sweep_rings()
        assert killed.share.name in sweep_shares(but=NOWHERE)
        assert (killed.there(), living.there()) == ((False, False), (True, True))


def test_a_farm_that_is_about_to_use_its_sprites_again_keeps_them() -> None:
    with farm() as killed:
        killed.process.kill()
        killed.process.wait()
        assert killed.share.name not in sweep_shares(but=killed.share)
        assert killed.there() == (True, True)


@pytest.mark.parametrize("content", [b"", b"x" * 40, b"x" * 10_000])
def test_a_file_that_is_no_ring_or_not_yet_one_stays(content: bytes) -> None:
    path = SHM_DIR / f"framefarm-test-{secrets.token_hex(6)}"
    path.write_bytes(content)
    try:
        assert path.name not in sweep_rings()
        assert path.exists()
    finally:
        path.unlink()


def test_workers_that_still_map_a_ring_do_not_keep_it_and_see_what_they_saw() -> None:
    with farm() as killed:
        worker = Ring(killed.ring.name, os.open(killed.ring, os.O_RDWR))
        killed.process.kill()
        killed.process.wait()
        assert killed.ring.name in sweep_rings()
        assert worker.emitted == -1


def test_a_folder_that_is_removed_while_it_is_being_held_is_made_anew() -> None:
    folder, stop = SHM_DIR / f"{SHARE_PREFIX}{secrets.token_hex(6)}", threading.Event()

    def sweep() -> None:
        while not stop.is_set():
            sweep_shares(but=NOWHERE)

    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    try:
        for number in range(100):
            fd = hold_share(folder)
            (folder / f"{number}.sprite").touch()
            assert (folder / f"{number}.sprite").exists()
            os.close(fd)
    finally:
        stop.set()
        sweeper.join()
        sweep_shares(but=NOWHERE)
