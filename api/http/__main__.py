"""``python -m api.http``: the HTTP API."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import stat
import sys

from api.http.server import HttpServer
from farm.errors import SettingsError
from farm.forking.kinship import ParentGone, end_with_parent
from farm.log import configure_logging
from farm.services import reaching_private_redis
from farm.settings import load_settings

_F_SETSIG = 10
_STDIN = 0


def end_with_starter() -> None:
    """End when the process that started us does, so that no orphan keeps the port.

    That process holds the other end of our standard input; without such a pipe it must be our parent.
    """
    if stat.S_ISFIFO(os.fstat(_STDIN).st_mode):
        _end_with_pipe()
    else:
        _end_with_parent()


def _end_with_pipe() -> None:
    """Let the kernel send SIGTERM when the other end of standard input is closed; see fcntl(2), F_SETSIG."""
    fcntl.fcntl(_STDIN, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(_STDIN, _F_SETSIG, signal.SIGTERM)
    fcntl.fcntl(_STDIN, fcntl.F_SETFL, fcntl.fcntl(_STDIN, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([_STDIN], [], [], 0)[0]:
        sys.exit("api: the process that started this one has ended")


def _end_with_parent() -> None:
    try:
        end_with_parent(os.getppid(), signal.SIGTERM)
    except ParentGone:
        sys.exit("api: the process that started this one has ended")


def main() -> None:
    """The entry point: what is wrong with the settings is said in a line each, not in a traceback."""
    try:
        settings = reaching_private_redis(load_settings())
    except SettingsError as error:
        sys.exit("\n".join(f"api: {line}" for line in error.message.splitlines()))
    configure_logging(settings, "api")
    end_with_starter()
    HttpServer(settings).run()


if __name__ == "__main__":
    main()
