"""Pictures fetched by URL, from servers of every kind on loopback."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from farm import fetch
from farm.errors import AssetRefused, Conflict
from farm.fetch import MAX_AT_ONCE, Fetcher, resolve
from farm.settings import Settings
from scene.source import MAX_URL

HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
Reply = Callable[[socket.socket, bytes], None]


def redirect(location: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


class Server:
    """Reads what each connection sends first and answers by ``reply``: bytes by path, or what it likes."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.asked: list[bytes] = []
        self.pages: dict[str, bytes | Reply] = {}
        self._listening = socket.create_server((address, 0))
        self.port = int(self._listening.getsockname()[1])
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed: the test is over
            while True:
                connection, _ = self._listening.accept()
                self._threads.append(threading.Thread(target=self._answer, args=(connection,)))
                self._threads[-1].start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            first = connection.recv(65536)
            self.asked.append(first)
            path = first.split(b" ")[1].decode() if first.startswith(b"GET ") else ""
            page = self.pages.get(path, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            if isinstance(page, bytes):
                connection.sendall(page)
            else:
                page(connection, first)

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def fetcher(addresses: dict[str, list[str]] | None = None, **settings: Any) -> Fetcher:
    """One that knows these names only; without any, the system's."""

    def look_up(host: str, _port: int) -> list[str]:
        if host not in (addresses or {}):
            raise OSError("unknown")
        return (addresses or {})[host]

    made = Settings.model_validate({"asset_allow_private": True, "asset_max_bytes": 1000, **settings})
    return Fetcher(made, look_up if addresses is not None else resolve)


def url(server: Server, path: str = "/a/logo.png?key=secret", host: str = "127.0.0.1") -> str:
    return f"http://{host}:{server.port}{path}"


def test_a_picture_is_fetched_with_its_name(server: Server) -> None:
    server.pages["/a/logo.png?key=secret"] = HELLO
    assert fetcher().fetch(url(server)) == (b"hello", "logo.png")


def test_the_host_is_named_and_nothing_of_ours_is_sent(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.pages["/"] = HELLO
    fetcher({"pictures.example": ["127.0.0.1"]}).fetch(url(server, "/", "pictures.example"))
    [asked] = server.asked
    assert f"Host: pictures.example:{server.port}".encode() in asked
    names = {line.split(b":")[0].lower() for line in asked.split(b"\r\n")[1:] if line}
    assert names == {b"host", b"user-agent", b"accept", b"accept-encoding", b"connection"}


def test_tls_speaks_of_the_name_and_not_of_the_address(server: Server) -> None:
    with pytest.raises(AssetRefused, match=r"pictures\.example cannot be reached"):
        fetcher({"pictures.example": ["127.0.0.1"]}).fetch(f"https://pictures.example:{server.port}/")
    [hello] = server.asked
    assert b"pictures.example" in hello
    assert b"127.0.0.1" not in hello


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0"],
)
def test_loopback_is_refused_however_it_is_written(server: Server, host: str) -> None:
    with pytest.raises(AssetRefused, match=r"not on the public internet|has no address|not a URL"):
        fetcher(asset_allow_private=False).fetch(url(server, "/", host))
    assert not server.asked


def test_a_name_that_leads_inside_is_refused(server: Server) -> None:
    inside = fetcher({"pictures.example": ["10.0.0.1", "169.254.169.254"]}, asset_allow_private=False)
    with pytest.raises(AssetRefused, match=r"ASSET_ALLOW_PRIVATE"):
        inside.fetch(url(server, "/", "pictures.example"))


@pytest.fixture
def loopback_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """127.0.0.1 stands for the internet; the rest of loopback is inside."""
    monkeypatch.setattr(fetch, "is_public", lambda address: address == "127.0.0.1")


@pytest.mark.usefixtures("loopback_is_public")
def test_a_name_is_asked_for_once_so_that_it_cannot_lead_elsewhere_later(server: Server) -> None:
    server.pages["/"] = HELLO
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    rebinding = Fetcher(Settings(), lambda _host, _port: next(answers))
    assert rebinding.fetch(url(server, "/", "pictures.example")).data == b"hello"
    assert next(answers) == ["127.0.0.2"]
    assert len(server.asked) == 1


@pytest.mark.usefixtures("loopback_is_public")
def test_of_several_addresses_only_public_ones_are_used(server: Server) -> None:
    server.pages["/"] = HELLO
    mixed = fetcher({"pictures.example": ["127.0.0.2", "127.0.0.1"]}, asset_allow_private=False)
    assert mixed.fetch(url(server, "/", "pictures.example")).data == b"hello"


def test_an_address_that_does_not_answer_is_passed_over() -> None:
    server = Server("127.0.0.2")
    server.pages["/"] = HELLO
    names = {"pictures.example": ["127.0.0.1", "127.0.0.2"]}
    assert fetcher(names).fetch(url(server, "/", "pictures.example")).data == b"hello"
    server.close()


@pytest.mark.usefixtures("loopback_is_public")
@pytest.mark.parametrize("target", ["http://127.0.0.2/", "http://inner.example/", "//inner.example/"])
def test_a_redirect_inside_is_refused(server: Server, target: str) -> None:
    server.pages["/"] = redirect(target)
    names = {"pictures.example": ["127.0.0.1"], "inner.example": ["127.0.0.2"], "127.0.0.2": ["127.0.0.2"]}
    with pytest.raises(AssetRefused, match=r"not on the public internet"):
        fetcher(names, asset_allow_private=False).fetch(url(server, "/", "pictures.example"))


def test_three_redirects_are_followed_and_not_one_more(server: Server) -> None:
    server.pages |= {f"/{n}": redirect(f"{n + 1}") for n in range(4)}
    server.pages["/4"] = HELLO
    assert fetcher().fetch(url(server, "/1")).data == b"hello"
    with pytest.raises(AssetRefused, match=r"3 are followed"):
        fetcher().fetch(url(server, "/0"))


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://h/x", "gopher://h/", "http://u:p@h/"])
def test_a_redirect_to_another_scheme_is_refused(server: Server, target: str) -> None:
    server.pages["/"] = redirect(target)
    with pytest.raises(AssetRefused, match=r"only http|take it out|port"):
        fetcher().fetch(url(server, "/"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("file:///etc/passwd", "only http"),
        ("redis://localhost/", "only http"),
        ("logo.png", "only http"),
        ("", "only http"),
        ("http://", "only http"),
        ("http://ann:word@host/", "take it out"),
        ("http://host:99999/", "port"),
        ("http://[::1/", "not a URL"),
        ("http://ho st/", "not a URL|has no address"),
        ("http://host/" + "x" * MAX_URL, "more than 2,048"),
        (f"http://{'a' * 300}.example/", "has no address"),
        ("http://nowhere.example/", "has no address"),
    ],
)
def test_what_is_no_address_of_a_picture_is_refused(text: str, why: str) -> None:
    with pytest.raises(AssetRefused, match=why):
        fetcher({}).fetch(text)


def _endless(connection: socket.socket, _first: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(bytes(10_000))


@pytest.mark.parametrize(
    "page",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1" + b"0" * 40 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n500\r\n" + bytes(0x500) + b"\r\n0\r\n\r\n",
        _endless,
    ],
)
def test_what_is_too_large_is_not_read_to_its_end(server: Server, page: bytes | Reply) -> None:
    server.pages["/"] = page
    with pytest.raises(AssetRefused, match=r"at most 1,000 bytes|broke off"):
        fetcher().fetch(url(server, "/"))


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", "status 500"),
        (b"HTTP/1.1 304 No\r\n\r\n", "status 304"),
        (b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", "status 302"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx", "compressed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", "broke off"),
        (b"220 mail.example ESMTP\r\n", "does not speak HTTP"),
        (b"", "broke off"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000, "broke off|does not speak"),
    ],
)
def test_a_bad_answer_is_said_plainly(server: Server, page: bytes, why: str) -> None:
    server.pages["/"] = page
    with pytest.raises(AssetRefused, match=why):
        fetcher().fetch(url(server, "/"))


def _drip(start: bytes) -> Reply:
    """Sends ``start`` and then a byte every few milliseconds, for ever."""

    def reply(connection: socket.socket, _first: bytes) -> None:
        connection.settimeout(0.02)
        connection.sendall(start)
        while True:
            with contextlib.suppress(TimeoutError):
                if not connection.recv(1):
                    return
            connection.sendall(b"x")

    return reply


@pytest.mark.parametrize(
    "start",
    [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"],
    ids=["at once", "headers", "body"],
)
def test_a_server_that_drips_is_cut_off(server: Server, start: bytes) -> None:
    server.pages["/"] = _drip(start)
    patient = fetcher(asset_fetch_timeout_ms=200, asset_max_bytes=100_000)
    with pytest.raises(AssetRefused, match=r"took longer than 0\.2 s"):
        patient.fetch(url(server, "/"))


def test_a_server_that_drips_in_tls_is_cut_off(server: Server) -> None:
    server.pages[""] = _drip(b"\x16\x03\x03\x40\x00")  # a handshake record of 16 KB
    with pytest.raises(AssetRefused, match=r"took longer than 0\.2 s"):
        fetcher(asset_fetch_timeout_ms=200).fetch(f"https://127.0.0.1:{server.port}/")


def test_a_resolver_that_hangs_is_waited_for_no_longer() -> None:
    released = threading.Event()

    def hang(_host: str, _port: int) -> list[str]:
        released.wait()
        return []

    with pytest.raises(AssetRefused, match=r"took longer than 0\.1 s"):
        Fetcher(Settings(asset_fetch_timeout_ms=100), hang).fetch("http://pictures.example/")
    released.set()


def test_only_so_many_are_fetched_at_once(server: Server) -> None:
    held, arrived = threading.Event(), threading.Semaphore(0)

    def hold(connection: socket.socket, _first: bytes) -> None:
        arrived.release()
        held.wait()
        connection.sendall(HELLO)

    server.pages["/"] = hold
    one = fetcher()
    busy = [threading.Thread(target=one.fetch, args=(url(server, "/"),)) for _ in range(MAX_AT_ONCE)]
    for thread in busy:
        thread.start()
        arrived.acquire()
    with pytest.raises(Conflict, match=r"try again"):
        one.fetch(url(server, "/"))
    held.set()
    for thread in busy:
        thread.join()
    assert one.fetch(url(server, "/")).data == b"hello"


def test_no_error_tells_a_path_or_a_query(server: Server) -> None:
    with pytest.raises(AssetRefused) as refused:
        fetcher().fetch(url(server))
    assert "secret" not in str(refused.value)
    assert "logo" not in str(refused.value)
