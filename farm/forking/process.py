"""A process that somebody here started: through the fork server if there is one, else by itself."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple, Self

from farm.forking.wire import PATIENCE_S, Born, Died, Launch, connected, receive, send
from farm.log import get_logger

UNKNOWN_CODE = 1
"""Of a process whose fork server died before it: nobody can tell any more."""
log = get_logger(__name__)


class Process:
    """A running or ended process. ``pidfd`` becomes readable when it ends, and lives as long as this does:
    somebody may be waiting on it while another one asks for the exit code."""

    def __init__(self, pid: int, pidfd: int, reap: Callable[[], int]) -> None:
        """``reap`` tells the exit code, once, of a process that has ended."""
        self.pid = pid
        self.pidfd = pidfd
        self._reap = reap
        self._code: int | None = None
        weakref.finalize(self, os.close, pidfd)

    def exit_code(self) -> int | None:
        """None while it runs; -N when it was ended by signal N."""
        if self._code is None and select.select([self.pidfd], [], [], 0)[0]:
            self._code = self._reap()
        return self._code

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal; one that ended already gets none."""
        if self.exit_code() is None:
            with suppress(ProcessLookupError):  # it ended meanwhile
                signal.pidfd_send_signal(self.pidfd, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


class ForkServer(NamedTuple):
    """Where it listens, and how long to wait for it: to fork, and to tell how a process ended."""

    path: Path
    patience_s: float = PATIENCE_S

    @classmethod
    def at(cls, path: Path | None, patience_s: float = PATIENCE_S) -> Self | None:
        """The one at ``path``; None where there is none."""
        return None if path is None else cls(path, patience_s)


def run_program(
    command: Sequence[str], environment: Mapping[str, str], fds: Sequence[int], *, own_session: bool = False
) -> Process:
    """Start any program with ``fds`` as its file descriptors 0, 1 and 2. Raises OSError."""
    stdin, stdout, stderr = fds
    popen = subprocess.Popen(
        command,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        env=dict(environment),
        start_new_session=own_session,
        process_group=None if own_session else 0,
    )
    return Process(popen.pid, os.pidfd_open(popen.pid), popen.wait)


def run_module(
    module: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    fds: Sequence[int],
    *,
    fork_server: ForkServer | None,
    own_session: bool = False,
) -> Process:
    """Start ``python -m module arguments`` with ``fds`` as 0, 1 and 2, forked if ``fork_server`` answers.

    Raises OSError when it can be started in neither way.
    """
    if fork_server is not None:
        launch = Launch(module, tuple(arguments), dict(environment), own_session)
        try:
            return _forked(fork_server, launch, fds)
        except (OSError, ValueError) as error:
            log.warning(
                "the fork server does not answer; starting it alone", module=module, reason=str(error)
            )
    command = [sys.executable, "-m", module, *arguments]
    return run_program(command, environment, fds, own_session=own_session)


def _forked(fork_server: ForkServer, launch: Launch, fds: Sequence[int]) -> Process:
    connection = connected(fork_server.path, fork_server.patience_s)
    try:
        send(connection, launch, fds)
        born, [pidfd] = receive(connection, Born)
    except (OSError, ValueError):
        connection.close()
        raise
    return Process(born.pid, pidfd, partial(_told, connection))


def _told(server: socket.socket) -> int:
    """The exit code, as the server tells it."""
    with server:
        try:
            return receive(server, Died)[0].code
        except OSError:
            return UNKNOWN_CODE
