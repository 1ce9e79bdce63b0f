"""The RTMP client against servers of all kinds: encrypted, silent, foreign, broken."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from encoder.flv import Kind, Tag
from encoder.rtmp.publisher import Publisher
from encoder.rtmp.target import Target
from farm.clock import SystemClock
from farm.errors import OutputFailed
from farm.perf.ports import free_port
from tests.conftest import RtmpServer, wait_until

TAG = Tag(Kind.VIDEO, 0, bytes(50_000), keyframe=True)


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """The port of a server that gives ``answer`` to each connection."""

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=attend, args=(connection,), daemon=True).start()

    def attend(connection: socket.socket) -> None:
        with connection, suppress(OSError):  # clients may go when they like
            answer(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def greets(words: bytes) -> Callable[[socket.socket], None]:
    """An answer that says ``words`` and listens to the end."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(words)
        while connection.recv(4096):
            pass

    return answer


def publish(url: str, timeout_s: float = 0.5) -> Publisher:
    return Publisher(Target.parse(url), SystemClock(), timeout_s)


def test_a_port_where_nobody_listens() -> None:
    with pytest.raises(OutputFailed, match=r"cannot connect to 127\.0\.0\.1:\d+: Connection refused"):
        publish(f"rtmp://127.0.0.1:{free_port()}/live/secret")


def test_a_host_that_does_not_exist() -> None:
    with pytest.raises(OutputFailed, match=r"cannot connect to nowhere\.invalid") as refused:
        publish("rtmp://nowhere.invalid/live/secret")
    assert "secret" not in str(refused.value)


def test_a_server_that_speaks_something_else() -> None:
    with (
        server(greets(b"HTTP/1.1 400 Bad Request\r\n" + bytes(4000))) as port,
        pytest.raises(OutputFailed, match="does not speak RTMP"),
    ):
        publish(f"rtmp://127.0.0.1:{port}/live/secret")


def test_a_server_that_hangs_up() -> None:
    with server(lambda connection: connection.close()) as port, pytest.raises(OutputFailed):
        publish(f"rtmp://127.0.0.1:{port}/live/secret")


def test_a_server_without_encryption_where_there_should_be_one() -> None:
    with (
        server(greets(b"hello, I am plain\r\n")) as port,
        pytest.raises(OutputFailed, match="TLS with 127"),
    ):
        publish(f"rtmps://127.0.0.1:{port}/live/secret")


def test_a_server_that_stops_reading_breaks_the_connection_in_time(rtmp_server: RtmpServer) -> None:
    stalled, over = threading.Event(), threading.Event()

    def relay(connection: socket.socket) -> None:
        _relay(connection, rtmp_server.port, until=stalled.is_set)
        over.wait()

    with server(relay) as port:
        publisher = publish(f"rtmp://127.0.0.1:{port}/live/stall")
        publisher.send(TAG, 0)
        stalled.set()
        with pytest.raises(OutputFailed, match=r"took nothing|broke"):
            _send_many(publisher)
        publisher.close()
        over.set()


def test_a_closed_connection_says_so(rtmp_server: RtmpServer) -> None:
    publisher = publish(rtmp_server.url("closed"))
    publisher.close()
    with pytest.raises(OutputFailed):
        publisher.send(TAG, 0)


def test_an_encrypted_server_is_checked_and_published_to(
    rtmp_server: RtmpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command, "-out", certificate, "-keyout", key], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def unwrap(connection: socket.socket) -> None:
        # The first client does not trust us and goes.
        with context.wrap_socket(connection, server_side=True) as inside:
            _relay(inside, rtmp_server.port)

    with server(unwrap) as port:
        url = f"rtmps://localhost:{port}/live/sealed"
        with pytest.raises(OutputFailed, match="TLS with localhost"):
            publish(url)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        publisher = publish(url, timeout_s=5)
        for n in range(20):
            publisher.send(TAG, n * 33)
        assert publisher.sent_bytes > 20 * 50_000
        publisher.finish()
    wait_until(lambda: any("name=sealed" in asked for asked in rtmp_server.gate.asked), "it was published")


def _send_many(publisher: Publisher) -> None:
    """More than any buffer on the way holds."""
    for n in range(2000):
        publisher.send(TAG, n)


def _relay(client: socket.socket, port: int, until: Callable[[], bool] = lambda: False) -> None:
    """Copy bytes between ``client`` and the server on ``port``; from ``until`` on, read nothing."""
    with socket.create_connection(("127.0.0.1", port)) as upstream:

        def back() -> None:
            _copy(upstream, client, lambda: False)

        threading.Thread(target=back, daemon=True).start()
        _copy(client, upstream, until)


def _copy(source: socket.socket, target: socket.socket, until: Callable[[], bool]) -> None:
    with suppress(OSError):  # one side is gone
        while not until() and (data := source.recv(4096)):
            target.sendall(data)
