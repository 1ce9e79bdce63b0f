"""Results of measurements: printed, and kept with when, of what and on what they were made."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from farm.errors import InputError

_CPU_INFO = Path("/proc/cpuinfo")
SOURCE = Path(__file__).parents[2]

Result = dict[str, Any]
"""What was measured, by name; may be nested."""


class Grid(NamedTuple):
    """How the value ``key`` of a result, a mapping of mappings, is shown as a table."""

    key: str
    title: str
    rows: str
    """What its rows are."""
    of: str | None = None
    """The number that a cell shows, where cells are mappings."""
    upright: bool = False
    """Whether its rows stand as columns: many numbers of few things fit a terminal better so."""

    def table(self, cells: Mapping[str, Mapping[str, Any]]) -> Table:
        """One row for each of ``cells``, or one column."""
        table = Table(title=self.title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
        names = list(dict.fromkeys(name for row in cells.values() for name in row))
        lines = [
            [self.rows, *(name.replace("_", " ") for name in names)],
            *([title, *(self._text(row.get(name)) for name in names)] for title, row in cells.items()),
        ]
        head, *body = zip(*lines, strict=True) if self.upright else lines
        for index, words in enumerate(head):
            # What does not fit goes on in the next line: half a number would be another one.
            table.add_column(words, justify="right" if index else "left", overflow="fold")
        for line in body:
            table.add_row(*line)
        return table

    def _text(self, value: Any) -> str:
        shown = value[self.of] if self.of is not None and value is not None else value
        return "" if shown is None else str(shown)


GRIDS: Mapping[str, Sequence[Grid]] = {
    "memory": [
        Grid("processes", "Megabytes: shared pages by their part, and what is a process's own", "process")
    ],
    "dispatch": [Grid("cells", "CPU ms of the coordinator for a frame, by workers", "streams", "cpu_ms")],
    "wire": [Grid("shows", "Bytes of a frame, by the way that it takes through Redis", "show", upright=True)],
    "scale": [Grid("steps", "Frames a second by workers", "workers")],
}
"""What the commands show as grids."""


def show_result(
    name: str,
    measured: Mapping[str, Any],
    keep: Path | None,
    *,
    as_json: bool,
    kept_as: str | None = None,
) -> None:
    """Print what ``framefarm perf name`` measured, as tables or as one JSON object, and keep it in a file
    if ``keep`` is a folder: of this name, or ``kept_as``. Raises InputError."""
    result = {**circumstances(), **measured}
    if keep is not None:
        keep_result(kept_as or name, result, keep)
    if as_json:
        print(json.dumps(result))  # noqa: T201  the command's answer
        return
    out = Console()
    for table in result_tables(name, result):
        out.print(table)


def result_tables(name: str, result: Result) -> list[Table]:
    """The result of ``framefarm perf name``: value by value, but what GRIDS name as these."""
    table = Table(title=f"framefarm perf {name}", title_justify="left", show_header=False)
    grids = GRIDS.get(name, ())
    gridded = {grid.key for grid in grids}
    for path, value in _flat("", {key: value for key, value in result.items() if key not in gridded}):
        table.add_row(path.replace("_", " "), str(value))
    return [table, *(grid.table(result[grid.key]) for grid in grids)]


def _flat(path: str, value: object) -> list[tuple[str, object]]:
    """Every number and word of ``value`` with the path that leads to it."""
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in _flat(f"{path} {key}".strip(), item)]
    if isinstance(value, list):
        return [leaf for index, item in enumerate(value, 1) for leaf in _flat(f"{path} {index}", item)]
    return [(path, value)]


def circumstances() -> Result:
    """When, of which commit and on what is measured here and now."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "machine": {
            "cpu": _cpu(),
            "cores": os.cpu_count(),
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
        },
    }


def keep_result(name: str, result: Result, folder: Path) -> None:
    """Write ``result`` into ``folder`` and say where it lies. Raises InputError."""
    path = folder / f"{name}-{result['date'][:10]}-{result['commit']}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(result, indent=1) + "\n")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from error
    print(f"kept as {path}", file=sys.stderr)  # noqa: T201  beside the answer


def _commit() -> str:
    """The short name of the commit that this program's source is at; "unknown" outside a repository."""
    try:
        told = subprocess.run(
            ["git", "-C", SOURCE, "rev-parse", "--short", "HEAD"],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return told.stdout.strip() or "unknown"


def _cpu() -> str:
    try:
        lines = _CPU_INFO.read_text().splitlines()
    except OSError:
        return platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def up_to(numbers: Sequence[int], most: int) -> list[int]:
    """Those of ``numbers``, which rise, below ``most``, and ``most``."""
    return [*(number for number in numbers if number < most), most]
