"""The supervisor with real processes: it restarts what dies and leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import io
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

import farm.up.supervisor as supervisor_module
from farm.errors import SettingsError
from farm.forking.restarting import restart_delay_s
from farm.perf.ports import free_port
from farm.settings import load_settings
from farm.up.console import Console
from farm.up.plan import Service
from farm.up.ports import check_ports, wanted_ports
from farm.up.supervisor import Roster, Supervisor

SAYS_HELLO = "import time; print('hello', flush=True); time.sleep(60)"
IGNORES_TERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SAYS_HELLO.replace(
    "hello", "deaf"
)


def service(name: str, program: str, *, foundation: bool = False) -> Service:
    return Service(name, [sys.executable, "-c", program], foundation=foundation, foreign=True)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def supervised(
    tmp_path: Path, *services: Service, stop_within_s: float = 9.0
) -> AsyncIterator[tuple[Supervisor, io.StringIO]]:
    printed = io.StringIO()
    supervisor = Supervisor(
        services, Console(json=False, out=printed), Roster(tmp_path), stop_within_s=stop_within_s
    )
    for foundation in (True, False):
        supervisor.start(foundation=foundation)
    await until(lambda: len(supervisor.running()) == len(services))
    try:
        yield supervisor, printed
    finally:
        await supervisor.stop()


def test_a_service_that_is_killed_runs_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with supervised(tmp_path, service("greeter", SAYS_HELLO)) as (supervisor, printed):
            await until(lambda: "hello" in printed.getvalue())
            first = supervisor.running()["greeter"]
            os.kill(first, signal.SIGKILL)
            await until(lambda: supervisor.running().get("greeter") not in {None, first})
            await until(lambda: printed.getvalue().count("hello") == 2)

    asyncio.run(scenario())


def test_a_program_that_is_killed_takes_its_children_along(tmp_path: Path) -> None:
    program = "import os, time; os.fork(); time.sleep(60)"

    async def scenario() -> None:
        async with supervised(tmp_path, service("family", program)) as (supervisor, _):
            leader = supervisor.running()["family"]
            await until(lambda: psutil.Process(leader).children())
            (child,) = psutil.Process(leader).children()
            os.kill(leader, signal.SIGKILL)
            await until(lambda: supervisor.running().get("family") not in {None, leader})
            await until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)

    asyncio.run(scenario())


def test_a_service_runs_again_though_nothing_can_be_written_which_is_made_up_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_module, "NOTE_AGAIN_S", 0.01)

    def noted() -> object:
        return json.loads((tmp_path / "processes.json").read_text())["greeter"][0]

    async def scenario() -> None:
        async with supervised(tmp_path, service("greeter", SAYS_HELLO)) as (supervisor, _):
            first = supervisor.running()["greeter"]
            in_the_way = tmp_path / "processes.new"
            in_the_way.mkdir()
            os.kill(first, signal.SIGKILL)
            await until(lambda: supervisor.running().get("greeter") not in {None, first})
            assert noted() == first
            in_the_way.rmdir()
            await until(lambda: noted() == supervisor.running()["greeter"])

    asyncio.run(scenario())


class Full(io.StringIO):
    """A file on a disk without room."""

    def write(self, line: str) -> int:
        raise OSError(errno.ENOSPC, line)


@pytest.mark.parametrize("json", [True, False])
def test_what_cannot_be_shown_is_lost_and_nobody_waits(*, json: bool) -> None:
    Console(json=json, out=Full()).relay("redis", "a line", foreign=True)
    Console(json=json, out=Full()).relay("api", '{"event": "a line of ours"}', foreign=False)


def test_stopping_leaves_no_process_even_when_one_is_deaf(tmp_path: Path) -> None:
    async def scenario() -> list[int]:
        services = (service("deaf", IGNORES_TERM), service("base", SAYS_HELLO, foundation=True))
        async with supervised(tmp_path, *services, stop_within_s=2.0) as (supervisor, printed):
            await until(lambda: "deaf" in printed.getvalue() and "hello" in printed.getvalue())
            return list(supervisor.running().values())

    pids = asyncio.run(scenario())
    assert len(pids) == 2
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert Roster(tmp_path).claim() == {}


def test_a_second_supervisor_in_one_state_directory_is_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with supervised(tmp_path, service("greeter", SAYS_HELLO)):
            with pytest.raises(SettingsError, match=r"runs in .* already"):
                Roster(tmp_path).claim()

    asyncio.run(scenario())


def test_what_a_killed_supervisor_left_is_found(tmp_path: Path) -> None:
    orphan = psutil.Popen([sys.executable, "-c", SAYS_HELLO], stdout=-3)
    gone = psutil.Popen([sys.executable, "-c", ""])
    roster = Roster(tmp_path)
    roster.write({"greeter": orphan.pid, "gone": gone.pid})
    text = (tmp_path / "processes.json").read_text()
    (tmp_path / "processes.json").write_text(text.replace(f"[{os.getpid()},", "[999999999,"))
    gone.wait()
    try:
        assert {name: process.pid for name, process in roster.claim().items()} == {"greeter": orphan.pid}
    finally:
        orphan.kill()
        orphan.wait()


@pytest.mark.parametrize(
    ("deaths", "delay_s"), [(1, 0.0), (2, 0.2), (3, 0.4), (4, 0.8), (6, 3.2), (7, 5.0), (60, 5.0)]
)
def test_restarts_are_at_once_first_and_then_slower(deaths: int, delay_s: float) -> None:
    assert restart_delay_s(deaths) == pytest.approx(delay_s)


def test_a_taken_port_is_named_with_its_setting() -> None:
    ports = {name: str(free_port()) for name in wanted_ports(load_settings({}))}
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        ports["WS_PORT"] = str(squatter.getsockname()[1])
        with pytest.raises(SettingsError) as error:
            check_ports(load_settings(ports))
    assert error.value.message == (
        f"WS_PORT: port {ports['WS_PORT']} is taken by another program; free it or set WS_PORT to another one"
    )


def test_one_port_for_two_servers_is_refused() -> None:
    with pytest.raises(SettingsError, match="WS_PORT and PORT are both 4200"):
        check_ports(load_settings({"PORT": "4200", "WS_PORT": "4200"}))
