"""``framefarm debug``: looks at a running farm from outside."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from farm.debug.checkable import checkable_scene
from farm.debug.frames import frames_table, journey
from farm.debug.nodes import nodes_table
from farm.debug.pattern import PatternPlace, Tally, fitting
from farm.debug.reader import frame_numbers
from farm.debug.workers import workers_table
from farm.errors import InputError, NotFound
from farm.reach import Json, TokenOption, Url, api_client, out, play_url, print_values
from farm.settings import parse_resolution

debug = typer.Typer(no_args_is_help=True, help="Look at a running farm from outside.")


@debug.command("test-stream")
def make_test_stream(
    url: Url = None,
    access: TokenOption = None,
    stream: Annotated[str, typer.Option(help="The stream to make, or to show the test scene.")] = "test",
    size: Annotated[str, typer.Option(help="Width x height in pixels, both even.")] = "1920x1080",
) -> None:
    """Put a stream on air that machines can check: frame numbers as blocks, and colour bars."""
    try:
        width, height = parse_resolution(size)
    except ValueError as error:
        raise InputError(f"--size: {error}") from error
    place = fitting(width)
    scene = checkable_scene(width, height, place)
    with api_client(url, access) as client:
        try:
            client.call("GET", f"/streams/{stream}")
        except NotFound:
            client.call(
                "POST", "/streams", {"id": stream, "config": {"STREAM_RESOLUTION": size}, "scene": scene}
            )
        else:
            client.call("PUT", f"/streams/{stream}/scene", scene)
        client.call("POST", f"/streams/{stream}/start")
    small = "" if place == PatternPlace() else f" --cell {place.cell_px}"
    reading = f"framefarm debug read {play_url(stream)}{small}"
    out.print(f"{stream} is on air; this checks it: {reading}", soft_wrap=True)


@debug.command("read")
def read(
    url: Annotated[str, typer.Argument(help="An RTMP URL, or anything else that ffmpeg reads.")],
    seconds: Annotated[float, typer.Option(min=0.1, help="How long to read.")] = 10,
    bits: Annotated[int, typer.Option(min=1, max=64, help="Bits of the pattern.")] = 24,
    cell: Annotated[int, typer.Option(min=1, max=256, help="Pixels of a cell.")] = 32,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Read a test stream back and say whether every frame came once and in order; exit code 1 if not."""
    tally = Tally()
    for number, _ in frame_numbers(url, PatternPlace(cell_px=cell, bits=bits), seconds=seconds):
        tally.add(number)
    print_values({**tally.as_dict(), "complete": tally.complete()}, "what the reader saw", as_json=as_json)
    raise typer.Exit(0 if tally.complete() else 1)


@debug.command("nodes")
def nodes(url: Url = None, access: TokenOption = None, as_json: Json = False) -> None:  # noqa: FBT002
    """The encoder nodes: which live, which drain, and what each runs."""
    with api_client(url, access) as client:
        found = client.call("GET", "/nodes")
    if as_json:
        print(json.dumps(found))  # noqa: T201  the command's answer
    else:
        out.print(nodes_table(found["nodes"]))


@debug.command("frames")
def frames(  # noqa: PLR0913, PLR0917  a command's options
    url: Url = None,
    access: TokenOption = None,
    stream: Annotated[str, typer.Option(help="A stream that is on air, or was minutes ago.")] = "demo",
    frame: Annotated[int | None, typer.Option(min=0, help="One frame's whole journey.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=2000, help="So many frames, the newest.")] = 30,
    missed: Annotated[bool, typer.Option("--missed", help="Only repeated pictures.")] = False,  # noqa: FBT002
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """What became of each frame: who drew it, where its time went, why a picture was repeated."""
    which = f"from={frame}&to={frame}" if frame is not None else f"limit={limit}"
    only = "missed" if missed else "all"
    with api_client(url, access) as client:
        ledger = client.call("GET", f"/streams/{stream}/ledger?{which}&only={only}")
    if frame is not None and not ledger["frames"]:
        raise NotFound(f"the ledger of {stream!r} holds no frame {frame}; it keeps the last minutes only")
    if as_json:
        print(json.dumps(ledger))  # noqa: T201  the command's answer
    else:
        out.print(journey(ledger["frames"][0]) if frame is not None else frames_table(ledger))


@debug.command("workers")
def workers(url: Url = None, access: TokenOption = None, as_json: Json = False) -> None:  # noqa: FBT002
    """Who draws: each worker's state, what it drew, what was slow or failed, and how long a frame takes."""
    with api_client(url, access) as client:
        answer = client.call("GET", "/workers")
    if as_json:
        print(json.dumps(answer))  # noqa: T201  the command's answer
    else:
        out.print(workers_table(answer))
