"""``framefarm perf all``: every benchmark in turn, and at the end what was measured beside its mark.

Each runs as the command that it is, in a process of its own: one that fails costs the others nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from farm.errors import FarmError
from farm.perf import compose
from farm.perf.benchmarks import BENCHMARKS, Benchmark, Judgement
from farm.perf.options import Keep
from farm.perf.results import Result, circumstances, result_tables
from farm.reach import Json


class Outcome(NamedTuple):
    """What came of one benchmark."""

    benchmark: Benchmark
    result: Result | None
    failure: str = ""
    """Why there is no result, in the command's own words."""

    def judgements(self) -> list[Judgement]:
        """Its numbers beside their marks; none without a result."""
        return [] if self.result is None else [mark.judged(self.result) for mark in self.benchmark.marks]


Run = Callable[[Benchmark], Result]
"""Runs one. Raises FarmError."""


def outcomes(benchmarks: Sequence[Benchmark], run: Run) -> Iterator[Outcome]:
    """One after the other; what fails is told, and the next one runs."""
    for benchmark in benchmarks:
        try:
            yield Outcome(benchmark, run(benchmark))
        except FarmError as error:
            yield Outcome(benchmark, None, error.message)


def run_command(benchmark: Benchmark, keep: Path | None) -> Result:
    """The result of ``framefarm perf NAME``. What it says beside goes to standard error. Raises FarmError."""
    command = [sys.executable, "-m", "farm", "perf", benchmark.name, *benchmark.arguments, "--json"]
    command += ["--keep", str(keep)] if keep else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        said = _passed_on(process)
        answer = process.communicate()[0]
    if process.returncode:
        raise FarmError(said or f"it ended with code {process.returncode}")
    result: Result = json.loads(answer)
    return result


def _passed_on(process: subprocess.Popen[str]) -> str:
    """The last line that a process wrote to standard error, after all of it went on to ours."""
    last = ""
    for line in process.stderr or ():
        sys.stderr.write(line)
        last = line.strip() or last
    return last


def summary(found: Sequence[Outcome]) -> Table:
    """A row for each number that has a mark, or would have."""
    table = Table(title="all benchmarks", title_justify="left", box=SIMPLE_HEAD)
    for name in ("benchmark", "number", "measured", "mark", ""):
        table.add_column(name, justify="right" if name == "measured" else "left", overflow="fold")
    for outcome in found:
        name = outcome.benchmark.name
        if outcome.result is None:
            table.add_row(name, f"not measured: {outcome.failure}", style="red")
        for mark, value, kept in outcome.judgements():
            words = "" if mark.limit is None else "kept" if kept else "missed"
            style = "" if kept else "yellow"
            table.add_row(name, mark.path.replace("_", " "), str(value), mark.words(), words, style=style)
    return table


def as_object(found: Sequence[Outcome]) -> dict[str, Any]:
    """All results by name, those that failed with their reason, and the marks that were missed."""
    return {
        **circumstances(),
        "results": {each.benchmark.name: each.result for each in found if each.result is not None},
        "failed": {each.benchmark.name: each.failure for each in found if each.result is None},
        "missed": [
            f"{each.benchmark.name} {judged.mark.path}"
            for each in found
            for judged in each.judgements()
            if not judged.kept
        ],
    }


def every(
    names: Annotated[list[str] | None, typer.Argument(help="Which benchmarks; all by default.")] = None,
    keep: Keep = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """All benchmarks in turn, the long ones in full: about an hour. Ends with 1 if one cannot be measured."""
    known = [benchmark.name for benchmark in BENCHMARKS]
    if unknown := [name for name in names or () if name not in known]:
        raise typer.BadParameter(f"there is no benchmark {unknown[0]!r}; there are {', '.join(known)}")
    wanted = [benchmark for benchmark in BENCHMARKS if benchmark.name in (names or known)]
    out, found = Console(), list[Outcome]()
    for outcome in outcomes(wanted, lambda benchmark: run_command(benchmark, keep)):
        found.append(outcome)
        if not as_json and outcome.result is not None:
            _show(out, outcome.benchmark.name, outcome.result)
    if as_json:
        print(json.dumps(as_object(found)))  # noqa: T201  the command's answer
    else:
        out.print(summary(found))
    raise typer.Exit(1 if any(outcome.result is None for outcome in found) else 0)


def _show(out: Console, name: str, result: Result) -> None:
    for table in compose.tables(result) if name == "compose" else result_tables(name, result):
        out.print(table)
