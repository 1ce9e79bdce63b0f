"""A farm that runs as a user would run it, and what a user, a viewer and a saboteur can do with it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from encoder.child import Child
from encoder.registry import Registry
from farm.client import FarmClient
from farm.debug.checkable import checkable_scene
from farm.debug.pattern import PatternPlace, Tally
from farm.debug.reader import frame_numbers
from farm.perf.ports import free_port
from farm.readiness import is_ready
from farm.settings import Settings, load_settings, parse_resolution
from farm.up.ports import wanted_ports
from tests.conftest import listens, wait_until

TOKEN = "integration-test-admin-token"
PLACE = PatternPlace(cell_px=32, bits=24)


class RunningFarm:
    """`framefarm up` as a process, with a state directory and ports of its own."""

    def __init__(self, state_dir: Path, extra: Mapping[str, str], *, demo: bool = False) -> None:
        ports = {name: str(free_port()) for name in wanted_ports(load_settings({}))}
        self.environment = {
            **ports,
            "STATE_DIR": str(state_dir),
            "ADMIN_TOKEN": TOKEN,
            "LOG_FORMAT": "json",
            "STREAM_BITRATE": "3000k",
            **extra,
        }
        self.settings: Settings = load_settings(self.environment)
        self.size = parse_resolution(self.settings.stream_resolution)
        self.state_dir = state_dir
        self.log_path = state_dir / "up.log"
        self._options = ["--demo"] if demo else []
        self._process: psutil.Popen | None = None

    def start(self, *, ready: bool = True) -> None:
        """Start it and wait until it says that it is ready, or else that the API answers."""
        with self.log_path.open("ab") as log:
            self._process = psutil.Popen(
                [sys.executable, "-m", "farm", "up", *self._options],
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        condition = self.ready if ready else self.answers
        wait_until(lambda: self._alive() and self._claimed() and condition(), "the farm is ready", 60)

    def stop(self) -> None:
        """End it as Ctrl-C does; fails when it takes longer than the promised 10 s."""
        if self._process is not None and self._process.is_running():
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=10)
        self._process = None

    def kill_supervisor(self) -> None:
        """kill -9 of `framefarm up` alone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill_everything(self) -> None:
        """kill -9 of every process at once."""
        if self._process is None:
            return
        doomed = [self._process, *self._process.children(recursive=True), *self.encoder_processes()]
        for process in doomed:
            process.kill()
        psutil.wait_procs(doomed, timeout=10)
        self._process.wait()
        self._process = None

    def ready(self) -> bool:
        """Whether the health server says so."""
        return is_ready(self.settings.health_port)

    def answers(self) -> bool:
        """Whether the API answers."""
        return listens(self.settings.port)

    def services(self) -> dict[str, int]:
        """Name to process id of what the supervisor runs."""
        roster = json.loads((self.state_dir / "processes.json").read_text())
        return {name: pid for name, (pid, _) in roster.items()}

    def service(self, name: str) -> psutil.Process:
        """One of the supervisor's processes."""
        return psutil.Process(self.services()[name])

    def encoder_processes(self) -> list[psutil.Process]:
        """The streams' own processes: of this farm, whoever their parent is."""
        entries = Registry(self.state_dir.resolve(), self.settings.node_name).entries()
        children = [child for entry in entries if (child := Child.adopt(entry))]
        return [psutil.Process(child.entry.pid) for child in children]

    @contextmanager
    def client(self) -> Iterator[FarmClient]:
        """The API, as admin."""
        with FarmClient(f"http://127.0.0.1:{self.settings.port}", TOKEN) as client:
            yield client

    def call(self, method: str, path: str, body: object = None) -> Any:
        """One call of the API."""
        with self.client() as client:
            return client.call(method, path, body)

    def play_url(self, stream: str) -> str:
        """Where viewers play ``stream``."""
        return f"rtmp://127.0.0.1:{self.settings.rtmp_port}/live/{stream}"

    def checkable_stream(self, stream: str) -> str:
        """Put a test stream on air, wait until frames come steadily, and return its play URL."""
        scene = checkable_scene(*self.size, PLACE)
        self.call("POST", "/streams", {"id": stream, "scene": scene})
        self.call("POST", f"/streams/{stream}/start")
        self.wait_steady(stream)
        return self.play_url(stream)

    def wait_steady(self, stream: str) -> None:
        """Wait until a viewer can see the stream and no frame between its last two reports was repeated."""
        told: list[tuple[int, int]] = []

        def steady() -> bool:
            status = self.call("GET", f"/streams/{stream}/status")
            report = status["frameCount"], status["droppedFrames"]
            told.extend([report] if report not in told[-1:] else [])
            (before, dropped), (count, still_dropped) = told[-2:] if len(told) > 1 else 2 * told
            return status["isLive"] and before > 0 and count > before and still_dropped == dropped

        wait_until(steady, f"stream {stream} is steady", 45, every_s=0.05)

    def report(self, stream: str) -> dict[str, Any]:
        """What the encoder process says of itself."""
        answer: dict[str, Any] = self.call("GET", f"/streams/{stream}/report")
        return answer

    def _claimed(self) -> bool:
        """Whether the state directory is ours, and not that of a farm that was killed before."""
        roster = self.state_dir / "processes.json"
        return (
            roster.exists()
            and self._process is not None
            and self.services()["supervisor"] == self._process.pid
        )

    def _alive(self) -> bool:
        if (
            self._process is None
            or not self._process.is_running()
            or self._process.status() == psutil.STATUS_ZOMBIE
        ):
            raise AssertionError(f"framefarm up ended:\n{self.log_path.read_text()[-3000:]}")
        return True


@contextmanager
def another_worker(farm: RunningFarm, name: str, **settings: str) -> Iterator[psutil.Popen]:
    """One more worker for ``farm``, with settings of its own."""
    environment = {**os.environ, **farm.environment, **settings}
    command = [sys.executable, "-m", "workers", "--name", name]
    worker = psutil.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield worker
    finally:
        worker.terminate()
        worker.wait(timeout=10)


class Viewer:
    """Reads a test stream in the background and counts what it sees."""

    def __init__(self, url: str, seconds: float, size: tuple[int, int] | None = None) -> None:
        """``size``: of the scene, for a stream whose size may change."""
        self.tally = Tally()
        self._size = size
        self._thread = threading.Thread(target=self._read, args=(url, seconds), name="viewer")
        self._error: Exception | None = None

    def __enter__(self) -> Viewer:
        self._thread.start()
        wait_until(lambda: self.tally.frames > 15 or self._error, "the viewer sees pictures")
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _read(self, url: str, seconds: float) -> None:
        try:
            for number, _ in frame_numbers(url, PLACE, seconds=seconds, size=self._size):
                self.tally.add(number)
        except Exception as error:  # noqa: BLE001  raised again where the test waits
            self._error = error
