"""``python -m farm.up``: the supervisor of a farm on one host, until SIGINT or SIGTERM.

It imports what the services need and forks the fork server, so that all of them, and it too, share that
memory. Afterwards it starts, watches and relays; what else a farm needs while it opens is done by processes
that end.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from farm.errors import SettingsError
from farm.forking.kinship import adopt_orphans, bury_orphans
from farm.forking.process import ForkServer, Process, run_module
from farm.forking.roles import forked_server
from farm.forking.server import preload
from farm.forking.waiting import ended
from farm.log import configure_logging, get_logger
from farm.settings import Settings, load_settings
from farm.transport.leftovers import sweep_shares
from farm.up.console import Console
from farm.up.plan import FORKS, LAZY, PRELOADED, fork_server_path, own_environment, own_share_dir, services
from farm.up.supervisor import Roster, Supervisor

log = get_logger(__name__)

OPENING = "farm.up.opening"
_POLL_S = 0.01
_ORPHANS_WITHIN_S = 1.0


class Farm:
    """One supervised farm."""

    def __init__(self, settings: Settings, supervisor: Supervisor, environment: Mapping[str, str]) -> None:
        self._supervisor = supervisor
        self._environment = {**os.environ, **environment}
        self._fork_server = ForkServer(fork_server_path(settings))
        self._step: Process | None = None

    async def run(self, *, demo: bool) -> int:
        """Open and keep it until it is to stop; 1 when it could not open, else 0."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        opening = asyncio.create_task(self._open(["--demo"] if demo else []))
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({opening, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if opening.done() and opening.result() == 0:
                await stopped
            return 0 if stop.is_set() else 1
        finally:
            opening.cancel()
            if self._step is not None:
                self._step.terminate()
            log.info("stopping")
            await self._supervisor.stop()
            await _bury_orphans()
            log.info("stopped")

    async def _open(self, options: list[str]) -> int:
        """Start everything in order and say where it is; the exit code of the step that failed, or 0."""
        self._supervisor.start(foundation=True)
        if code := await self._done("addresses", *options):
            return code
        self._supervisor.start(foundation=False)
        return await self._done("ready", *options)

    async def _done(self, *arguments: str) -> int:
        """Carry out a step of the opening, whose words are ours; its exit code."""
        with Path(os.devnull).open("rb") as nothing:
            fds = (nothing.fileno(), sys.stdout.fileno(), sys.stderr.fileno())
            self._step = await asyncio.to_thread(
                run_module, OPENING, arguments, self._environment, fds, fork_server=self._fork_server
            )
        return await ended(self._step)


async def _bury_orphans() -> None:
    """What services left behind when they were killed is ending now, and would be seen as zombies."""
    deadline = time.monotonic() + _ORPHANS_WITHIN_S
    while bury_orphans() and time.monotonic() < deadline:
        await asyncio.sleep(_POLL_S)


def main() -> int | None:
    """The entry point. In what the fork server forks this returns None, when that is over."""
    parser = argparse.ArgumentParser(prog="python -m farm.up", description="Run a farm on this host.")
    parser.add_argument("--demo", action="store_true", help="put the demo stream on air")
    parser.add_argument("--flower", action="store_true", help="run Flower too")
    given = parser.parse_args()
    try:
        settings = load_settings()
        configure_logging(settings, "up")
        planned = services(settings, flower=given.flower)
    except SettingsError as error:
        print("\n".join(f"framefarm: {line}" for line in error.message.splitlines()), file=sys.stderr)  # noqa: T201  there may be no log yet
        return 1
    sweep_shares(but=own_share_dir(settings))
    adopt_orphans()
    preload([*PRELOADED, *LAZY])
    environment = own_environment(settings)
    server = forked_server(fork_server_path(settings), {**os.environ, **environment})
    if server is None:
        return None
    console, roster = Console(json=settings.log_format == "json"), Roster(settings.state_dir)
    supervisor = Supervisor(planned, console, roster, running={FORKS: server})
    try:
        return asyncio.run(Farm(settings, supervisor, environment).run(demo=given.demo))
    finally:
        shutil.rmtree(own_share_dir(settings), ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
