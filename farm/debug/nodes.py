"""``framefarm debug nodes``: the encoder nodes as a table."""

from __future__ import annotations

from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table


def nodes_table(nodes: list[dict[str, Any]]) -> Table:
    """The nodes of the API's answer: how each stands, and what its processes do."""
    table = Table(header_style="bold", box=SIMPLE_HEAD, padding=0)
    for name in ("node", "state", "streams", "codecs", "processes"):
        table.add_column(name, overflow="fold")
    for node in nodes:
        processes = [f"{stream['id']} {stream['state']}" for stream in node["streams"]]
        table.add_row(
            node["name"],
            _state(node),
            f"{len(node['assigned'])} of {node['capacity']}",
            ", ".join(node["codecs"]),
            "\n".join(processes),
            style="" if node["alive"] and not node["draining"] else "yellow",
        )
    return table


def _state(node: dict[str, Any]) -> str:
    if not node["alive"]:
        return "lost"
    return "draining" if node["draining"] else "open"
