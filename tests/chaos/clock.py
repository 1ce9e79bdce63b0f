"""A host whose wall clock can be set while its programs run; its monotonic clock goes on, as everywhere."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

_SOURCE = Path(__file__).parent / "clock_step.c"
_LONG = struct.Struct("l")


class WallClock:
    """The wall clock of every program that is started with :attr:`environment`."""

    def __init__(self, folder: Path) -> None:
        library, self._step = folder / "clock_step.so", folder / "clock-step"
        self._step.write_bytes(_LONG.pack(0))
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", str(library), str(_SOURCE)], check=True)
        self.environment = {"LD_PRELOAD": str(library), "CLOCK_STEP": str(self._step)}

    def step_to(self, ahead_s: int) -> None:
        """From now on it is wrong by ``ahead_s``."""
        with self._step.open("r+b") as file:
            file.write(_LONG.pack(ahead_s))
