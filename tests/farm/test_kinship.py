"""When a process was born, told so that no setting of the clock changes it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import psutil

from farm.forking.kinship import born_s


def test_a_birth_is_counted_from_the_systems_start() -> None:
    born = born_s(os.getpid())
    assert born is not None
    assert abs(born - (psutil.Process().create_time() - psutil.boot_time())) < 2


def test_a_program_may_be_called_anything(tmp_path: Path) -> None:
    odd = tmp_path / "od) d 1 2"
    shutil.copy(shutil.which("sleep") or "", odd)
    with subprocess.Popen([odd, "60"]) as process:
        born, own = born_s(process.pid), born_s(os.getpid())
        process.kill()
    assert born is not None
    assert own is not None
    assert born >= own


def test_a_process_that_is_gone_has_no_birth() -> None:
    with subprocess.Popen(["true"]) as process:
        process.wait()
    assert born_s(process.pid) is None
