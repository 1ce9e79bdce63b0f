"""Small read-only HTTP servers in the event loop, for probes and scrapers.

They stand on the parser of the WebSocket library, with its limits on lines, headers and time: every request
is answered before a WebSocket handshake could begin.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

OPEN_TIMEOUT_S = 5.0


class Page(NamedTuple):
    """An answer."""

    status: HTTPStatus
    content_type: str
    body: bytes


Route = Callable[[Headers], Awaitable[Page]]
"""Answers GET for one path; given the request's headers."""


def _text(status: HTTPStatus, text: str) -> Page:
    return Page(status, "text/plain; charset=utf-8", text.encode())


def _response(page: Page, *, with_body: bool) -> Response:
    headers = Headers(
        {
            "Content-Type": page.content_type,
            "Content-Length": str(len(page.body)),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Connection": "close",
        }
    )
    return Response(page.status, page.status.phrase, headers, page.body if with_body else b"")


async def serve_pages(host: str, port: int, routes: Mapping[str, Route]) -> Server:
    """Answer ``routes`` by path. Raises OSError when the address cannot be had."""

    async def answer(_connection: ServerConnection, request: Request) -> Response:
        route = routes.get(urlsplit(request.path).path)
        if route is None:
            page = _text(HTTPStatus.NOT_FOUND, f"there is {', '.join(routes)}\n")
        elif request.method not in ("GET", "HEAD"):
            page = _text(HTTPStatus.METHOD_NOT_ALLOWED, "GET only\n")
        else:
            page = await route(request.headers)
        return _response(page, with_body=request.method != "HEAD")

    async def never(_connection: ServerConnection) -> None:
        """No connection gets as far as a WebSocket."""

    return await serve(
        never,
        host,
        port,
        process_request=answer,
        compression=None,
        server_header=None,
        open_timeout=OPEN_TIMEOUT_S,
        close_timeout=1,
    )
