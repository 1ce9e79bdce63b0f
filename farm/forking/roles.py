"""What a forked process becomes: the fork server, or the module that somebody asked it for."""

from __future__ import annotations

import os
import runpy
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from setproctitle import getproctitle, setproctitle

from farm.forking.process import Process
from farm.forking.server import ForkServer, become
from farm.forking.wire import Launch, listening
from farm.log import configure_logging, get_logger
from farm.settings import load_settings

SERVER, LOG_NAME = "farm.forking", "forks"
log = get_logger(__name__)


def serve(path: Path, listener: socket.socket) -> None:
    """Be the fork server at ``path`` until it is told to stop. In each child this returns as well, when that
    has been what it was asked to be."""
    with listener:
        log.info("ready")
        launch = ForkServer(listener).serve()
    if launch is None:
        path.unlink(missing_ok=True)
        sys.stdout.flush()
        os._exit(0)  # nothing here needs to be taken apart
    _be(launch)


def forked_server(path: Path, environment: Mapping[str, str]) -> tuple[Process, int] | None:
    """Fork a server of all that this process, which must have one thread only, has imported.

    It listens at ``path`` from now on; what it prints comes from the file descriptor beside it. None in the
    server and in its children, when they are over: the caller has nothing else to do there. Raises OSError.
    """
    getproctitle()  # finds out now where the title lies; a child's environment will have moved
    listener = listening(path)
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid:
        listener.close()
        os.close(write_end)
        process = Process(pid, os.pidfd_open(pid), lambda: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        return process, read_end
    os.close(read_end)
    fds = (os.open(os.devnull, os.O_RDONLY), write_end, write_end)
    become(Launch(SERVER, (str(path),), dict(environment), own_session=False), fds)
    setproctitle(f"python -m {SERVER} {path}")
    configure_logging(load_settings(), LOG_NAME)
    serve(path, listener)
    return None


def _be(launch: Launch) -> None:
    setproctitle(" ".join(("python", "-m", launch.module, *launch.arguments)))
    sys.argv = [launch.module, *launch.arguments]
    # It was imported to bring in all that it imports; now it is to be run.
    for name in (launch.module, f"{launch.module}.__main__"):
        if hasattr(sys.modules.get(name), "main"):
            del sys.modules[name]
    runpy.run_module(launch.module, run_name="__main__", alter_sys=True)
