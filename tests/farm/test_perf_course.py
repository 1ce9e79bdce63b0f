"""`framefarm perf all`: every benchmark in turn, beside its mark."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from farm.cli import app
from farm.errors import FarmError
from farm.perf.benchmarks import BENCHMARKS, Benchmark, Mark
from farm.perf.commands import perf
from farm.perf.course import Outcome, as_object, outcomes, run_command, summary
from tests.repo.tree import ROOT

ONE = Benchmark("live", (), (Mark("late", 0), Mark("latency_ms p99", 50), Mark("cpu_percent")))
OTHER = Benchmark("streams", (), (Mark("streams_1080p30", 6, at_least=True),))
RESULTS: dict[str, dict[str, Any]] = {
    "live": {"late": 3, "latency_ms": {"p99": 41.5}, "cpu_percent": 57.0},
    "streams": {"streams_1080p30": 6},
}


def measured(benchmark: Benchmark) -> dict[str, Any]:
    return RESULTS[benchmark.name]


def test_each_number_is_judged_by_its_mark() -> None:
    late, latency, cpu = (mark.judged(RESULTS["live"]) for mark in ONE.marks)
    assert (late.value, late.kept, late.mark.words()) == (3, False, "at most 0")
    assert (latency.value, latency.kept) == (41.5, True)
    assert (cpu.kept, cpu.mark.words()) == (True, "")
    [streams] = (mark.judged(RESULTS["streams"]) for mark in OTHER.marks)
    assert (streams.kept, streams.mark.words()) == (True, "at least 6")


def test_one_that_fails_costs_the_others_nothing() -> None:
    def broken(benchmark: Benchmark) -> dict[str, Any]:
        if benchmark is ONE:
            raise FarmError("it needs root")
        return measured(benchmark)

    found = list(outcomes([ONE, OTHER], broken))
    assert [(each.failure, each.result) for each in found] == [
        ("it needs root", None),
        ("", RESULTS["streams"]),
    ]
    told = as_object(found)
    assert (told["results"], told["failed"], told["missed"]) == (
        {"streams": RESULTS["streams"]},
        {"live": "it needs root"},
        [],
    )


def test_the_summary_tells_what_was_kept_missed_and_not_measured() -> None:
    found = [Outcome(ONE, RESULTS["live"]), Outcome(OTHER, None, "it needs root")]
    console = Console(width=100)
    with console.capture() as capture:
        console.print(summary(found))
    rows = [" ".join(line.split()) for line in capture.get().splitlines()]
    for row in (
        "live late 3 at most 0 missed",
        "live latency ms p99 41.5 at most 50 kept",
        "live cpu percent 57.0",
        "streams not measured: it needs root",
    ):
        assert row in rows
    assert as_object(found)["missed"] == ["live late"]


def test_every_command_that_keeps_a_result_is_among_them_with_options_that_it_has() -> None:
    commands = {command.name: command.callback for command in perf.registered_commands if command.callback}
    keeping = {name for name, run in commands.items() if "keep" in inspect.signature(run).parameters}
    assert {benchmark.name for benchmark in BENCHMARKS} == keeping - {"all"}
    for benchmark in BENCHMARKS:
        run = commands[benchmark.name]
        assert run is not None
        options = {part.removeprefix("--") for part in benchmark.arguments if part.startswith("--")}
        assert options <= inspect.signature(run).parameters.keys()


def test_make_bench_runs_all_of_them() -> None:
    [recipe] = [line for line in (ROOT / "Makefile").read_text().splitlines() if "framefarm perf" in line]
    assert recipe.split() == ["$(BIN)/framefarm", "perf", "all", "--keep", "bench/results"]


def test_a_command_that_fails_is_told_in_its_own_words(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(FarmError, match=r"nowhere\.json cannot be read"):
        run_command(Benchmark("compose", ("nowhere.json",), ()), None)
    assert "nowhere.json" in capsys.readouterr().err


def test_an_unknown_benchmark_is_named() -> None:
    done = CliRunner().invoke(app, ["perf", "all", "speed"])
    assert done.exit_code == 2
    assert "'speed'" in done.output


def test_all_results_are_one_object(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("farm.perf.course.run_command", lambda benchmark, keep: {"of_linear": 0.95})
    done = CliRunner().invoke(app, ["perf", "all", "scale", "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["results"] == {"scale": {"of_linear": 0.95}}
