"""The farm's HTTP API from the side of a program: the command line's tools use nothing else."""

from __future__ import annotations

import ssl
from functools import cache
from types import TracebackType
from typing import Any, BinaryIO, NoReturn, Self

import httpx

from farm.errors import FarmError, InputError, NotFound, StoreUnavailable


@cache
def _authorities() -> ssl.SSLContext:
    """Whose certificates are trusted. To read them takes 20 ms, which is more than most calls do."""
    return httpx.create_ssl_context()


class FarmClient:
    """Calls the API at ``base_url`` with ``token``; answers are the envelope's ``data``."""

    def __init__(self, base_url: str, token: str, *, timeout_s: float = 10.0) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(
            base_url=base_url, headers=headers, timeout=timeout_s, verify=_authorities()
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Call one route; JSON in, JSON out. Raises FarmError with the API's own words."""
        return self._data(method, path, json=body)

    def upload(self, path: str, data: bytes, media: str = "image/png") -> Any:
        """POST ``data`` as it is; JSON out. Raises FarmError with the API's own words."""
        return self._data("POST", path, content=data, headers={"Content-Type": media})

    def download(self, path: str, into: BinaryIO) -> int:
        """GET what lies at ``path`` into a file; its bytes. Raises FarmError with the API's own words."""
        size = 0
        try:
            with self._http.stream("GET", path) as response:
                if not response.is_success:
                    response.read()
                    self._refuse(f"GET {path}", response, response.json())
                for block in response.iter_bytes():
                    size += into.write(block)
        except httpx.HTTPError as error:
            raise StoreUnavailable(f"the API at {self._http.base_url} does not answer: {error}") from error
        except ValueError as error:
            raise FarmError(f"GET {path}: the answer is not JSON (status {response.status_code})") from error
        return size

    def _data(self, method: str, path: str, **request: Any) -> Any:
        try:
            response = self._http.request(method, path, **request)
            answer = response.json()
        except httpx.HTTPError as error:
            raise StoreUnavailable(f"the API at {self._http.base_url} does not answer: {error}") from error
        except ValueError as error:
            raise FarmError(
                f"{method} {path}: the answer is not JSON (status {response.status_code})"
            ) from error
        if not answer["success"]:
            self._refuse(f"{method} {path}", response, answer)
        return answer.get("data")

    def _refuse(self, asked: str, response: httpx.Response, answer: Any) -> NoReturn:
        message = f"{asked}: {answer['error']['message']}"
        details = answer["error"].get("details")
        if response.status_code == httpx.codes.NOT_FOUND:
            raise NotFound(message, details)
        raise InputError(message, details)
