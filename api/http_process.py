"""The HTTP half of the API as a child process: started, watched, started again, ended.

It ends by itself when this process does: its standard input is a pipe that only this process holds open.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from pathlib import Path

from farm.forking.process import ForkServer, Process, run_module
from farm.forking.restarting import STABLE_AFTER_S, restart_delay_s
from farm.forking.waiting import ended
from farm.log import get_logger

log = get_logger(__name__)

HTTP_MODULE = "api.http"
STOP_WITHIN_S = 4.0


def check_port(host: str, port: int) -> None:
    """Raises OSError when nobody can listen there now."""
    with socket.create_server((host, port), reuse_port=False):
        pass


class HttpProcess:
    """Keeps the HTTP API running from :meth:`keep` to :meth:`stop`."""

    def __init__(self, fork_server: Path | None) -> None:
        self._fork_server = ForkServer.at(fork_server)
        self._process: Process | None = None
        self._stopping = asyncio.Event()

    @property
    def pid(self) -> int | None:
        """The child's process id; None before the first start."""
        return None if self._process is None else self._process.pid

    async def keep(self) -> None:
        """Run the child, and again whenever it ends, until :meth:`stop`."""
        loop = asyncio.get_running_loop()
        deaths = 0
        while not self._stopping.is_set():
            began = loop.time()
            lifeline, held = os.pipe()
            fds = (lifeline, sys.stdout.fileno(), sys.stderr.fileno())
            self._process = await asyncio.to_thread(
                run_module, HTTP_MODULE, (), os.environ, fds, fork_server=self._fork_server
            )
            os.close(lifeline)
            code = await self._end_of(self._process)
            os.close(held)
            if self._stopping.is_set():
                return
            deaths = 1 if loop.time() - began > STABLE_AFTER_S else deaths + 1
            delay_s = restart_delay_s(deaths)
            log.warning("the HTTP process ended, starting it again", exit_code=code, delay_s=delay_s)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), delay_s)

    def stop(self) -> None:
        """Make :meth:`keep` end the child, gracefully or after four seconds by force, and return."""
        self._stopping.set()

    async def _end_of(self, process: Process) -> int:
        """The exit code of ``process``, which is ended when we are stopping."""
        ending = asyncio.create_task(ended(process))
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({ending, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not ending.done():
            process.terminate()
            await asyncio.wait({ending}, timeout=STOP_WITHIN_S)
        if not ending.done():
            log.warning("the HTTP process did not end in time, killing it")
            process.kill()
        return await ending
