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

    def table(self, cells: Mapping[str, Mapping[str, Any]]) -> Table:
        """One row for each of ``cells``."""
        table = Table(title=self.title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
        table.add_column(self.rows)
        columns = list(dict.fromkeys(column for row in cells.values() for column in row))
        for column in columns:
            table.add_column(column.replace("_", " "), justify="right")
        for name, row in cells.items():
            table.add_row(name, *(self._text(row.get(column)) for column in columns))
        return table

    def _text(self, value: Any) -> str:
        shown = value[self.of] if self.of is not None and value is not None else value
        return "" if shown is None else str(shown)


def show_result(
    name: str,
    measured: Mapping[str, Any],
    keep: Path | None,
    *,
    as_json: bool,
    grids: Sequence[Grid] = (),
    kept_as: str | None = None,
) -> None:
    """Print what ``framefarm perf name`` measured, as tables or as one JSON object, and keep it in a file
    if ``keep`` is a folder: of this name, or ``kept_as``. What ``grids`` name is shown as these, and not
    value by value. Raises InputError."""
    result = {**circumstances(), **measured}
    if keep is not None:
        keep_result(kept_as or name, result, keep)
    if as_json:
        print(json.dumps(result))  # noqa: T201  the command's answer
        return
    table = Table(title=f"framefarm perf {name}", title_justify="left", show_header=False)
    gridded = {grid.key for grid in grids}
    for path, value in _flat("", {key: value for key, value in result.items() if key not in gridded}):
        table.add_row(path.replace("_", " "), str(value))
    out = Console()
    out.print(table)
    for grid in grids:
        out.print(grid.table(result[grid.key]))


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
