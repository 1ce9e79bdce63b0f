"""Which encoder processes a node started: files that outlive it, so that the next node adopts them.

One file per stream in ``state_dir/encoders/<node>``, mode 0600. They hold no secrets.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from urllib.parse import quote

import msgspec

from farm.clock import Clock
from farm.errors import SettingsError
from farm.log import get_logger
from farm.messages import from_json, to_json

log = get_logger(__name__)


_PATIENCE_NS = 3_000_000_000
_POLL_NS = 50_000_000


class Entry(msgspec.Struct, frozen=True):
    """One process. ``created`` is its start in seconds since the system's, which no later process of the same
    pid shares; ``ring_label`` marks its shared memory."""

    stream: str
    pid: int
    created: float
    epoch: int
    generation: int
    ring_label: str


def _locked(fd: int) -> bool:
    """Whether the file is ours now, for as long as it is open."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Registry:
    """The entries of the node ``name``."""

    def __init__(self, state_dir: Path, name: str) -> None:
        self._name = name
        self._directory = state_dir / "encoders" / quote(name, safe="")
        self._unwritten: dict[str, Entry] = {}

    def claim(self, clock: Clock) -> None:
        """Keep other nodes of this name away until this process ends: they would adopt its streams, and take
        them along when they end. Waits for one that is about to end. Raises SettingsError."""
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._directory / "node.lock", os.O_RDWR | os.O_CREAT, 0o600)
            self._hold(lock, clock)
        except OSError as error:  # as on a full disk, which shall not keep a node from its streams
            log.warning("cannot keep other nodes of this name away", reason=error.strerror)

    def _hold(self, lock: int, clock: Clock) -> None:
        given_up_ns = clock.monotonic_ns() + _PATIENCE_NS
        while not _locked(lock):
            if clock.monotonic_ns() >= given_up_ns:
                holder = os.pread(lock, 20, 0).decode(errors="replace") or "?"
                os.close(lock)
                raise SettingsError(
                    f"NODE_NAME: an encoder node {self._name!r} runs here already (process {holder}); "
                    "give this one another name"
                )
            clock.sleep_until_ns(clock.monotonic_ns() + _POLL_NS)
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)

    def write(self, entry: Entry) -> None:
        """Remember ``entry`` in place of the stream's earlier one; whole or not at all.

        A disk that is full stops no stream: what cannot be written now is written by :meth:`catch_up`.
        """
        try:
            self._write(entry)
        except OSError as error:
            if entry.stream not in self._unwritten:
                log.error("an entry cannot be written yet", stream=entry.stream, reason=str(error))  # noqa: TRY400
            self._unwritten[entry.stream] = entry
        else:
            self._unwritten.pop(entry.stream, None)

    def catch_up(self) -> None:
        """Write what could not be written before."""
        for entry in list(self._unwritten.values()):
            self.write(entry)

    def _write(self, entry: Entry) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        path = self._path(entry.stream)
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(to_json(entry))
        fresh.replace(path)

    def remove(self, stream: str) -> None:
        """Forget the entry of ``stream``."""
        self._unwritten.pop(stream, None)
        self._path(stream).unlink(missing_ok=True)

    def entries(self) -> list[Entry]:
        """All entries; a file that cannot be read is passed over, with a line in the log."""
        found: list[Entry] = []
        for path in sorted(self._directory.glob("*.json")):
            try:
                found.append(from_json(path.read_bytes(), Entry))
            except (OSError, msgspec.MsgspecError) as error:
                log.warning("ignored an entry that cannot be read", file=path.name, reason=str(error))
        return found

    def _path(self, stream: str) -> Path:
        return self._directory / f"{quote(stream, safe='')}.json"
