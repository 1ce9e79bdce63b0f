"""``python -m farm.forking SOCKET MODULE…``: a fork server at SOCKET in which every MODULE is imported."""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

from setproctitle import getproctitle, setproctitle

from farm.errors import SettingsError
from farm.forking.server import ForkServer, preload
from farm.forking.wire import Launch, listening
from farm.log import configure_logging, get_logger
from farm.settings import load_settings

log = get_logger(__name__)


def main() -> Launch | None:
    """Serve; what this process is to be from now on, if it is a child."""
    path, modules = Path(sys.argv[1]), sys.argv[2:]
    try:
        configure_logging(load_settings(), "forks")
    except SettingsError as error:
        sys.exit(error.message)
    getproctitle()  # finds out now where the title lies; a child's environment will have moved
    preload(modules)
    with listening(path) as listener:
        log.info("ready", modules=len(modules))
        launch = ForkServer(listener).serve()
        if launch is None:
            path.unlink(missing_ok=True)
    return launch


def run(launch: Launch) -> None:
    """Be ``launch``."""
    setproctitle(" ".join(("python", "-m", launch.module, *launch.arguments)))
    sys.argv = [launch.module, *launch.arguments]
    # It was imported to bring in all that it imports; now it is to be run.
    for name in (launch.module, f"{launch.module}.__main__"):
        if hasattr(sys.modules.get(name), "main"):
            del sys.modules[name]
    runpy.run_module(launch.module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    if order := main():
        run(order)
    else:
        os._exit(0)  # nothing here needs to be taken apart
