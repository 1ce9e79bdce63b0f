"""A TCP or TLS connection on which nothing takes longer than it may."""

from __future__ import annotations

import select
import socket
import ssl

from farm.clock import Clock
from farm.errors import OutputFailed


class Wire:
    """One connection. Every method raises OutputFailed when it breaks or when its time is up."""

    def __init__(self, host: str, port: int, clock: Clock, *, tls: bool, timeout_s: float) -> None:
        """Connect within ``timeout_s``, which is also what sending may take."""
        self._clock = clock
        self._timeout_s = timeout_s
        self._socket = _connected(host, port, tls=tls, timeout_s=timeout_s)
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)
        self.sent = self.received = 0
        """Bytes so far."""

    def send(self, data: bytes) -> None:
        """Send all of ``data``."""
        try:
            self._socket.settimeout(self._timeout_s)
            self._socket.sendall(data)
        except TimeoutError as error:
            raise OutputFailed(f"the server took nothing for {self._timeout_s:g} s") from error
        except OSError as error:
            raise _broken(error) from error
        self.sent += len(data)

    def receive(self, at_most: int, deadline_ns: int) -> bytes:
        """Some bytes, at least one, when they come before ``deadline_ns``."""
        left_s = (deadline_ns - self._clock.monotonic_ns()) / 1e9
        try:
            # A time-out of 0 would mean "do not block", which fails in another way.
            self._socket.settimeout(max(left_s, 0.001))
            data = self._socket.recv(at_most)
        except TimeoutError as error:
            raise OutputFailed(f"the server did not answer within {self._timeout_s:g} s") from error
        except OSError as error:
            raise _broken(error) from error
        if not data:
            raise OutputFailed("the server closed the connection; is the stream key right and not in use?")
        self.received += len(data)
        return data

    def receive_exactly(self, size: int, deadline_ns: int) -> bytes:
        """The next ``size`` bytes."""
        data = b""
        while len(data) < size:
            data += self.receive(size - len(data), deadline_ns)
        return data

    def readable(self) -> bool:
        """Whether :meth:`receive` has something to say at once, be it the end."""
        buffered = isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0
        return buffered or bool(self._poll.poll(0))

    def close(self) -> None:
        """Close at once; a thread that waits in another method is woken by the error."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:  # it was not connected any more, which is what we want
            pass
        finally:
            self._socket.close()


def _connected(host: str, port: int, *, tls: bool, timeout_s: float) -> socket.socket:
    try:
        plain = socket.create_connection((host, port), timeout=timeout_s)
    except OSError as error:
        raise OutputFailed(f"cannot connect to {host}:{port}: {error.strerror or 'no answer'}") from error
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # A peer that is gone without a word is noticed by what it does not acknowledge, long before buffers fill.
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(timeout_s * 1000))
    if not tls:
        return plain
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except OSError as error:
        plain.close()
        raise OutputFailed(f"TLS with {host}:{port} failed: {error.strerror or error}") from error


def _broken(error: OSError) -> OutputFailed:
    return OutputFailed(f"the connection broke: {error.strerror or type(error).__name__}")
