"""Keeps the node's encoder processes as they are wanted: starts, replaces, restarts, stops, adopts.

Steps never wait: a process that was told to end is looked at again by the next step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from encoder.control import Answer, Proposal
from encoder.order import LastWord
from encoder.registry import Entry, Registry
from encoder.supervision import Action, Limits, Sight, next_action, recent_deaths
from encoder.watchdog import Watchdog, patience
from farm.clock import Clock
from farm.errors import EncoderFailed
from farm.log import get_logger
from farm.messages import ProcessReport, StreamSpec

log = get_logger(__name__)

STUCK = "the process no longer ticked and was killed"


class Process(Protocol):
    """What the supervisor needs of a process."""

    @property
    def entry(self) -> Entry:
        """Which one it is."""
        ...

    def exit_reason(self) -> str | None:
        """Why it ended; None while it runs."""
        ...

    def last_tick(self) -> int | None:
        """A number that changes with every tick, -1 before the first; None while that cannot be seen."""
        ...

    def at_rest(self) -> bool:
        """Whether nothing in it runs or wants to."""
        ...

    def last_word(self) -> LastWord | None:
        """That it is not to be started again, if its end said so."""
        ...

    def propose(self, proposal: Proposal) -> None:
        """Ask it to take over another spec; a newer one replaces that before. Raises EncoderFailed."""

    def answer(self) -> Answer | None:
        """What it says to the proposal, once; None while it says nothing. When it was taken over, the entry
        is another one."""
        ...

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it."""

    def sweep(self) -> None:
        """Remove what it left behind."""


Start = Callable[[StreamSpec, int], Process]
"""Starts a process for a spec, with this epoch. Raises EncoderFailed."""
NextEpoch = Callable[[str, int], int]
"""Gives a stream an epoch above the last one known."""


@dataclass
class _Unit:
    """One stream on this node."""

    spec: StreamSpec | None = None
    process: Process | None = None
    terminated_ns: int | None = None
    asked_ns: int | None = None
    refused: bool = False
    deaths_ns: tuple[int, ...] = ()
    restarts: int = 0
    gave_up: bool = False
    finished: bool = False
    reason: str | None = None
    epoch: int = 0
    watchdog: Watchdog = field(default_factory=Watchdog)
    stuck: bool = False
    killed: bool = False

    def watch(self, now_ns: int) -> None:
        """Look whether the process ticks; one that was told to end need not, and one that is free waits for
        its frames however long they take."""
        if self.spec is not None and self.spec.config.pace == "free":
            return
        if self.process is not None and self.terminated_ns is None and not self.stuck:
            fps = None if self.spec is None else self.spec.config.fps
            count = self.process.last_tick()
            self.stuck = self.watchdog.look(count, patience(fps), now_ns, self.process.at_rest)

    def want(self, spec: StreamSpec | None) -> None:
        if spec is not None and (self.spec is None or spec.generation != self.spec.generation):
            self.deaths_ns, self.restarts, self.reason = (), 0, None
            self.gave_up = self.finished = False
            self.asked_ns, self.refused = None, False
        self.spec = spec

    def sight(self) -> Sight:
        return Sight(
            wanted=None if self.spec is None else self.spec.generation,
            running=None if self.process is None else self.process.entry.generation,
            terminated_ns=self.terminated_ns,
            asked_ns=self.asked_ns,
            refused=self.refused,
            deaths_ns=self.deaths_ns,
            gave_up=self.gave_up,
            stuck=self.stuck,
            finished=self.finished,
        )

    def report(self) -> ProcessReport:
        if self.gave_up:
            state = "failed"
        elif self.finished:
            state = "finished"
        elif self.terminated_ns is not None:
            state = "stopping"
        else:
            state = "running" if self.process is not None else "restarting"
        sight = self.sight()
        generation = sight.running if sight.running is not None else sight.wanted
        return ProcessReport(generation or 0, state, self.restarts, self.reason, self.epoch)


class Supervisor:
    """All streams of one node."""

    def __init__(
        self, registry: Registry, limits: Limits, clock: Clock, start: Start, next_epoch: NextEpoch
    ) -> None:
        self._registry = registry
        self._limits = limits
        self._clock = clock
        self._start_process = start
        self._next_epoch = next_epoch
        self._units: dict[str, _Unit] = {}
        self._knows_wishes = False

    def adopt(self, find: Callable[[Entry], Process | None], sweep: Callable[[Entry], None]) -> None:
        """Take over what an earlier node started and still runs; clean up after what does not."""
        for entry in self._registry.entries():
            process = find(entry)
            self._units[entry.stream] = _Unit(process=process, epoch=entry.epoch)
            if process is None:
                sweep(entry)
            else:
                log.info("adopted", stream=entry.stream, pid=entry.pid, epoch=entry.epoch)

    def want(self, specs: Mapping[str, StreamSpec]) -> None:
        """From now on exactly these streams are to run."""
        self._knows_wishes = True
        for stream in specs.keys() | self._units.keys():
            self._units.setdefault(stream, _Unit()).want(specs.get(stream))

    def step(self) -> bool:
        """Look at every process and take the next step for each stream.

        Whether one was killed just now, whose place is empty in a moment.
        """
        killed = False
        self._registry.catch_up()
        for stream, unit in list(self._units.items()):
            self._reap(stream, unit)
            unit.watch(self._clock.monotonic_ns())
            self._hear(stream, unit)
            if self._knows_wishes:
                before = unit.killed
                self._act(stream, unit)
                killed |= unit.killed and not before
        return killed

    def reports(self) -> dict[str, ProcessReport]:
        """The streams as they are now."""
        return {stream: unit.report() for stream, unit in self._units.items()}

    def idle(self) -> bool:
        """Whether no process runs."""
        return all(unit.process is None for unit in self._units.values())

    def _reap(self, stream: str, unit: _Unit) -> None:
        process = unit.process
        reason = process.exit_reason() if process is not None else None
        if process is None or reason is None:
            return
        process.sweep()
        unit.process = None
        last_word = process.last_word()
        if last_word is LastWord.FINISHED:
            unit.finished = True
            log.info("encoder process finished", stream=stream, pid=process.entry.pid)
        elif unit.terminated_ns is None:
            unit.gave_up = last_word is LastWord.HOPELESS
            now_ns = self._clock.monotonic_ns()
            unit.deaths_ns = (*recent_deaths(unit.deaths_ns, now_ns), now_ns)
            unit.reason = STUCK if unit.stuck else reason
            log.error("encoder process died", stream=stream, pid=process.entry.pid, reason=unit.reason)
        else:
            log.info("encoder process ended", stream=stream, pid=process.entry.pid)
        unit.terminated_ns = None
        unit.watchdog, unit.stuck, unit.killed = Watchdog(), False, False
        unit.asked_ns, unit.refused = None, False

    def _hear(self, stream: str, unit: _Unit) -> None:
        """Look for the answer to a proposal."""
        if unit.process is None or unit.asked_ns is None or unit.refused:
            return
        answer = unit.process.answer()
        if answer is None:
            return
        if answer.taken:
            unit.asked_ns = None
            unit.epoch = answer.epoch
            self._registry.write(unit.process.entry)
            log.info("new settings on air", stream=stream, generation=unit.process.entry.generation)
        else:
            unit.refused = True
            log.info("replacing an encoder process", stream=stream, reason=answer.reason)

    def _act(self, stream: str, unit: _Unit) -> None:
        match next_action(unit.sight(), self._limits, self._clock.monotonic_ns()):
            case Action.START:
                self._start(stream, unit)
            case Action.HAND_OVER if unit.process is not None and unit.spec is not None:
                self._hand_over(stream, unit.process, unit.spec, unit)
            case Action.TERMINATE if unit.process is not None:
                unit.terminated_ns = self._clock.monotonic_ns()
                unit.process.terminate()
            case Action.KILL if unit.process is not None:
                if not unit.killed:
                    why = "it does not tick" if unit.stuck else "it does not end"
                    log.warning("killing an encoder process", stream=stream, reason=why)
                unit.killed = True
                unit.process.kill()
            case Action.GIVE_UP:
                unit.gave_up = True
                log.error("gave up", stream=stream, deaths=len(unit.deaths_ns), reason=unit.reason)
            case Action.FORGET:
                del self._units[stream]
                self._registry.remove(stream)

    def _hand_over(self, stream: str, process: Process, spec: StreamSpec, unit: _Unit) -> None:
        unit.asked_ns = self._clock.monotonic_ns()
        try:
            process.propose(Proposal(spec, self._next_epoch(stream, unit.epoch)))
        except EncoderFailed as error:
            unit.refused = True
            log.info("replacing an encoder process", stream=stream, reason=error.message)

    def _start(self, stream: str, unit: _Unit) -> None:
        if unit.spec is None:
            return
        unit.restarts += bool(unit.deaths_ns)
        try:
            process = self._start_process(unit.spec, self._next_epoch(stream, unit.epoch))
        except EncoderFailed as error:
            unit.deaths_ns = (*unit.deaths_ns, self._clock.monotonic_ns())
            unit.reason = error.message
            log.error("encoder process not started", stream=stream, reason=error.message)  # noqa: TRY400  said
            return
        unit.process = process
        unit.epoch = process.entry.epoch
        self._registry.write(process.entry)
        log.info("encoder process started", stream=stream, pid=process.entry.pid, epoch=unit.epoch)
