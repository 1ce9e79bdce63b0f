"""What is said to the fork server: a Unix socket, one connection for each process, as long as it lives.

The client sends a :class:`Launch` and, beside its first bytes, the process's file descriptors 0, 1 and 2. The
server answers :class:`Born` with a pidfd, and :class:`Died` when it has reaped the process. A message is its
length (u32, little-endian) and MessagePack.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from farm.messages import from_pack, to_pack

_LENGTH = struct.Struct("<I")
_MOST_BYTES = 16_000_000
MOST_FDS = 3
PATIENCE_S = 5.0
"""How long a client waits for the server, unless it is in a hurry."""

T = TypeVar("T")


class Launch(msgspec.Struct, frozen=True):
    """``python -m module arguments`` with exactly this environment."""

    module: str
    arguments: tuple[str, ...]
    environment: dict[str, str]
    own_session: bool
    """In a session of its own; else only in a process group of its own."""


class Born(msgspec.Struct, frozen=True):
    """The process runs; its pidfd comes beside."""

    pid: int


class Died(msgspec.Struct, frozen=True):
    """It ended with this code, -N for signal N."""

    code: int


def connected(path: Path, patience_s: float = PATIENCE_S) -> socket.socket:
    """A connection to the server that listens at ``path``, which is waited for so long each time.

    Raises OSError.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(patience_s)
        with _short(path) as address:
            connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


def listening(path: Path) -> socket.socket:
    """A listening socket at ``path`` that only its owner can reach. Raises OSError."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with _short(path) as address:
        listener.bind(address)
    path.chmod(0o600)
    listener.listen(64)
    return listener


def send(connection: socket.socket, message: object, fds: Sequence[int] = ()) -> None:
    """Send one message and ``fds``. Raises OSError."""
    data = to_pack(message)
    head = _LENGTH.pack(len(data))
    if fds:
        socket.send_fds(connection, [head], list(fds))
    else:
        connection.sendall(head)
    connection.sendall(data)


def receive(connection: socket.socket, kind: type[T]) -> tuple[T, list[int]]:
    """The next message and the file descriptors that came with it. Raises OSError when there is none."""
    head, fds, _, _ = socket.recv_fds(connection, _LENGTH.size, MOST_FDS)
    head += _exactly(connection, _LENGTH.size - len(head))
    (length,) = _LENGTH.unpack(head)
    if length > _MOST_BYTES:
        raise OSError(f"a message of {length} bytes is longer than {_MOST_BYTES}")
    try:
        return from_pack(_exactly(connection, length), kind), fds
    except msgspec.MsgspecError as error:
        raise OSError(f"the message cannot be read: {error}") from error


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """``path`` in a few bytes, however deep it lies: that of a socket has at most 107, see unix(7)."""
    directory = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)


def _exactly(connection: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            raise ConnectionResetError("the other side closed the connection")
        data += part
    return bytes(data)
