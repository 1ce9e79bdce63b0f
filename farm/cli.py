"""The command line: ``framefarm up | api | coordinator | worker | encoder | token | render | scene … |
node … | debug … | perf …``.

A service is started by replacing this process with ``python -m <room>``: the command line imports no
service, and a service carries no command line.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated, NoReturn

import typer

from farm.debug.commands import debug
from farm.errors import FarmError
from farm.node_commands import node
from farm.offline.render import render
from farm.offline.scene_commands import scene
from farm.perf.commands import perf
from farm.reach import token_store
from farm.services import reaching_private_redis
from farm.settings import load_settings
from farm.store.tokens import Scope
from farm.up.main import run

_ABOUT = "A render farm for live streams: `framefarm up --demo` runs all of it on this host."
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=_ABOUT)
app.command()(render)
app.add_typer(scene, name="scene")
app.add_typer(node, name="node")
app.add_typer(debug, name="debug")
app.add_typer(perf, name="perf")

_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


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
    print(token_store().create(owner, scope)[1])  # noqa: T201  the command's answer


def _become(room: str, *arguments: str) -> NoReturn:
    """Go on as ``python -m room``, with the password of the farm that runs here if there is one."""
    if password := reaching_private_redis(load_settings()).redis_password:
        os.environ["REDIS_PASSWORD"] = password.get_secret_value()
    os.execv(sys.executable, [sys.executable, "-m", room, *arguments])  # noqa: S606  no shell involved
