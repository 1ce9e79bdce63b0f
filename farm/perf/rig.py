"""A farm to measure: started for the purpose, with ports, a Redis and a folder of its own."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from farm.client import FarmClient
from farm.errors import FarmError
from farm.perf.apart import apart_from_others
from farm.perf.ports import free_port
from farm.perf.processes import ended
from farm.perf.shares import Share, share_of, title
from farm.perf.shows.show import Show
from farm.readiness import is_ready
from farm.services import reaching_private_redis
from farm.settings import Settings, load_settings
from farm.store.connection import connect
from farm.up.ports import wanted_ports

READY_WITHIN_S = 60.0
_POLL_S = 0.25
"""Asking costs the farm as well."""


class Rig:
    """A running farm of this host, and what can be measured of it."""

    def __init__(self, process: psutil.Popen, settings: Settings, client: FarmClient) -> None:
        self._process = process
        self.settings = settings
        self.client = client

    def processes(self) -> list[psutil.Process]:
        """Every process of the farm, whoever its parent is."""
        family = [psutil.Process(self._process.pid), *self._process.children(recursive=True)]
        return list({process.pid: process for process in (*family, *self._streams())}.values())

    def cpu_s(self, service: str | None = None) -> float:
        """CPU time that all processes of the farm, or of one of its services, have used so far: those that
        ended included, as their parents have it."""
        processes = self.processes() if service is None else self._served(service)
        return sum(map(_cpu_s, processes))

    def cpu_by_part(self) -> dict[str, float]:
        """CPU time that each part of the farm has used so far; all workers are one part, all
        coordinators, and the encoder node with all streams' processes."""
        parts = {name: self.cpu_s(name) for name in ("redis", "api")}
        for part in ("coordinator", "worker"):
            names = [name for name in self._roster() if name.startswith(part)]
            parts[f"{part}s"] = sum(map(self.cpu_s, names))
        encoders = {process.pid: process for process in (*self._served("encoder"), *self._streams())}
        parts["encoders"] = sum(map(_cpu_s, encoders.values()))
        return parts

    def _served(self, service: str) -> list[psutil.Process]:
        """The processes of one service."""
        served = psutil.Process(self._roster()[service][0])
        return [served, *served.children(recursive=True)]

    def _roster(self) -> dict[str, list[int]]:
        """The process id of each service, and when it began."""
        roster: dict[str, list[int]] = json.loads((self.settings.state_dir / "processes.json").read_text())
        return roster

    def _streams(self) -> list[psutil.Process]:
        """The streams' own processes."""
        entries = (self.settings.state_dir / "encoders").glob("*/*.json")
        return [process for entry in entries if (process := _noted(entry)) is not None]

    def _encodes(self, stream: str) -> bool:
        """Whether the process of ``stream`` is there."""
        notes = (self.settings.state_dir / "encoders").glob(f"*/{stream}.json")
        return any(_noted(note) is not None for note in notes)

    def redis_bytes(self) -> tuple[int, int]:
        """Bytes that came into the farm's Redis and went out of it so far."""
        with connect(reaching_private_redis(self.settings).broker_url()) as redis:
            stats = redis.info("stats")
        return stats["total_net_input_bytes"], stats["total_net_output_bytes"]

    def memory(self) -> dict[str, Share]:
        """What each process takes of the memory, by its title and id; the largest first."""
        shares: dict[str, Share] = {}
        for process in self.processes():
            with process.oneshot(), suppress(psutil.NoSuchProcess):
                name = title(process.cmdline()) or process.name()
                shares[f"{name} ({process.pid})"] = share_of(process.pid)
        return dict(sorted(shares.items(), key=lambda named: -named[1].pss_mb))

    def pss_mb(self) -> float:
        """Megabytes (10^6 bytes) that all processes take together."""
        return sum(share.pss_mb for share in self.memory().values())

    def render(self, stream: str, frames: int) -> float:
        """Render the first ``frames`` frames of ``stream``, whose pace is free, into its file; the CPU time
        that took all processes, in s. Raises FarmError."""
        self.client.call("PATCH", f"/streams/{stream}/config", {"FRAMES": frames})
        before_s = self.cpu_s()
        self.client.call("POST", f"/streams/{stream}/start")
        self.rendered(stream, frames)
        return self.cpu_s() - before_s

    def rendered(self, stream: str, frames: int) -> None:
        """Wait until ``stream``, whose pace is free, has all its ``frames``. Raises FarmError."""

        def finished() -> bool:
            if self._encodes(stream):  # seen without asking, which would cost what is measured
                return False
            status = self.client.call("GET", f"/streams/{stream}/status")
            return (status["desired"], status["state"]) == ("stopped", "idle")

        self.until(finished, f"{frames} frames of {stream} are rendered", 60 + frames / 5)

    def show(self, stream: str, show: Show, config: Mapping[str, Any]) -> None:
        """Put ``show`` on air as ``stream``."""
        scene = show.scene({piece.name: self._upload(piece.name, piece.sheet()) for piece in show.pieces})
        self.client.call("POST", "/streams", {"id": stream, "scene": scene, "config": dict(config)})
        self.client.call("POST", f"/streams/{stream}/start")

    def settle(self, stream: str, frames: int) -> int:
        """Wait until so many more frames of ``stream`` were sent; the number of the last one."""
        wanted = self.emitted(stream) + frames
        self.until(lambda: self.emitted(stream) >= wanted, f"{frames} frames of {stream}", 30 + frames / 10)
        return self.emitted(stream)

    def emitted(self, stream: str) -> int:
        """The number of frames that were sent so far."""
        count: int = self.client.call("GET", f"/streams/{stream}/status")["frameCount"]
        return count

    def ledger(self, stream: str, first: int, last: int) -> dict[str, Any]:
        """What became of frames ``first``..``last``."""
        query = f"from={first}&to={last}&limit=2000"
        answer: dict[str, Any] = self.client.call("GET", f"/streams/{stream}/ledger?{query}")
        return answer

    def until(self, condition: Callable[[], bool], what: str, within_s: float) -> None:
        """Poll ``condition``. Raises FarmError when it does not come true in time."""
        deadline = time.monotonic() + within_s
        while not condition():
            if time.monotonic() > deadline:
                raise FarmError(f"{what}: not within {within_s:g} s")
            time.sleep(_POLL_S)

    def _upload(self, name: str, png: bytes) -> str:
        answer: dict[str, Any] = self.client.upload(f"/assets?name={name}", png)
        asset: str = answer["id"]
        return asset


@contextmanager
def own_farm(**settings: object) -> Iterator[Rig]:
    """A farm of the checked-out code with ``settings``, ended and removed afterwards. Raises FarmError."""
    with ExitStack() as undo:
        folder = Path(undo.enter_context(TemporaryDirectory(prefix="framefarm-perf-")))
        token = secrets.token_hex(16)
        environment = {
            **{name: str(free_port()) for name in wanted_ports(load_settings({}))},
            "STATE_DIR": str(folder),
            "ADMIN_TOKEN": token,
            "ASSET_MAX_BYTES": "400000000",
            "BODY_MAX_BYTES": "400000000",
            "ASSET_MAX_PIXELS": "200000000",
            # A stream that does with less would be measured as if it did as much.
            "DEGRADE": "false",
            **{name.upper(): str(value) for name, value in settings.items()},
        }
        known = load_settings(environment)
        log = undo.enter_context((folder / "up.log").open("wb"))
        process = psutil.Popen(
            [sys.executable, "-m", "farm", "up"],
            env={**apart_from_others(), **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        undo.callback(ended, process)
        client = undo.enter_context(FarmClient(f"http://127.0.0.1:{known.port}", token, timeout_s=60))
        rig = Rig(process, known, client)
        try:
            rig.until(lambda: _ready(process, known), "the farm is ready", READY_WITHIN_S)
        except FarmError as error:
            said = (folder / "up.log").read_text(errors="replace")[-2000:]
            raise FarmError(f"the farm to measure did not start:\n{said}") from error
        yield rig


def _ready(process: psutil.Popen, settings: Settings) -> bool:
    if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
        raise FarmError("it ended")
    return is_ready(settings.health_port)


def _noted(entry: Path) -> psutil.Process | None:
    """The process that a node keeps a note of; None when it ended."""
    try:
        return psutil.Process(json.loads(entry.read_text())["pid"])
    except (FileNotFoundError, psutil.Error):
        return None


def _cpu_s(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:  # it ended meanwhile
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)
