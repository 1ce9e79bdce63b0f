"""``python -m api.http``: the HTTP API."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

from api.http.server import HttpServer
from farm.errors import SettingsError
from farm.log import configure_logging
from farm.services import reaching_private_redis
from farm.settings import load_settings

_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """End when the process that started us does, so that no orphan keeps the port."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit("api: the process that started this one has ended")


def main() -> None:
    """The entry point: what is wrong with the settings is said in a line each, not in a traceback."""
    try:
        settings = reaching_private_redis(load_settings())
    except SettingsError as error:
        sys.exit("\n".join(f"api: {line}" for line in error.message.splitlines()))
    configure_logging(settings, "api")
    end_with_parent()
    HttpServer(settings).run()


if __name__ == "__main__":
    main()
