"""``framefarm debug workers``: the workers as a table."""

from __future__ import annotations

from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

_DEEDS = ("drawn", "slow", "flawed", "failed", "crashed", "stuck", "grown")
_STYLES = {"blocked": "red", "probation": "yellow"}


def workers_table(answer: dict[str, Any]) -> Table:
    """The API's answer, one row for each worker."""
    title = "workers; frames since each began, and ms of a frame"
    table = Table(title=title, header_style="bold", box=SIMPLE_HEAD, padding=0)
    for name in ("worker", "host", "state"):
        table.add_column(name, overflow="fold")
    for name in (*_DEEDS, "ms"):
        # On a narrow terminal the words before it wrap.
        table.add_column(name, justify="right", no_wrap=True, min_width=len(name))
    for worker in answer["workers"]:
        deeds, drawn = worker["deeds"], worker["drawMs"]
        table.add_row(
            worker["name"],
            worker["host"] or "-",
            _state(worker),
            *(str(deeds[name]) for name in _DEEDS),
            "-" if drawn < 0 else f"{drawn:.1f}",
            style=_STYLES.get(worker["state"], "" if worker["alive"] else "dim"),
        )
    return table


def _state(worker: dict[str, Any]) -> str:
    state = str(worker["state"])
    words = f"{state}: {worker['reason']}" if state != "working" and worker["reason"] else state
    return words if worker["alive"] else f"gone, {words}"
