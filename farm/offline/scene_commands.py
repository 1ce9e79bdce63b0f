"""``framefarm scene``: scene documents checked without a farm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from farm.errors import InputError
from farm.offline.scene_file import read_show
from scene.hints import hints_for
from scene.mistakes import Mistake
from scene.schema import scene_schema, show_schema
from scene.show import Show

scene = typer.Typer(no_args_is_help=True, help="Check documents of scenes and shows.")


@scene.command()
def validate(
    files: Annotated[list[Path], typer.Argument(help="Scenes or shows.", show_default=False)],
) -> None:
    """Say what is wrong with scenes, every mistake with its path and reason; exit code 1 if anything is.

    What is no mistake but may surprise, such as a named value that the scene has none of, is told too.
    """
    out = Console(soft_wrap=True, highlight=False)
    wrong = 0
    for file in files:
        try:
            show = read_show(file)
        except InputError as error:
            wrong += 1
            out.print(Text(error.message, "red"))
        else:
            out.print(Text(f"{file}: {_told(show)}"))
            for hint in _hints(show):
                out.print(Text(f"{file}: {hint}", "yellow"))
    raise typer.Exit(1 if wrong else 0)


@scene.command()
def schema(
    show: Annotated[bool, typer.Option("--show", help="That of a show: several scenes by name.")] = False,  # noqa: FBT002
) -> None:
    """Print the JSON Schema of a scene document, for editors that check while one writes."""
    print(json.dumps(show_schema() if show else scene_schema(), indent=2))  # noqa: T201  the command's answer


def _told(show: Show) -> str:
    """``"a scene of 3 layers, variants: vertical"``, or how many scenes there are."""
    if len(show.scenes) > 1:
        return f"a show of {len(show.scenes)} scenes: {', '.join(show.scenes)}; {show.program} is on program"
    count, names = len(show.on_air.layers), list(show.on_air.variants)
    variants = f", variants: {', '.join(names)}" if names else ""
    return f"a scene of {count} layer{'' if count == 1 else 's'}{variants}"


def _hints(show: Show) -> list[Mistake]:
    if len(show.scenes) == 1:
        return hints_for(show.on_air)
    return [hint.inside(f"scenes.{name}") for name in show.scenes for hint in hints_for(show.scene(name))]
