"""``framefarm debug frames``: the ledger as a table, and one frame's whole journey."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table

_MEANT = {"held": "fewer pictures are drawn than ticks go by", "still": "nothing in the scene moved"}
"""What to say of ticks that were given no picture of their own."""
_HOPS = {
    "queueMs": "waited for a worker",
    "planMs": "scene loaded, evaluated, compared",
    "drawMs": "worker's time in all",
    "waitMs": "lay ready before its tick",
    "encodeMs": "encoded",
    "sendMs": "handed over, until sent",
    "askedMs": "asked for, until its tick",
    "latencyMs": "asked for, until sent",
}
_COLUMNS = ("queueMs", "drawMs", "waitMs", "encodeMs", "sendMs", "latencyMs")


def frames_table(ledger: dict[str, Any]) -> Group:
    """All frames of ``ledger``, the API's answer, oldest first, and below them its summary."""
    table = Table(title="frames; times in ms", header_style="bold", box=SIMPLE_HEAD, padding=0)
    for name in ("frame", "drawn by", "area", *_COLUMNS, "remark"):
        words = name in ("drawn by", "remark")
        header = name.removesuffix("Ms")
        table.add_column(header, justify="left" if words else "right", no_wrap=not words)
    for frame in reversed(ledger["frames"]):
        cause = frame["cause"]
        table.add_row(
            str(frame["frame"]),
            frame["worker"],
            f"{frame['area']:.0%}",
            *(_ms(frame[name]) for name in _COLUMNS),
            _remark(frame),
            style="yellow" if cause and cause not in _MEANT else "",
        )
    return Group(table, _summary(ledger["summary"]))


def journey(frame: dict[str, Any]) -> Table:
    """One frame's hops, in their order."""
    title = f"frame {frame['frame']} of epoch {frame['epoch']}"
    table = Table(title=title, show_header=False)
    table.add_row("picture", _picture(frame))
    table.add_row("drawn by", frame["worker"] or "nobody")
    if frame["hedged"]:
        table.add_row("ordered again", _race(frame))
    if frame["refused"]:
        table.add_row("refused", _refusal(frame))
    if frame["worker"]:
        patch = f"patch of {frame['area']:.1%} on frame {frame['base']}"
        table.add_row("drawn as", "whole picture" if frame["base"] < 0 else patch)
    for name, words in _HOPS.items():
        table.add_row(words, f"{_ms(frame[name])} ms")
        if name == "drawMs":
            for cost in frame["layers"]:
                table.add_row(f"  layer {cost['layer']}", f"{_ms(cost['ms'])} ms")
    table.add_row("packets", f"{frame['packetBytes']} bytes")
    return table


def _picture(frame: dict[str, Any]) -> str:
    if not frame["cause"]:
        return f"frame {frame['shown']}"
    last = f"frame {frame['shown']}" if frame["shown"] >= 0 else "none yet"
    meant = _MEANT.get(frame["cause"])
    return f"repeated, {frame['cause']}: {last}" if meant is None else f"{last} once more: {meant}"


def _race(frame: dict[str, Any]) -> str:
    if not frame["worker"]:
        return "neither draw came"
    return f"the {'second' if frame['secondDraw'] else 'first'} draw came first"


def _refusal(frame: dict[str, Any]) -> str:
    return f"{frame['refused']} of {frame['refusedWorker'] or 'somebody'}"


def _remark(frame: dict[str, Any]) -> str:
    """What is not as usual, in a few words."""
    refused = _refusal(frame) if frame["refused"] else ""
    again = "ordered again" if frame["hedged"] else ""
    return ", ".join(filter(None, (frame["cause"], refused, again)))


def _summary(summary: dict[str, Any]) -> Table:
    table = Table(title=f"{summary['frames']} frames", header_style="bold")
    for name in ("ms", "p50", "p99", "max"):
        table.add_column(name, justify="left" if name == "ms" else "right")
    for name, words in _HOPS.items():
        spread = summary["hops"].get(_snake(name))
        if spread is not None:
            table.add_row(words, *(_ms(spread[rank]) for rank in ("p50", "p99", "max")))
    table.caption = ", ".join(_counted(summary["repeated"], "repeated")) or "no picture repeated"
    return table


def _counted(counts: dict[str, int], what: str) -> Iterable[str]:
    return (f"{count} {what} ({cause})" for cause, count in counts.items())


def _snake(name: str) -> str:
    return name.replace("Ms", "_ms")


def _ms(value: float) -> str:
    return "-" if value == -1 else f"{value:.1f}"
