"""The fork server: a process that has imported everything, and forks whatever it is asked for.

Python and its libraries make up most of a service's memory, and all services need nearly the same. Forked
from one parent they share it: only pages that a process writes to are copied. And what takes a second to
import starts in milliseconds.

One thread, no connection to anything but its clients. When it dies its children live on; their owners notice
by their pidfds when they end. While it lives it buries what its children leave behind.
"""

from __future__ import annotations

import gc
import importlib
import os
import selectors
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType

from farm.forking.kinship import adopt_orphans, bury_orphans
from farm.forking.mappings import release_clean_mappings
from farm.forking.wire import Born, Died, Launch, receive, send
from farm.log import get_logger

_PATIENCE_S = 2.0
"""A client that says nothing for so long is hung up on: it would hold up all others."""
log = get_logger(__name__)


class Stopped(Exception):
    """SIGTERM or SIGINT came."""


def preload(modules: Sequence[str]) -> None:
    """Import ``modules``, keep the collector from ever touching, and so copying, what is here now, and let go
    of what only importing needed."""
    for module in modules:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    release_clean_mappings()


class ForkServer:
    """Serves ``listener`` until it is told to stop."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._clients: dict[int, tuple[int, socket.socket]] = {}
        """pidfd to (pid, the connection of whoever asked for it)."""
        self._nudge, self._nudged = socket.socketpair()
        """What the kernel's SIGCHLD writes to, and what wakes us then."""
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ)
        self._selector.register(self._nudged, selectors.EVENT_READ)

    def serve(self) -> Launch | None:
        """Fork what clients ask for. In each child this returns what it is to be; in the server None, once
        it is to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stop)
        self._watch_children()
        try:
            while True:
                for key, _ in self._selector.select():
                    if key.fileobj is self._nudged:
                        self._nudged.recv(1024)
                    elif key.fileobj is not self._listener:
                        self._bury(key.fd)
                    elif (launch := self._answer()) is not None:
                        return launch
                bury_orphans(own=[child for child, _ in self._clients.values()])
        except Stopped:
            return None

    def _watch_children(self) -> None:
        adopt_orphans()
        for end in (self._nudge, self._nudged):
            end.settimeout(0)
        signal.set_wakeup_fd(self._nudge.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _notice)

    def _answer(self) -> Launch | None:
        """Fork for the next client; in the child this returns what it is to be."""
        connection, _ = self._listener.accept()
        connection.settimeout(_PATIENCE_S)
        fds: list[int] = []
        try:
            launch, fds = receive(connection, Launch)
            child = os.fork()
            if child == 0:
                connection.close()
                self._leave()
                become(launch, fds)
                return launch
            self._welcome(child, connection)
        except OSError as error:
            log.warning("a client was not served", reason=str(error))
            connection.close()
        for fd in fds:
            os.close(fd)
        return None

    def _welcome(self, child: int, connection: socket.socket) -> None:
        pidfd = os.pidfd_open(child)
        self._clients[pidfd] = child, connection
        self._selector.register(pidfd, selectors.EVENT_READ)
        try:
            send(connection, Born(child), [pidfd])
        except OSError:  # nobody would ever end it
            os.kill(child, signal.SIGKILL)
            raise

    def _bury(self, pidfd: int) -> None:
        """A child ended: tell its owner, who may be gone."""
        child, connection = self._clients.pop(pidfd)
        self._selector.unregister(pidfd)
        _, status = os.waitpid(child, 0)
        with connection, suppress(OSError):
            send(connection, Died(os.waitstatus_to_exitcode(status)))
        os.close(pidfd)

    def _leave(self) -> None:
        """In a child: let go of all that is the server's."""
        signal.set_wakeup_fd(-1)
        self._selector.close()
        self._listener.close()
        self._nudge.close()
        self._nudged.close()
        for pidfd, (_, connection) in self._clients.items():
            os.close(pidfd)
            connection.close()
        self._clients.clear()


def become(launch: Launch, fds: Sequence[int]) -> None:
    """In a child: take the place in the system that ``launch`` and ``fds`` describe."""
    if launch.own_session:
        os.setsid()
    else:
        os.setpgid(0, 0)
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _take_places(fds, os.dup2)
    os.environ.clear()
    os.environ.update(launch.environment)


def _take_places(fds: Sequence[int], dup2: Callable[[int, int], int]) -> None:
    """Make ``fds`` the file descriptors 0, 1, 2 and so on."""
    # Out of the way first: one of them may lie where another one goes.
    moved = [os.dup(fd) for fd in fds]
    while any(fd < len(fds) for fd in moved):
        moved = [os.dup(fd) for fd in moved]
    for place, fd in enumerate(moved):
        dup2(fd, place)
    for fd in {*fds, *moved}:
        if fd >= len(fds):
            os.close(fd)


def _notice(_number: int, _frame: FrameType | None) -> None:
    """Does nothing: that there is a handler makes the kernel's signal reach the wakeup descriptor."""


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped
