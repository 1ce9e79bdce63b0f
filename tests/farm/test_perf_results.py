"""Results of measurements: what is printed and what is kept."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from rich.console import Console

from farm.errors import InputError
from farm.perf.results import GRIDS, circumstances, result_tables, show_result

MEASURED = {"late": 0, "latency_ms": {"p50": 41.5, "p99": 48.0}, "steps": [{"streams": 1}, {"streams": 2}]}


def test_a_result_is_one_json_object_with_its_circumstances(capsys: pytest.CaptureFixture[str]) -> None:
    show_result("live", MEASURED, None, as_json=True)
    result = json.loads(capsys.readouterr().out)
    assert {name: result[name] for name in MEASURED} == MEASURED
    assert {"date", "commit", "machine"} <= result.keys()


def test_a_result_is_a_table_of_paths(capsys: pytest.CaptureFixture[str]) -> None:
    show_result("live", MEASURED, None, as_json=False)
    shown = capsys.readouterr().out
    for row in ("latency ms p99", "48.0", "steps 2 streams", "framefarm perf live"):
        assert row in shown


def test_a_result_is_kept_under_its_name_date_and_commit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show_result("live", MEASURED, tmp_path / "results", as_json=True)
    [kept] = (tmp_path / "results").iterdir()
    result = json.loads(kept.read_text())
    assert kept.name == f"live-{result['date'][:10]}-{result['commit']}.json"
    assert f"kept as {kept}" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        show_result("live", MEASURED, taken, as_json=True)


def test_the_commit_is_that_of_the_program_wherever_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = circumstances()["commit"]
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    monkeypatch.chdir(tmp_path)
    assert circumstances()["commit"] == here


@pytest.mark.parametrize("name", GRIDS)
def test_no_number_is_cut_off_on_a_narrow_terminal(name: str) -> None:
    numbers = {f"quite_a_long_name_{index}": 1234.5678 + index for index in range(9)}
    cells = {str(row): ({"1": {"cpu_ms": 0.123}} if name == "dispatch" else numbers) for row in (1, 2)}
    console = Console(width=80)
    with console.capture() as capture:
        for table in result_tables(name, {grid.key: cells for grid in GRIDS[name]}):
            console.print(table)
    shown = capture.get()
    assert "…" not in shown
    assert ("0.123" if name == "dispatch" else "1242") in shown


def test_an_upright_grid_has_its_rows_as_columns(capsys: pytest.CaptureFixture[str]) -> None:
    cells = {"still": {"ratio": 0.1, "redis_cpu_ms": 2}, "ticker": {"ratio": 0.3, "redis_cpu_ms": 4}}
    show_result("wire", {"shows": cells}, None, as_json=False)
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    for row in (["show", "still", "ticker"], ["ratio", "0.1", "0.3"], ["redis", "cpu", "ms", "2", "4"]):
        assert row in rows
