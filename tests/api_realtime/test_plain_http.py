"""The small HTTP servers for probes and scrapers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus

import httpx
import pytest
from websockets.datastructures import Headers

from api.realtime.plain_http import Page, serve_pages


async def _hello(_headers: Headers) -> Page:
    return Page(HTTPStatus.OK, "text/plain", b"hello")


def _ask(question: Callable[[httpx.AsyncClient], object]) -> httpx.Response:
    async def main() -> httpx.Response:
        async with await serve_pages("127.0.0.1", 0, {"/hello": _hello}) as server:
            port = server.sockets[0].getsockname()[1]
            base_url = f"http://127.0.0.1:{port}"
            async with httpx.AsyncClient(base_url=base_url, trust_env=False) as client:
                answer = question(client)
                assert asyncio.iscoroutine(answer)
                response: httpx.Response = await answer
                return response

    return asyncio.run(main())


def test_a_page_is_served_by_its_path_whatever_the_query() -> None:
    response = _ask(lambda client: client.get("/hello?x=1"))
    assert (response.status_code, response.text) == (200, "hello")


def test_head_gets_the_headers_only() -> None:
    response = _ask(lambda client: client.head("/hello"))
    assert (response.status_code, response.text, response.headers["content-length"]) == (200, "", "5")


def test_an_unknown_path_is_answered_with_those_there_are() -> None:
    response = _ask(lambda client: client.get("/other"))
    assert response.status_code == 404
    assert "/hello" in response.text


def test_other_methods_are_refused() -> None:
    assert _ask(lambda client: client.delete("/hello")).status_code == 405


def test_a_request_with_a_body_ends_its_connection_and_nothing_else() -> None:
    async def both(client: httpx.AsyncClient) -> httpx.Response:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.post("/hello", content=b"x" * 10)
        return await client.get("/hello")

    assert _ask(both).text == "hello"
