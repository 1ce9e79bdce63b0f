"""The HTTP half of the API as a child process: started, watched, started again, ended."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import Sequence

from farm.log import get_logger

log = get_logger(__name__)

HTTP_COMMAND = (sys.executable, "-m", "api.http")
STABLE_AFTER_S = 20.0
STOP_WITHIN_S = 4.0


def restart_delay_s(deaths_in_a_row: int) -> float:
    """How long to wait before the next start: nothing after the first death, then 0.2 s doubling to 5 s."""
    return 0.0 if deaths_in_a_row <= 1 else min(5.0, 0.1 * 2 ** (deaths_in_a_row - 1))


def check_port(host: str, port: int) -> None:
    """Raises OSError when nobody can listen there now."""
    with socket.create_server((host, port), reuse_port=False):
        pass


class HttpProcess:
    """Keeps ``command`` running from :meth:`keep` to :meth:`stop`."""

    def __init__(self, command: Sequence[str] = HTTP_COMMAND) -> None:
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
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
            # Its own group: a Ctrl-C at the terminal reaches this process alone, which then ends the child.
            self._process = await asyncio.create_subprocess_exec(*self._command, process_group=0)
            code = await self._end_of(self._process)
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

    async def _end_of(self, process: asyncio.subprocess.Process) -> int:
        """The exit code of ``process``, which is ended when we are stopping."""
        ended = asyncio.create_task(process.wait())
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not ended.done():
            with contextlib.suppress(ProcessLookupError):  # it ended meanwhile
                process.terminate()
            await asyncio.wait({ended}, timeout=STOP_WITHIN_S)
        if not ended.done():
            log.warning("the HTTP process did not end in time, killing it")
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        return await ended
