"""What the commands of ``framefarm perf`` are told, checked before anything is started."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from farm.perf.shows.catalogue import SHOWS
from farm.settings import parse_resolution


def _known(name: str) -> str:
    if name not in SHOWS:
        raise typer.BadParameter(f"there is no show {name!r}; there are {', '.join(SHOWS)}")
    return name


def _all_known(names: list[str] | None) -> list[str] | None:
    return names and [_known(name) for name in names]


def _size(text: str) -> str:
    try:
        parse_resolution(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    return text


ShowOption = Annotated[str, typer.Option(help=f"What is on air: {', '.join(SHOWS)}.", callback=_known)]
Shows = Annotated[
    list[str] | None,
    typer.Argument(help=f"Which shows, of {', '.join(SHOWS)}; all by default.", callback=_all_known),
]
Size = Annotated[str, typer.Option(help="Width x height in pixels, both even.", callback=_size)]
Fps = Annotated[int, typer.Option(min=1, max=60, help="Frames a second.")]
Keep = Annotated[Path | None, typer.Option(help="A folder to keep the result in, as NAME-DATE-COMMIT.json.")]
