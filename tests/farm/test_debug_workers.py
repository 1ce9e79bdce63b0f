"""``framefarm debug workers`` in words and columns."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from farm.debug.workers import workers_table

DEEDS = {"drawn": 900, "slow": 12, "flawed": 0, "failed": 3, "crashed": 1, "stuck": 0, "grown": 2}
WELL: dict[str, Any] = {
    "name": "worker-1",
    "host": "studio",
    "state": "working",
    "reason": "",
    "alive": True,
    "deeds": DEEDS,
    "drawMs": 2.345,
}
BLOCKED = {**WELL, "name": "worker-2", "state": "blocked", "reason": "garbage", "drawMs": -1.0}
GONE = {**BLOCKED, "name": "worker-3", "host": "", "alive": False}


def row(name: str) -> str:
    console = Console(width=160)
    with console.capture() as capture:
        console.print(workers_table({"workers": [WELL, BLOCKED, GONE]}))
    [line] = [line for line in capture.get().splitlines() if name in line]
    return line


def test_a_row_tells_state_deeds_and_times() -> None:
    assert " ".join(row("worker-1").split()) == "worker-1 studio working 900 12 0 3 1 0 2 2.3"


def test_a_blocked_worker_says_why_and_one_that_is_gone_that_it_is() -> None:
    assert "blocked: garbage" in row("worker-2")
    assert row("worker-2").split()[-1] == "-"
    assert "gone, blocked: garbage" in row("worker-3")


def test_on_a_narrow_terminal_every_column_can_be_told() -> None:
    console = Console(width=80)
    with console.capture() as capture:
        console.print(workers_table({"workers": [WELL, BLOCKED, GONE]}))
    shown = capture.get()
    assert all(f" {name} " in shown for name in (*DEEDS, "ms"))
    assert max(map(len, shown.splitlines())) <= 80
