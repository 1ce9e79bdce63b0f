"""The command line: ``framefarm up | api | coordinator | worker | encoder | token | render | scene … |
debug … | perf …``.

A service is started by replacing this process with ``python -m <room>``: the command line imports no
service, and a service carries no command line.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from farm.client import FarmClient
from farm.clock import SystemClock
from farm.debug.checkable import checkable_scene
from farm.debug.pattern import PatternPlace, Tally
from farm.debug.reader import frame_numbers
from farm.errors import FarmError, NotFound
from farm.offline.render import render
from farm.offline.scene_commands import scene
from farm.perf.compose import compose
from farm.perf.edit import measure_edits
from farm.services import reaching_private_redis
from farm.settings import load_settings
from farm.store.connection import connect
from farm.store.tokens import Scope, TokenStore
from farm.up.main import run

_ABOUT = "A render farm for live streams: `framefarm up --demo` runs all of it on this host."
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=_ABOUT)
debug = typer.Typer(no_args_is_help=True, help="Look at a running farm from outside.")
perf = typer.Typer(no_args_is_help=True, help="Measure a running farm, or drawing alone.")
app.command()(render)
app.add_typer(scene, name="scene")
app.add_typer(debug, name="debug")
app.add_typer(perf, name="perf")
perf.command("compose")(compose)

out = Console()
_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}

Url = Annotated[str | None, typer.Option(help="The farm's API; by default that of these settings.")]
TokenOption = Annotated[
    str | None, typer.Option("--token", help="An access token; by default one is made for this call.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def main() -> None:
    """The entry point: errors of ours are one line, not a traceback."""
    try:
        app()
    except FarmError as error:
        lines = error.message.splitlines()
        sys.exit("\n".join(f"framefarm: {line}" for line in lines))


@app.command()
def up(
    demo: Annotated[bool, typer.Option("--demo", help="Put the demo stream on air.")] = False,  # noqa: FBT002
    flower: Annotated[bool, typer.Option("--flower", help="Run Flower on FLOWER_PORT too.")] = False,  # noqa: FBT002
) -> None:
    """Run a small farm on this host: everything, supervised, in one log; Ctrl-C ends it."""
    run(load_settings(), demo=demo, flower=flower)


@app.command()
def api() -> None:
    """Run the HTTP API, the WebSocket, health and metrics servers."""
    _become("api")


@app.command()
def coordinator() -> None:
    """Run a coordinator: it drives the streams whose leases it holds."""
    _become("coordinator")


@app.command(context_settings=_PASS_ON)
def worker(context: typer.Context) -> None:
    """Run a Celery worker that draws frames; `--name` tells several on one host apart."""
    _become("workers", *context.args)


@app.command()
def encoder() -> None:
    """Run an encoder node: one process per stream."""
    _become("encoder")


@app.command()
def token(
    owner: Annotated[str, typer.Argument(help="Whose token it is; streams belong to owners.")] = "admin",
    scope: Annotated[Scope, typer.Option(help="What it allows.")] = Scope.ADMIN,
) -> None:
    """Make an access token and print it, this once."""
    print(_token_store().create(owner, scope)[1])  # noqa: T201  the command's answer


@debug.command("test-stream")
def make_test_stream(
    url: Url = None,
    access: TokenOption = None,
    stream: Annotated[str, typer.Option(help="The stream to make, or to show the test scene.")] = "test",
    size: Annotated[str, typer.Option(help="Width x height of the scene, in pixels.")] = "1920x1080",
) -> None:
    """Put a stream on air that machines can check: frame numbers as blocks, and colour bars."""
    width, height = (int(side) for side in size.split("x"))
    scene = checkable_scene(width, height, PatternPlace())
    with _client(url, access) as client:
        try:
            client.call("GET", f"/streams/{stream}")
        except NotFound:
            client.call(
                "POST", "/streams", {"id": stream, "config": {"STREAM_RESOLUTION": size}, "scene": scene}
            )
        else:
            client.call("PUT", f"/streams/{stream}/scene", scene)
        client.call("POST", f"/streams/{stream}/start")
    out.print(f"{stream} is on air; this checks it: framefarm debug read {_play_url(stream)}")


@debug.command("read")
def read(
    url: Annotated[str, typer.Argument(help="An RTMP URL, or anything else that ffmpeg reads.")],
    seconds: Annotated[float, typer.Option(help="How long to read.")] = 10,
    bits: Annotated[int, typer.Option(help="Bits of the pattern.")] = 24,
    cell: Annotated[int, typer.Option(help="Pixels of a cell.")] = 32,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Read a test stream back and say whether every frame came once and in order; exit code 1 if not."""
    tally = Tally()
    for number, _ in frame_numbers(url, PatternPlace(cell_px=cell, bits=bits), seconds=seconds):
        tally.add(number)
    _print({**tally.as_dict(), "complete": tally.complete()}, "what the reader saw", as_json=as_json)
    raise typer.Exit(0 if tally.complete() else 1)


@perf.command("edit")
def perf_edit(
    url: Url = None,
    access: TokenOption = None,
    stream: Annotated[str, typer.Option(help="A live stream.")] = "demo",
    rtmp: Annotated[
        str | None, typer.Option(help="Where to read it; the farm's own server by default.")
    ] = None,
    edits: Annotated[int, typer.Option(min=1, help="How many edits to time.")] = 50,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Time edits: from the PATCH of a layer to the first changed frame at a reader of the stream."""
    reader_url = rtmp or _play_url(stream)
    with _client(url, access) as client:
        latency = measure_edits(client, stream, reader_url, edits=edits)
    _print(latency.as_dict(), "PATCH to first changed frame", as_json=as_json)


def _become(room: str, *arguments: str) -> NoReturn:
    """Go on as ``python -m room``, with the password of the farm that runs here if there is one."""
    if password := reaching_private_redis(load_settings()).redis_password:
        os.environ["REDIS_PASSWORD"] = password.get_secret_value()
    os.execv(sys.executable, [sys.executable, "-m", room, *arguments])  # noqa: S606  no shell involved


def _token_store() -> TokenStore:
    settings = reaching_private_redis(load_settings())
    return TokenStore(connect(settings.broker_url()), SystemClock())


@contextmanager
def _client(url: str | None, access: str | None) -> Iterator[FarmClient]:
    """A client of the API, with the user's token, ADMIN_TOKEN, or one that lives as long as the call."""
    settings = load_settings()
    base_url = url or f"http://127.0.0.1:{settings.port}"
    own = settings.admin_token and settings.admin_token.get_secret_value()
    with ExitStack() as undo:
        token = access or own or undo.enter_context(_token_store().lent("command line", Scope.ADMIN))
        yield undo.enter_context(FarmClient(base_url, token))


def _play_url(stream: str) -> str:
    return f"rtmp://localhost:{load_settings().rtmp_port}/live/{stream}"


def _print(values: dict[str, object], title: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(values))  # noqa: T201  the command's answer
        return
    table = Table(title=title, show_header=False)
    for name, value in values.items():
        table.add_row(name.replace("_", " "), str(value))
    out.print(table)
