"""`framefarm perf compose`, as people call it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from farm.cli import app
from farm.perf import results
from farm.perf.compose import subjects, tables
from farm.perf.results import circumstances

SCENE = {"viewport": {"width": 160, "height": 90}, "background": "#103050", "layers": []}


def framefarm(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The program, in a process of its own."""
    command = [sys.executable, "-m", "farm", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """What it answers about a scene, and the folder where it keeps that."""
    folder = tmp_path_factory.mktemp("results")
    scene = folder / "plain.json"
    scene.write_text(json.dumps(SCENE))
    options = ("--seconds", 0.1, "--size", "160x90", "--keep", folder / "kept", "--json")
    done = framefarm("perf", "compose", scene, *options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), folder / "kept"


def test_it_measures_scenes_layers_and_changed_area(kept: tuple[dict[str, Any], Path]) -> None:
    result, _ = kept
    assert list(result["scenes"]) == ["typical", "plain"]
    assert list(result["layers"])[-1] == "100"
    assert list(result["changed"])[-1] == "1"
    for group in ("scenes", "layers", "changed"):
        assert all(measured["full_ms"] > 0 for measured in result[group].values())


def test_a_result_is_kept_with_date_commit_and_machine(kept: tuple[dict[str, Any], Path]) -> None:
    result, folder = kept
    (path,) = folder.iterdir()
    assert path.name == f"compose-{result['date'][:10]}-{result['commit']}.json"
    assert json.loads(path.read_text()) == result
    assert result["machine"]["cores"] >= 1


def test_people_get_tables(kept: tuple[dict[str, Any], Path]) -> None:
    result, _ = kept
    console = Console(width=120, record=True)
    for table in tables(result):
        console.print(table)
    text = console.export_text()
    assert "typical" in text
    assert "guess" in text
    assert "100%" in text


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--size", "15x15"], 2, "--size"),
        (["nowhere.json", "--seconds", "0.1"], 1, "nowhere.json cannot be read"),
    ],
)
def test_what_cannot_be_measured_is_told(arguments: list[str], code: int, told: str) -> None:
    done = framefarm("perf", "compose", *arguments)
    assert done.returncode == code
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_its_options_are_explained() -> None:
    done = CliRunner().invoke(app, ["perf", "compose", "--help"])
    assert done.exit_code == 0
    assert "examples/scenes" in done.output


def test_outside_a_repository_the_commit_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "SOURCE", tmp_path)
    assert circumstances()["commit"] == "unknown"


def test_the_examples_and_their_pictures_are_found_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    *scenes, option, assets = subjects(None, None)
    assert len(scenes) > 20
    assert all(Path(scene).is_file() for scene in scenes)
    assert option == "--assets"
    assert (Path(assets) / "coin.png").is_file()
