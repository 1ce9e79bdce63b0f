"""``python -m farm.forking SOCKET MODULE…``: a fork server at SOCKET in which every MODULE is imported."""

from __future__ import annotations

import sys
from pathlib import Path

from setproctitle import getproctitle

from farm.errors import SettingsError
from farm.forking.roles import LOG_NAME, serve
from farm.forking.server import preload
from farm.forking.wire import listening
from farm.log import configure_logging
from farm.settings import load_settings


def main() -> None:
    """Serve; or be what a client asked for, in a child."""
    path, modules = Path(sys.argv[1]), sys.argv[2:]
    try:
        configure_logging(load_settings(), LOG_NAME)
    except SettingsError as error:
        sys.exit(error.message)
    getproctitle()  # finds out now where the title lies; a child's environment will have moved
    preload(modules)
    serve(path, listening(path))


if __name__ == "__main__":
    main()
