"""How a node tells a living process of a new spec: one question and one answer over a Unix socket.

The socket has an abstract name, made of the process's ring label, so that nothing is left behind and a node
that adopted the process finds it. Both sides ask the kernel who is there: a spec holds the outputs' URLs,
which are secrets.
"""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Callable

import msgspec

from farm.log import get_logger
from farm.messages import StreamSpec, from_json, to_json

MAX_BYTES = 1_000_000
_TIMEOUT_S = 1.0
_IDLE_S = 0.25
_CREDENTIALS = struct.Struct("3i")
log = get_logger(__name__)


class Proposal(msgspec.Struct, frozen=True):
    """What the process is to run from now on; ``epoch`` is the number of a new epoch, if it takes one."""

    spec: StreamSpec
    epoch: int


class Answer(msgspec.Struct, frozen=True):
    """What became of a proposal. One that was not taken needs another process."""

    taken: bool
    epoch: int = 0
    """The process's newest epoch."""
    reason: str | None = None


def _address(ring_label: str) -> str:
    return f"\0framefarm-control-{ring_label}"


def _peer(connection: socket.socket) -> tuple[int, int]:
    """Process and user at the other end."""
    pid, uid, _ = _CREDENTIALS.unpack(
        connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    )
    return pid, uid


class ControlDesk:
    """The process's side: a thread that answers one proposal after the other."""

    def __init__(
        self,
        ring_label: str,
        answer: Callable[[Proposal], Answer],
        idle: Callable[[], None],
        stopping: threading.Event,
    ) -> None:
        """``idle`` is called every so often, by the same thread."""
        self._label = ring_label
        self._answer = answer
        self._idle = idle
        self._stopping = stopping
        self.thread = threading.Thread(target=self._run, name="control", daemon=True)

    def _run(self) -> None:
        with socket.socket(socket.AF_UNIX) as listener:
            try:
                listener.bind(_address(self._label))
            except OSError as error:  # the node will replace this process instead of changing it
                log.warning("settings cannot be changed while this process runs", reason=str(error))
                return
            listener.listen()
            listener.settimeout(_IDLE_S)
            while not self._stopping.is_set():
                self._idle()
                try:
                    connection, _ = listener.accept()
                except OSError:
                    continue
                with connection:
                    self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(_TIMEOUT_S)
        try:
            if _peer(connection)[1] != os.geteuid():
                return
            proposal = from_json(_received(connection), Proposal)
            connection.sendall(to_json(self._answer(proposal)))
        except (OSError, msgspec.MsgspecError) as error:
            log.warning("a change of settings was not understood", reason=str(error))


def _received(connection: socket.socket) -> bytes:
    data = bytearray()
    while len(data) <= MAX_BYTES and (part := connection.recv(65_536)):
        data += part
    return bytes(data)


class Question:
    """The node's side: a proposal on its way. Never waits."""

    def __init__(self, ring_label: str, pid: int, proposal: Proposal) -> None:
        """Ask the process ``pid``. Raises OSError when it does not listen."""
        self._socket = socket.socket(socket.AF_UNIX)
        self._received = bytearray()
        try:
            self._socket.settimeout(0)
            self._socket.connect(_address(ring_label))
            if _peer(self._socket)[0] != pid:
                raise ConnectionRefusedError("somebody else listens there")
            self._socket.sendall(to_json(proposal))
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            self._socket.close()
            raise

    def answer(self) -> Answer | None:
        """The answer; None while there is none. One that says nothing was not taken."""
        try:
            while part := self._socket.recv(65_536):
                self._received += part
        except BlockingIOError:
            return None
        except OSError as error:
            return Answer(taken=False, reason=str(error))
        self._socket.close()
        try:
            return from_json(bytes(self._received), Answer)
        except msgspec.MsgspecError:
            return Answer(taken=False, reason="the process gave no answer")

    def close(self) -> None:
        """Forget it."""
        self._socket.close()
