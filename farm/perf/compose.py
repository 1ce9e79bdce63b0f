"""``framefarm perf compose``: starts who measures drawing, shows what comes back, and keeps it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from farm.perf.options import Keep, Size
from farm.perf.results import SOURCE, Result, circumstances, keep_result
from farm.reach import Json

EXAMPLES = SOURCE / "examples"

_TITLES = {
    "scenes": (
        "scene",
        "Milliseconds of CPU a frame: whole, patched, the worst, new, as estimated, the first; memory",
    ),
    "layers": ("layers", "One of so many layers moves"),
    "changed": ("changed", "One layer of this share of the canvas moves"),
}


def compose(
    scenes: Annotated[
        list[Path] | None, typer.Argument(help="Scene documents; by default all of examples/scenes.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.1, max=600, help="How much of each scene is drawn.")] = 4.0,
    size: Size = "1920x1080",
    assets: Annotated[
        Path | None, typer.Option(help="The folder of the scenes' pictures; by default examples/assets.")
    ] = None,
    keep: Keep = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Measure drawing, without a farm: milliseconds of CPU per frame, whole and patched, cache hits, memory;
    and how they grow with layers and with what changes."""
    arguments = [*subjects(scenes, assets), "--seconds", str(seconds), "--size", size, "--tables"]
    measuring = subprocess.run(
        [sys.executable, "-m", "workers.bench", *arguments], stdout=subprocess.PIPE, check=False
    )
    if measuring.returncode:
        raise typer.Exit(measuring.returncode)
    result = {**circumstances(), **json.loads(measuring.stdout)}
    if keep is not None:
        keep_result("compose", result, keep)
    if as_json:
        print(json.dumps(result))  # noqa: T201  the command's answer
        return
    out = Console()
    for table in tables(result):
        out.print(table)


def subjects(scenes: Sequence[Path] | None, assets: Path | None) -> list[str]:
    """The arguments that say what is drawn: ``scenes`` with the pictures in ``assets``; by default our
    examples, wherever the command is called."""
    wanted = scenes or sorted((EXAMPLES / "scenes").glob("*.json"))
    folder = assets or EXAMPLES / "assets"
    return [*map(str, wanted), "--assets", str(folder)]


def tables(result: Result) -> list[Table]:
    """One for each group that was measured."""
    return [_table(*_TITLES[group], result[group]) for group in _TITLES if result.get(group)]


def _table(names: str, title: str, measurements: Mapping[str, Mapping[str, float]]) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column(names, no_wrap=True)
    for heading in (
        "whole",
        "patch",
        "worst",
        "new",
        "guess",
        "open",
        "area",
        "hits",
        "kB",
    ):
        table.add_column(heading, justify="right")
    for name, measured in measurements.items():
        table.add_row(
            f"{float(name):.0%}" if names == "changed" else name,
            *(
                f"{measured[key]:.2f}"
                for key in ("full_ms", "patch_ms", "full_max_ms", "first_ms", "estimate_ms")
            ),
            f"{measured['opening_ms']:.0f}",
            f"{measured['changed_share']:.0%}",
            f"{measured['hit_rate']:.0%}",
            f"{measured['peak_bytes'] / 1000:.0f}",
        )
    return table
