"""``framefarm scene``: scene documents checked without a farm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from farm.errors import InputError
from farm.offline.scene_file import read_scene
from scene.document import Scene
from scene.schema import scene_schema

scene = typer.Typer(no_args_is_help=True, help="Check scene documents.")


@scene.command()
def validate(
    files: Annotated[list[Path], typer.Argument(help="Scene documents.", show_default=False)],
) -> None:
    """Say what is wrong with scenes, every mistake with its path and reason; exit code 1 if anything is."""
    out = Console(soft_wrap=True, highlight=False)
    wrong = 0
    for file in files:
        try:
            found = read_scene(file)
        except InputError as error:
            wrong += 1
            out.print(Text(error.message, "red"))
        else:
            out.print(Text(f"{file}: {_told(found)}"))
    raise typer.Exit(1 if wrong else 0)


def _told(found: Scene) -> str:
    """``"a scene of 3 layers, variants: vertical"``."""
    count = len(found.layers)
    variants = f", variants: {', '.join(found.variants)}" if found.variants else ""
    return f"a scene of {count} layer{'' if count == 1 else 's'}{variants}"


@scene.command()
def schema() -> None:
    """Print the JSON Schema of a scene document, for editors that check while one writes."""
    print(json.dumps(scene_schema(), indent=2))  # noqa: T201  the command's answer
