"""``framefarm node``: takes encoder nodes out of service and back, and moves streams between them."""

from __future__ import annotations

from typing import Annotated

import typer

from farm.client import FarmClient
from farm.clock import SystemClock
from farm.debug.nodes import nodes_table
from farm.errors import FarmError
from farm.reach import TokenOption, Url, api_client, out

POLL_NS = 500_000_000

node = typer.Typer(no_args_is_help=True, help="Take encoder nodes out of service, and move streams.")

Name = Annotated[str, typer.Argument(help="The node's name, as `framefarm debug nodes` shows it.")]


@node.command("drain")
def drain(
    name: Name,
    url: Url = None,
    access: TokenOption = None,
    wait_s: Annotated[
        float, typer.Option("--wait", min=0, help="Wait until it runs nothing, for so many seconds at most.")
    ] = 0.0,
) -> None:
    """Give a node no new streams, and move those that it has to others."""
    with api_client(url, access) as client:
        client.call("POST", f"/nodes/{name}/drain")
        if wait_s:
            _wait_until_empty(client, name, wait_s)
        _show(client)


@node.command("undrain")
def undrain(name: Name, url: Url = None, access: TokenOption = None) -> None:
    """Give a node streams again."""
    with api_client(url, access) as client:
        client.call("POST", f"/nodes/{name}/undrain")
        _show(client)


@node.command("move")
def move(
    stream: Annotated[str, typer.Argument(help="A stream that is on air.")],
    name: Name,
    url: Url = None,
    access: TokenOption = None,
) -> None:
    """Move a stream to a node, while it stays on air."""
    with api_client(url, access) as client:
        client.call("POST", f"/streams/{stream}/move", {"node": name})
    out.print(f"{stream} moves to {name}; framefarm debug nodes shows when it is there", soft_wrap=True)


def _wait_until_empty(client: FarmClient, name: str, wait_s: float) -> None:
    """Raises FarmError when the node still has streams after that time: nobody else has room for them."""
    clock = SystemClock()
    deadline_ns = clock.monotonic_ns() + int(wait_s * 1e9)
    while streams := _assigned(client, name):
        if clock.monotonic_ns() >= deadline_ns:
            raise FarmError(
                f"{name} still has {', '.join(streams)} after {wait_s:g} s; is there room on another node? "
                f"It goes on draining; framefarm node undrain {name} ends that"
            )
        clock.sleep_until_ns(clock.monotonic_ns() + POLL_NS)


def _assigned(client: FarmClient, name: str) -> list[str]:
    nodes = client.call("GET", "/nodes")["nodes"]
    return [stream for each in nodes if each["name"] == name for stream in each["assigned"]]


def _show(client: FarmClient) -> None:
    out.print(nodes_table(client.call("GET", "/nodes")["nodes"]))
