"""Keeps services alive: starts them, relays what they print, restarts those that die, ends them all."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from farm.errors import SettingsError
from farm.forking.kinship import born_s
from farm.forking.process import ForkServer, Process, run_module, run_program
from farm.forking.restarting import STABLE_AFTER_S, restart_delay_s
from farm.forking.waiting import ended
from farm.log import get_logger
from farm.up.console import Console
from farm.up.plan import Service

log = get_logger(__name__)

LONGEST_LINE_BYTES = 256 * 1024
LAST_WORDS_S = 0.1
NOTE_AGAIN_S = 1.0

Started = tuple[Process, int]
"""A process, and the file descriptor from which what it prints on either way out comes."""


class Supervisor:
    """Runs ``services`` until :meth:`stop`. ``stop_within_s`` bounds the whole of a graceful shutdown."""

    def __init__(
        self,
        services: Sequence[Service],
        console: Console,
        roster: Roster,
        *,
        running: Mapping[str, Started] | None = None,
        stop_within_s: float = 9.0,
    ) -> None:
        """``running`` are services that somebody started already, by their names."""
        self._services = services
        self._console = console
        self._roster = roster
        self._started = dict(running or {})
        self._stop_within_s = stop_within_s
        self._processes: dict[str, Process] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._relays: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()

    def start(self, *, foundation: bool) -> None:
        """Start keeping the services of that kind."""
        for service in self._services:
            if service.foundation == foundation:
                self._keepers[service.name] = asyncio.create_task(self._keep(service), name=service.name)

    def running(self) -> dict[str, int]:
        """Name to process id of the services that run now."""
        return {name: p.pid for name, p in self._processes.items() if p.exit_code() is None}

    async def stop(self) -> None:
        """End everything: first the services together, then the foundation; kill what does not go in time."""
        self._stopping.set()
        deadline = asyncio.get_running_loop().time() + self._stop_within_s
        for foundation in (False, True):
            names = [s.name for s in self._services if s.foundation == foundation]
            reserve_s = 0.0 if foundation else 1.5
            await self._end(names, deadline - reserve_s)
        self._roster.clear()

    async def _end(self, names: Sequence[str], deadline: float) -> None:
        loop = asyncio.get_running_loop()
        for name in names:
            if process := self._processes.get(name):
                process.terminate()
        keepers = [self._keepers[name] for name in names if name in self._keepers]
        if not keepers:
            return
        _, late = await asyncio.wait(keepers, timeout=max(0.1, deadline - loop.time()))
        for keeper in late:
            log.warning("did not stop in time, killing it", service=keeper.get_name())
            self._processes[keeper.get_name()].kill()
        if late:
            await asyncio.wait(late)

    async def _keep(self, service: Service) -> None:
        """Run ``service`` again and again until we are stopping."""
        loop = asyncio.get_running_loop()
        deaths = 0
        while not self._stopping.is_set():
            began = loop.time()
            here = self._started.pop(service.name) if service.name in self._started else await _start(service)
            process, lines = await _relayed(here)
            self._processes[service.name] = process
            self._note()
            if self._stopping.is_set():
                process.terminate()
            relaying = asyncio.create_task(self._relay(service, lines))
            self._relays.add(relaying)
            relaying.add_done_callback(self._relays.discard)
            code = await ended(process)
            if service.foreign:
                _end_group(process.pid)
            # What it started may go on, and speak: its last words are waited for, theirs are relayed on.
            await asyncio.wait({relaying}, timeout=LAST_WORDS_S)
            if self._stopping.is_set():
                return
            deaths = 1 if loop.time() - began > STABLE_AFTER_S else deaths + 1
            delay_s = restart_delay_s(deaths)
            log.warning(
                "died, starting it again", service=service.name, exit=_exit_words(code), delay_s=delay_s
            )
            await asyncio.sleep(delay_s)

    def _note(self) -> None:
        """Write down what runs; again later while the disk is full, which stops no service."""
        if not self._stopping.is_set() and not self._roster.write(self.running()):
            asyncio.get_running_loop().call_later(NOTE_AGAIN_S, self._note)

    async def _relay(self, service: Service, lines: asyncio.StreamReader) -> None:
        """Pass on its lines until it closes its output."""
        while True:
            try:
                line = await lines.readline()
            except ValueError:  # longer than LONGEST_LINE_BYTES; asyncio has dropped what it had
                self._console.relay(service.name, "(a line too long to show)", foreign=True)
                continue
            if not line:
                return
            self._console.relay(service.name, line.decode(errors="replace"), foreign=service.foreign)


async def _relayed(started: Started) -> tuple[Process, asyncio.StreamReader]:
    """The process, and a reader for what it prints."""
    process, read_end = started
    reader = asyncio.StreamReader(limit=LONGEST_LINE_BYTES)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb", buffering=0)
    )
    return process, reader


async def _start(service: Service) -> Started:
    """Start ``service``."""
    environment = {**os.environ, **service.environment}
    read_end, write_end = os.pipe()
    try:
        with Path(os.devnull).open("rb") as nothing:
            fds = (nothing.fileno(), write_end, write_end)
            # In a thread: the fork server may have to be waited for.
            return await asyncio.to_thread(_run, service, environment, fds), read_end
    except BaseException:
        os.close(read_end)
        raise
    finally:
        os.close(write_end)


def _run(service: Service, environment: dict[str, str], fds: Sequence[int]) -> Process:
    if not service.module:
        return run_program(service.command, environment, fds)
    module, *arguments = service.command
    fork_server = ForkServer(Path(environment["FORK_SERVER"]))
    return run_module(module, arguments, environment, fds, fork_server=fork_server)


def _end_group(leader: int) -> None:
    """End what a program that has ended left behind: it led a group of processes. nginx's own children live
    on, when their master is killed, and keep the next one from its ports."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _exit_words(code: int) -> str:
    return f"code {code}" if code >= 0 else signal.Signals(-code).name


class Roster:
    """A file that says which processes belong to the farm of one state directory."""

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / "processes.json"

    def write(self, running: dict[str, int]) -> bool:
        """Note the supervisor and the services that run now; whether that could be written."""
        entries = {"supervisor": os.getpid(), **running}
        born = {name: (pid, born_s(pid)) for name, pid in entries.items()}
        temporary = self._path.with_suffix(".new")
        try:
            temporary.write_text(json.dumps(born))
            temporary.replace(self._path)
        except OSError as error:
            log.error("cannot note which processes run", reason=str(error))  # noqa: TRY400  it says it all
            return False
        return True

    def clear(self) -> None:
        """Nothing runs any more."""
        self._path.unlink(missing_ok=True)

    def claim(self) -> dict[str, psutil.Process]:
        """The services that a killed supervisor left behind, by name.

        Raises SettingsError when another supervisor runs in this state directory.
        """
        if not self._path.exists():
            return {}
        left = {
            name: psutil.Process(pid)
            for name, (pid, born) in json.loads(self._path.read_text()).items()
            if born is not None and born_s(pid) == born
        }
        if supervisor := left.get("supervisor"):
            raise SettingsError(
                f"a farm runs in {self._path.parent} already (process {supervisor.pid}); "
                "stop it, or set STATE_DIR and the ports to run a second one"
            )
        return left
