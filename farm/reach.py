"""How the command line's tools reach the farm of these settings, and print what it answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from farm.client import FarmClient
from farm.clock import SystemClock
from farm.services import reaching_private_redis
from farm.settings import load_settings
from farm.store.connection import connect
from farm.store.tokens import Scope, TokenStore

out = Console()

Url = Annotated[str | None, typer.Option(help="The farm's API; by default that of these settings.")]
TokenOption = Annotated[
    str | None, typer.Option("--token", help="An access token; by default one is made for this call.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def token_store() -> TokenStore:
    """The access tokens, straight from the farm's Redis."""
    settings = reaching_private_redis(load_settings())
    return TokenStore(connect(settings.broker_url()), SystemClock())


@contextmanager
def api_client(url: str | None, access: str | None) -> Iterator[FarmClient]:
    """A client of the API, with the user's token, ADMIN_TOKEN, or one that lives as long as the call."""
    settings = load_settings()
    base_url = url or f"http://127.0.0.1:{settings.port}"
    own = settings.admin_token and settings.admin_token.get_secret_value()
    with ExitStack() as undo:
        token = access or own or undo.enter_context(token_store().lent("command line", Scope.ADMIN))
        yield undo.enter_context(FarmClient(base_url, token))


def play_url(stream: str) -> str:
    """Where ``stream`` can be watched: on the farm's own RTMP server."""
    return f"rtmp://localhost:{load_settings().rtmp_port}/live/{stream}"


def print_values(values: dict[str, object], title: str, *, as_json: bool) -> None:
    """As a table, or as one JSON object."""
    if as_json:
        print(json.dumps(values))  # noqa: T201  the command's answer
        return
    table = Table(title=title, show_header=False)
    for name, value in values.items():
        table.add_row(name.replace("_", " "), str(value))
    out.print(table)
