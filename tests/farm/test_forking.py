"""The fork server: what it starts is as if started alone, and nobody dies with it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import psutil
import pytest

from farm.forking.process import UNKNOWN_CODE, ForkServer, Process, run_module, run_program
from farm.forking.waiting import ended
from farm.forking.wire import PATIENCE_S, connected
from tests.conftest import wait_until

PROBE = '''
"""Imported once by the server, run by its children."""
import json, os, signal, sys
IMPORTED_BY = os.getpid()

def main():
    print(json.dumps({
        "argv": sys.argv[1:], "name": __name__, "pid": os.getpid(), "group": os.getpgid(0),
        "session": os.getsid(0), "environment": dict(os.environ), "input": sys.stdin.read(),
        "heavy": sys.modules["heavy"].IMPORTED_BY, "fds": sorted(map(int, os.listdir("/proc/self/fd"))),
        "terms": signal.getsignal(signal.SIGTERM) is signal.SIG_DFL,
    }), flush=True)
    if "leave" in sys.argv:
        child = os.fork()
        if child == 0:
            signal.pause()
        print(json.dumps({"child": child}), flush=True)
        return
    if "wait" in sys.argv:
        signal.pause()
    sys.exit(sys.argv[1] if len(sys.argv) > 1 else 0)

if __name__ == "__main__":
    import heavy
    main()
'''


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    """A folder with a program and a module that it needs."""
    folder = tmp_path / "modules"
    folder.mkdir()
    (folder / "probe.py").write_text(PROBE)
    (folder / "heavy.py").write_text("import os\nIMPORTED_BY = os.getpid()\n")
    return folder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the server listens: deeper than a socket's address can be long."""
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    return deep / "forks.sock"


@pytest.fixture
def server(modules: Path, path: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "farm.forking", str(path), "probe", "heavy"]
    environment = {**os.environ, "PYTHONPATH": f"{modules}:{Path.cwd()}", "LOG_FORMAT": "json"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        wait_until(path.exists, "the fork server listens")
        yield process
        process.kill()


class Output:
    """What a process prints, and what it says of itself."""

    def __init__(self, process: Process, lines: BinaryIO) -> None:
        self.process = process
        self._lines = lines

    def word(self) -> dict[str, object]:
        """Its next line, which is JSON."""

        said: dict[str, object] = json.loads(next(self._lines))
        return said


Run = Callable[..., Output]


@pytest.fixture
def run(path: Path, modules: Path) -> Iterator[Run]:
    started: list[Process] = []

    def start(
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        own_session: bool = False,
        patience_s: float = PATIENCE_S,
    ) -> Output:
        read_end, write_end = os.pipe()
        inputs, typed = os.pipe()
        os.write(typed, b"typed")
        os.close(typed)
        given = {"PYTHONPATH": str(modules), "PATH": os.environ["PATH"], **(environment or {})}
        fds = (inputs, write_end, write_end)
        process = run_module(
            "probe",
            arguments,
            given,
            fds,
            fork_server=ForkServer(path, patience_s),
            own_session=own_session,
        )
        os.close(inputs)
        os.close(write_end)
        started.append(process)
        return Output(process, open_files.enter_context(os.fdopen(read_end, "rb")))

    with ExitStack() as open_files:
        yield start
        for process in started:
            process.kill()
            exit_code(process)


def exit_code(process: Process) -> int:
    wait_until(lambda: process.exit_code() is not None, "it ended")
    code = process.exit_code()
    assert code is not None
    return code


def test_a_forked_process_is_as_if_started_alone(server: subprocess.Popen[bytes], run: Run) -> None:
    out = run("wait", environment={"WORD": "of mine"})
    said = out.word()
    assert said["argv"] == ["wait"]
    assert said["name"] == "__main__"
    assert (said["pid"], said["group"]) == (out.process.pid, out.process.pid)
    assert said["session"] != out.process.pid
    assert said["input"] == "typed"
    assert said["terms"] is True
    assert said["environment"].keys() - {"LC_CTYPE"} == {"PYTHONPATH", "PATH", "WORD"}  # type: ignore[attr-defined]
    assert len(said["fds"]) == 4, "0, 1, 2, and the folder that is being listed"  # type: ignore[arg-type]
    assert psutil.Process(out.process.pid).cmdline()[0].startswith("python -m probe wait")


def test_what_the_server_imported_is_not_imported_again(server: subprocess.Popen[bytes], run: Run) -> None:
    assert run().word()["heavy"] == server.pid


def test_a_process_can_have_a_session_of_its_own(server: subprocess.Popen[bytes], run: Run) -> None:
    out = run("wait", own_session=True)
    assert out.word()["session"] == out.process.pid


def test_the_exit_code_is_told(server: subprocess.Popen[bytes], run: Run) -> None:
    ended, failed, killed = run(), run("it went wrong"), run("wait")
    assert killed.process.exit_code() is None
    killed.word()
    killed.process.kill()
    codes = [exit_code(out.process) for out in (ended, failed, killed)]
    assert codes == [0, 1, -signal.SIGKILL]
    killed.process.terminate()  # gone already: nothing happens


def test_what_a_child_leaves_behind_is_buried(server: subprocess.Popen[bytes], run: Run) -> None:
    out = run("leave")
    out.word()
    orphan = psutil.Process(int(out.word()["child"]))  # type: ignore[call-overload]
    assert exit_code(out.process) == 0
    assert orphan.ppid() == server.pid
    orphan.kill()
    wait_until(lambda: not orphan.is_running(), "the orphan is buried")
    assert run().word()["name"] == "__main__"


def test_processes_outlive_the_server_and_can_still_be_ended(
    server: subprocess.Popen[bytes], run: Run
) -> None:
    out = run("wait")
    out.word()
    server.kill()
    server.wait()
    assert out.process.exit_code() is None
    out.process.terminate()
    assert exit_code(out.process) == UNKNOWN_CODE


def test_without_the_server_a_module_is_started_alone(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    out = run("wait")
    said = out.word()
    assert (said["input"], said["heavy"]) == ("typed", out.process.pid)
    out.process.terminate()
    assert exit_code(out.process) == -signal.SIGTERM


def test_a_server_that_hangs_is_not_waited_for_and_leaves_no_second_process(
    server: subprocess.Popen[bytes], run: Run, modules: Path
) -> None:
    asked = psutil.Process(server.pid)
    server.send_signal(signal.SIGSTOP)
    try:
        out = run("wait", environment={"PYTHONPATH": f"{modules}:{Path.cwd()}"}, patience_s=0.05)
        assert out.word()["heavy"] == out.process.pid, "it imported that itself"
    finally:
        server.send_signal(signal.SIGCONT)
    run().word()  # what was asked before was answered by now
    wait_until(lambda: not asked.children(), "the one that nobody waited for is gone")
    assert out.process.exit_code() is None


def test_of_an_end_that_a_hanging_server_does_not_tell_nobody_waits_to_hear(
    server: subprocess.Popen[bytes], run: Run
) -> None:
    out = run("wait", patience_s=0.05)
    out.word()
    server.send_signal(signal.SIGSTOP)
    try:
        out.process.kill()
        assert exit_code(out.process) == UNKNOWN_CODE
    finally:
        server.send_signal(signal.SIGCONT)


def test_the_server_leaves_nothing_but_its_children_behind(
    server: subprocess.Popen[bytes], run: Run, path: Path
) -> None:
    out = run("wait")
    out.word()
    server.terminate()
    assert server.wait(10) == 0
    assert not path.exists()
    assert out.process.exit_code() is None


def test_a_client_that_talks_nonsense_or_hangs_up_disturbs_nobody(
    server: subprocess.Popen[bytes], run: Run, path: Path
) -> None:
    for nonsense in (b"", b"\x05\x00", b"\x05\x00\x00\x00hello", b"\xff\xff\xff\xff"):
        with connected(path) as client:
            client.sendall(nonsense)
            client.shutdown(socket.SHUT_WR)
            assert client.recv(1) == b""
    assert run().word()["name"] == "__main__"


def test_only_its_owner_reaches_the_server(server: subprocess.Popen[bytes], path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_program_that_does_not_exist_is_refused() -> None:
    with Path(os.devnull).open("rb") as nothing, pytest.raises(OSError, match="no-such-program"):
        run_program(["/no-such-program"], {}, (nothing.fileno(), 1, 2))


def test_whoever_waits_for_the_end_hears_of_it_though_another_asked_first(run: Run) -> None:
    async def scenario() -> int:
        out = run("wait")
        out.word()
        waiting = asyncio.create_task(ended(out.process))
        await asyncio.sleep(0)
        out.process.kill()
        wait_until(lambda: out.process.exit_code() is not None, "it ended")
        return await asyncio.wait_for(waiting, 10)

    assert asyncio.run(scenario()) == -signal.SIGKILL


HOST = """
import json, os, select, sys
from pathlib import Path
import heavy
from farm.forking.roles import forked_server

if started := forked_server(Path(sys.argv[1]), dict(os.environ)):
    server, printed = started
    print(json.dumps(server.pid), flush=True)
    sys.stdin.read()
    server.terminate()
    select.select([server.pidfd], [], [])
    print(json.dumps([server.exit_code(), b"ready" in os.read(printed, 10_000)]), flush=True)
"""


def test_a_process_forks_a_server_of_what_it_has_imported_itself(run: Run, path: Path, modules: Path) -> None:
    host = subprocess.Popen(
        [sys.executable, "-c", HOST, str(path)],
        env={**os.environ, "PYTHONPATH": f"{modules}:{Path.cwd()}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert host.stdin is not None
    assert host.stdout is not None
    with host:
        server = psutil.Process(json.loads(host.stdout.readline()))
        out = run("wait")
        said = out.word()
        assert (said["heavy"], psutil.Process(out.process.pid).ppid()) == (host.pid, server.pid)
        assert len(said["fds"]) == 4  # type: ignore[arg-type]
        assert server.cmdline()[0].startswith("python -m farm.forking")
        host.stdin.close()
        assert json.loads(host.stdout.readline()) == [0, True]
    assert host.returncode == 0
    assert not path.exists()
    assert out.process.exit_code() is None
