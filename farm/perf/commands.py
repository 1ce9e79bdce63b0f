"""``framefarm perf``: measures a running farm, or drawing alone."""

from __future__ import annotations

from typing import Annotated

import typer

from farm.perf.compose import compose
from farm.perf.edit import measure_edits
from farm.reach import Json, TokenOption, Url, api_client, play_url, print_values

perf = typer.Typer(no_args_is_help=True, help="Measure a running farm, or drawing alone.")
perf.command("compose")(compose)


@perf.command("edit")
def perf_edit(  # noqa: PLR0913, PLR0917  a command's options
    url: Url = None,
    access: TokenOption = None,
    stream: Annotated[str, typer.Option(help="A live stream.")] = "demo",
    rtmp: Annotated[
        str | None, typer.Option(help="Where to read it; the farm's own server by default.")
    ] = None,
    edits: Annotated[int, typer.Option(min=1, help="How many edits to time.")] = 50,
    data: Annotated[bool, typer.Option("--data", help="Change live data, not the scene.")] = False,  # noqa: FBT002
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Time edits: from the PATCH of a layer, or of live data, to the first changed frame at a reader."""
    reader_url = rtmp or play_url(stream)
    with api_client(url, access) as client:
        latency = measure_edits(client, stream, reader_url, edits=edits, of_data=data)
    print_values(latency.as_dict(), "PATCH to first changed frame", as_json=as_json)
