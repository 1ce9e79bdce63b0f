"""Where the document of this API comes from: a process that ends when it has written it."""

from __future__ import annotations

import os
import select
import sys
from pathlib import Path
from threading import Lock

import msgspec

from api.http.document import Document
from farm.errors import FarmError
from farm.forking.process import ForkServer, run_module
from farm.messages import from_pack

MODULE = "api.http.document"
WITHIN_S = 30.0


class Documentation:
    """Asks for it once, when somebody first wants it. May be used by several threads."""

    def __init__(self, fork_server: Path | None) -> None:
        self._fork_server = fork_server
        self._lock = Lock()
        self._document: Document | None = None

    def get(self) -> Document:
        """The document. Raises FarmError when it could not be written."""
        with self._lock:
            if self._document is None:
                self._document = _written(self._fork_server)
            return self._document


def _written(fork_server: Path | None) -> Document:
    paper = os.memfd_create("document")
    try:
        with Path(os.devnull).open("rb") as nothing:
            fds = (nothing.fileno(), paper, sys.stderr.fileno())
            process = run_module(MODULE, (), os.environ, fds, fork_server=ForkServer.at(fork_server))
        if not select.select([process.pidfd], [], [], WITHIN_S)[0]:
            process.kill()
        if code := process.exit_code():
            raise FarmError(f"the document of the API was not written: its process ended with code {code}")
        return from_pack(os.pread(paper, os.fstat(paper).st_size, 0), Document)
    except (OSError, msgspec.MsgspecError) as error:
        raise FarmError(f"the document of the API cannot be read: {error}") from error
    finally:
        os.close(paper)
