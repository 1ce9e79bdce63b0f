"""An encoder process as its node holds it: started here, or adopted from a node that died."""

from __future__ import annotations

import os
import secrets
import signal
import sys
from pathlib import Path
from typing import Self

import msgspec
import psutil

from encoder.control import Answer, Proposal, Question
from encoder.order import LastWord, ProcessOrder, ring_label
from encoder.registry import Entry
from encoder.watchdog import TickCount, at_rest
from farm.errors import EncoderFailed
from farm.forking.kinship import born_s
from farm.forking.process import ForkServer, run_module
from farm.messages import StreamSpec, to_json
from farm.transport.ring import RING_PREFIX, SHM_DIR

_MOST_WORDS_BYTES = 500
FORK_PATIENCE_S = 0.3
"""The fork server answers within milliseconds. If it hangs, a stream is off the air and all others go without
a watchdog meanwhile; a process that is started alone takes a second and needs nobody."""


class Child:
    """One process. It has a session of its own and so outlives its node."""

    def __init__(self, entry: Entry, process: psutil.Process, launched: Launched | None) -> None:
        self.entry = entry
        self._proposed = 0
        self._question: Question | None = None
        self._process = process
        self._launched = launched
        self._ticks = TickCount(entry.ring_label)

    @classmethod
    def start(cls, spec: StreamSpec, epoch: int, node: str, fork_server: Path | None) -> Self:
        """Start a process for ``spec``. Raises EncoderFailed when the system does not let us."""
        order = ProcessOrder(spec, epoch, node, ring_label(spec.stream, secrets.token_hex(4)))
        try:
            launched = Launched(to_json(order), fork_server)
            process = psutil.Process(launched.pid)
            created = born_s(launched.pid) or 0.0
        except (OSError, psutil.Error) as error:
            raise EncoderFailed(f"an encoder process cannot be started: {error}") from error
        entry = Entry(spec.stream, launched.pid, created, epoch, spec.generation, order.ring_label)
        return cls(entry, process, launched)

    @classmethod
    def adopt(cls, entry: Entry) -> Self | None:
        """The process of ``entry`` if it still runs."""
        try:
            process = psutil.Process(entry.pid)
            same = born_s(entry.pid) == entry.created
            ours = same and any("encoder.process" in word for word in process.cmdline())
        except psutil.Error:
            return None
        return cls(entry, process, None) if ours else None

    def exit_reason(self) -> str | None:
        """Why the process ended; None while it runs."""
        if self._launched is not None:
            return self._launched.exit_reason()
        try:
            runs = self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            runs = False
        return None if runs else "the process ended"

    def last_tick(self) -> int | None:
        """A number that changes with every tick, -1 before the first; None while it has no ring."""
        return self._ticks.read()

    def at_rest(self) -> bool:
        """Whether none of its threads runs or wants to."""
        return at_rest(self.entry.pid)

    def last_word(self) -> LastWord | None:
        """That it is not to be started again, if its end said so; of one that was adopted nobody knows."""
        return None if self._launched is None else self._launched.last_word()

    def propose(self, proposal: Proposal) -> None:
        """Ask it to take over another spec. Raises EncoderFailed when it does not listen."""
        self._hang_up()
        self._proposed = proposal.spec.generation
        try:
            self._question = Question(self.entry.ring_label, self.entry.pid, proposal)
        except OSError as error:
            raise EncoderFailed(f"the process takes no new settings: {error}") from error

    def answer(self) -> Answer | None:
        """What it says to the last proposal, once; if that was taken, :attr:`entry` says so."""
        answer = self._question.answer() if self._question is not None else None
        if answer is not None:
            self._hang_up()
            if answer.taken:
                self.entry = msgspec.structs.replace(
                    self.entry, generation=self._proposed, epoch=answer.epoch
                )
        return answer

    def _hang_up(self) -> None:
        if self._question is not None:
            self._question.close()
            self._question = None

    def terminate(self) -> None:
        """Ask it to end in good order."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self._signal(signal.SIGKILL)

    def sweep(self) -> None:
        """Remove the shared memory that a process which was killed left behind."""
        sweep(self.entry)

    def _signal(self, number: signal.Signals) -> None:
        try:
            self._process.send_signal(number)
        except psutil.Error:  # it is gone already
            return


def sweep(entry: Entry) -> None:
    """Remove the shared memory of the dead process of ``entry``."""
    for segment in SHM_DIR.glob(f"{RING_PREFIX}{entry.ring_label}-*"):
        segment.unlink(missing_ok=True)


class Launched:
    """A process that this node started itself: its exit code, and its last words."""

    def __init__(self, order: bytes, fork_server: Path | None) -> None:
        """Start it. ``order`` is secret: it goes by memory that no file system ever sees, and the process's
        last words come back behind it. Raises OSError."""
        self._memory = os.memfd_create("order")
        self._order_bytes = os.pwrite(self._memory, order, 0)
        self._process = run_module(
            "encoder.process",
            (),
            # Nothing here is linear algebra, for which numpy would start a thread per core.
            os.environ | {"OPENBLAS_NUM_THREADS": "1"},
            (self._memory, sys.stdout.fileno(), sys.stderr.fileno()),
            fork_server=ForkServer.at(fork_server, FORK_PATIENCE_S),
            own_session=True,
        )
        self.pid = self._process.pid
        self._reason: str | None = None

    def exit_reason(self) -> str | None:
        """Why it ended; None while it runs."""
        code = self._process.exit_code()
        if code is not None and self._reason is None:
            words = os.pread(self._memory, _MOST_WORDS_BYTES, self._order_bytes).decode(errors="replace")
            os.close(self._memory)
            self._reason = words or _meaning(code)
        return self._reason

    def last_word(self) -> LastWord | None:
        """What its exit code says beyond that it ended."""
        code = self._process.exit_code()
        return LastWord(code) if code in tuple(LastWord) else None


def _meaning(code: int) -> str:
    if code < 0:
        return f"the process was killed by {signal.Signals(-code).name}"
    return f"the process ended with code {code}"
