"""Fetching what people name by a URL, without lending them the farm's place in its network.

A name is resolved once and the connection goes to an address that was checked, so that no later answer of
the DNS can lead elsewhere; TLS and the Host header still speak of the name. Redirects are followed by hand
and each is checked like the first address. No proxy and no cookie is used, nothing is sent but the request.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, NamedTuple, Self

import httpx

from farm.addresses import is_public
from farm.errors import AssetRefused, Conflict
from farm.settings import Settings
from scene.source import MAX_URL

MAX_AT_ONCE = 4
MAX_REDIRECTS = 3
_MAX_TRIED = 4
"""Addresses of one name."""
_HEADERS = {"User-Agent": "Framefarm", "Accept": "image/*", "Accept-Encoding": "identity"}
_CHUNK_BYTES = 64 * 1024

Resolve = Callable[[str, int], Sequence[str]]


class Fetched(NamedTuple):
    """What lay at a URL; ``name`` is the last part of its path, which may be empty."""

    data: bytes
    name: str


def resolve(host: str, port: int) -> list[str]:
    """The addresses of ``host`` as the system's resolver tells them, in its order. Raises OSError."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


class Fetcher:
    """Fetches pictures by URL; several threads may use it at once, MAX_AT_ONCE of them do."""

    def __init__(self, settings: Settings, resolve: Resolve = resolve) -> None:
        self._max_bytes = settings.asset_max_bytes
        self._timeout_s = settings.asset_fetch_timeout_ms / 1000
        self._allow_private = settings.asset_allow_private
        self._resolve = resolve
        self._resolvers = ThreadPoolExecutor(MAX_AT_ONCE, thread_name_prefix="resolve")
        self._free = threading.BoundedSemaphore(MAX_AT_ONCE)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Made when it is first needed: the certificates of all authorities take megabytes."""
        return httpx.create_ssl_context()

    def fetch(self, url: str) -> Fetched:
        """What lies at ``url``, within the settings' limits of bytes and time.

        Raises AssetRefused with what to do about it, and Conflict when too many others fetch right now.
        """
        target = _parse(url)
        if not self._free.acquire(blocking=False):
            raise Conflict(f"{MAX_AT_ONCE} pictures are being fetched already; try again in a moment")
        try:
            with _Deadline(self._timeout_s) as deadline:
                return self._follow(target, deadline)
        finally:
            self._free.release()

    def _follow(self, target: httpx.URL, deadline: _Deadline) -> Fetched:
        name = PurePosixPath(target.path).name
        for _ in range(MAX_REDIRECTS + 1):
            with self._answer(target, deadline) as response, _said_plainly(target, deadline):
                if not response.has_redirect_location:
                    data = self._body(response, target)
                    if deadline.over:  # to an answer of unknown length a cut looks like its end
                        raise _too_slow(target, deadline)
                    return Fetched(data, name)
                target = _parse(response.headers["Location"], base=target)
        raise AssetRefused(f"the URL leads from redirect to redirect; {MAX_REDIRECTS} are followed")

    @contextlib.contextmanager
    def _answer(self, target: httpx.URL, deadline: _Deadline) -> Iterator[httpx.Response]:
        """The answer to a GET of ``target``, without its body, from the first address that can be reached."""
        with contextlib.ExitStack() as stack:
            yield self._connect(target, self._addresses(target, deadline), deadline, stack)

    def _connect(
        self,
        target: httpx.URL,
        addresses: Sequence[str],
        deadline: _Deadline,
        stack: contextlib.ExitStack,
    ) -> httpx.Response:
        with _said_plainly(target, deadline):
            for address in addresses[:-1]:
                with contextlib.suppress(httpx.ConnectError, httpx.ConnectTimeout):
                    return self._get(target, address, deadline, stack)
            return self._get(target, addresses[-1], deadline, stack)

    def _get(
        self, target: httpx.URL, address: str, deadline: _Deadline, stack: contextlib.ExitStack
    ) -> httpx.Response:
        """A client of its own each time: a pooled connection might have been made for another name."""
        transport = httpx.HTTPTransport(verify=self._tls, trust_env=False)
        timeout = httpx.Timeout(deadline.s, connect=deadline.s / _MAX_TRIED)
        client = stack.enter_context(httpx.Client(transport=transport, trust_env=False, timeout=timeout))
        request = client.build_request(
            "GET",
            target.copy_with(host=address, fragment=None),
            headers={**_HEADERS, "Host": target.netloc.decode("ascii")},
            extensions={"sni_hostname": target.raw_host.decode("ascii"), "trace": deadline.watch},
        )
        response = client.send(request, stream=True)
        stack.callback(response.close)
        return response

    def _addresses(self, target: httpx.URL, deadline: _Deadline) -> list[str]:
        """Where ``target`` may be fetched from, never empty. Raises AssetRefused."""
        port = target.port or (443 if target.scheme == "https" else 80)
        lookup = self._resolvers.submit(self._resolve, target.raw_host.decode("ascii"), port)
        either: tuple[Future[Any], ...] = (lookup, deadline.ended)
        wait(either, return_when=FIRST_COMPLETED)
        if deadline.over:
            lookup.cancel()
            raise _too_slow(target, deadline)
        try:
            found = lookup.result()
        except (OSError, UnicodeError) as error:
            raise AssetRefused(f"{target.host} has no address; check the URL") from error
        allowed = [address for address in found if self._allow_private or is_public(address)]
        if not allowed:
            raise AssetRefused(
                f"{target.host} is not on the public internet; ASSET_ALLOW_PRIVATE=true allows such addresses"
            )
        return allowed[:_MAX_TRIED]

    def _body(self, response: httpx.Response, target: httpx.URL) -> bytes:
        if response.status_code != httpx.codes.OK:
            raise AssetRefused(f"{target.host} answered with status {response.status_code}; check the URL")
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise AssetRefused(f"{target.host} sends the picture compressed, which was not asked for")
        told = response.headers.get("Content-Length", "")
        if told.isascii() and told.isdigit() and int(told[:20]) > self._max_bytes:
            raise self._too_large()
        data = bytearray()
        for chunk in response.iter_raw(_CHUNK_BYTES):
            data += chunk
            if len(data) > self._max_bytes:
                raise self._too_large()
        return bytes(data)

    def _too_large(self) -> AssetRefused:
        return AssetRefused(f"the picture is too large; at most {self._max_bytes:,} bytes are allowed")


class _Deadline:
    """Cuts a fetch's connections after ``s`` seconds in all, whatever they are doing: a server that sends a
    byte now and then never runs into a timeout of a single read."""

    def __init__(self, s: float) -> None:
        self.s = s
        self.ended: Future[None] = Future()
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(s, self._cut)
        self._timer.daemon = True

    @property
    def over(self) -> bool:
        """Whether the time has passed."""
        return self.ended.done()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            for connected in self._sockets:
                connected.close()
            self._sockets.clear()

    def watch(self, event: str, info: Mapping[str, Any]) -> None:
        """httpx's trace hook. Keeps a socket of its own for each connection: TLS takes the first one over."""
        if event == "connection.connect_tcp.complete":
            connected: socket.socket = info["return_value"].get_extra_info("socket").dup()
            with self._lock:
                self._sockets.append(connected)
                if self.over:
                    _shut(connected)

    def _cut(self) -> None:
        with self._lock:
            self.ended.set_result(None)
            for connected in self._sockets:
                _shut(connected)


def _shut(connected: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it has ended already
        connected.shutdown(socket.SHUT_RDWR)


def _too_slow(target: httpx.URL, deadline: _Deadline) -> AssetRefused:
    return AssetRefused(f"{target.host} took longer than {deadline.s:g} s; try again, or upload the picture")


def _parse(text: str, base: httpx.URL | None = None) -> httpx.URL:
    """The URL in ``text``, which may be relative to ``base``. Raises AssetRefused."""
    try:
        if len(text) > MAX_URL:
            raise AssetRefused(f"the URL has more than {MAX_URL:,} characters")
        url = base.join(text) if base else httpx.URL(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise AssetRefused("this is not a URL") from error
    if url.port is not None and not 1 <= url.port <= 65535:
        raise AssetRefused("the URL's port is not between 1 and 65,535")
    if url.scheme not in ("http", "https") or not url.host:
        raise AssetRefused("only http:// and https:// URLs are fetched")
    if url.userinfo:
        raise AssetRefused("the URL holds a name or a password; take it out")
    return url


@contextlib.contextmanager
def _said_plainly(target: httpx.URL, deadline: _Deadline) -> Iterator[None]:
    """Translate the driver's errors. The path and query of a URL may be secret and are not told."""
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        if deadline.over or isinstance(error, httpx.TimeoutException):
            raise _too_slow(target, deadline) from error
        if isinstance(error, httpx.ConnectError):
            raise AssetRefused(f"{target.host} cannot be reached: {error}") from error
        raise AssetRefused(f"{target.host} broke off the answer, or does not speak HTTP") from error
