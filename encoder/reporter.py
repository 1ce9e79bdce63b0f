"""What an encoder process says of itself: its report once a second, events, and few log lines."""

from __future__ import annotations

import os
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import psutil

from encoder.barring import Barring
from encoder.fencing import Fence
from encoder.lead import Lead
from encoder.ledger import Ledger
from encoder.link import Mail
from encoder.meter import Meter
from encoder.pipeline import Pipeline
from encoder.sequencer import Sequencer
from farm.clock import Clock
from farm.errors import StoreUnavailable
from farm.log import get_logger, mask_text
from farm.messages import Event, OutputReport, StreamReport, to_json
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.events import EventLog
from farm.store.ledgers import LedgerStore
from farm.store.programs import ProgramStore
from farm.store.workers import WorkerStore

PERIOD_S = 1.0
EXPIRY_S = 5
LAYER_ERROR_PERIOD_NS = 10_000_000_000
SUMMARY_PERIOD_NS = 10_000_000_000
MOST_LAYERS = 200
log = get_logger(__name__)


class LayerErrors:
    """Lets through at most one error per layer and ten seconds. Bounded: remembers MOST_LAYERS layers."""

    def __init__(self) -> None:
        self._told_ns: OrderedDict[str, int] = OrderedDict()

    def due(self, errors: Iterable[tuple[str, str]], now_ns: int) -> list[tuple[str, str]]:
        """Those of ``errors`` (layer, reason) that people are to be told now."""
        told: list[tuple[str, str]] = []
        for layer, reason in errors:
            last_ns = self._told_ns.get(layer)
            if last_ns is not None and now_ns - last_ns < LAYER_ERROR_PERIOD_NS:
                continue
            self._told_ns[layer] = now_ns
            self._told_ns.move_to_end(layer)
            if len(self._told_ns) > MOST_LAYERS:
                self._told_ns.popitem(last=False)
            told.append((layer, reason))
        return told


@dataclass(frozen=True, slots=True)
class Identity:
    """Which epoch of which process this is."""

    stream: str
    epoch: int
    generation: int
    node: str
    encoder: str
    started_wall_ms: int


@dataclass(frozen=True, slots=True)
class Watched:
    """What is reported on; read while the tick thread changes it, one value at a time."""

    sequencer: Sequencer
    lead: Lead
    meter: Meter
    ledger: Ledger
    pipeline: Pipeline
    mail: Mail


@dataclass(frozen=True, slots=True)
class Subjects:
    """Where to find what is reported on; it changes with the epoch."""

    who: Callable[[], Identity]
    watched: Callable[[], Watched]
    outputs: Callable[[], tuple[OutputReport, ...]]
    newest: Callable[[], int]
    """The newest epoch of this process, begun or not."""
    overtaken: Callable[[], None]
    """Called when another process has taken this one's place."""


class Reporter:
    """The thread that reports."""

    def __init__(
        self,
        subjects: Subjects,
        redis: FarmRedis,
        ledgers: LedgerStore,
        clock: Clock,
        stopping: threading.Event,
    ) -> None:
        self._subjects = subjects
        self._redis = redis
        self._ledgers = ledgers
        self._clock = clock
        self._stopping = stopping
        self._events = EventLog(redis)
        self._programs = ProgramStore(redis)
        self._fence = Fence()
        self._layer_errors = LayerErrors()
        self._workers = WorkerStore(redis)
        self._barring = Barring()
        self._process = psutil.Process()
        self._summary_ns = clock.monotonic_ns()
        self._summarized: Counter[str] = Counter()
        self._showed_picture = False
        self.thread = threading.Thread(target=self._run, name="reporter", daemon=True)

    def report(self) -> StreamReport:
        """The stream as it is now."""
        who, watched = self._subjects.who(), self._subjects.watched()
        sequencer, figures = watched.sequencer, watched.meter.figures
        return StreamReport(
            stream=who.stream,
            epoch=who.epoch,
            generation=who.generation,
            node=who.node,
            pid=os.getpid(),
            started_wall_ms=who.started_wall_ms,
            emitted=sequencer.emitted,
            fresh=sequencer.fresh,
            blank=sequencer.blank,
            held=sequencer.held,
            still=sequencer.still,
            ordered_again=watched.pipeline.ordered_again,
            repeated={str(cause): count for cause, count in sequencer.repeated.copy().items()},
            refused={str(cause): count for cause, count in sequencer.refused.copy().items()},
            fps=figures.fps,
            bitrate_kbps=figures.bitrate_kbps,
            encoder=who.encoder,
            encode_ms=figures.encode_ms,
            draw_ms=figures.draw_ms,
            queue_ms=figures.queue_ms,
            latency_ms=figures.latency_ms,
            drawn_by=figures.drawn_by,
            second_draws=figures.second_draws,
            garbage_by=dict(sequencer.garbage_by.copy()),
            lead=watched.lead.frames,
            waiting=sequencer.waiting(),
            cpu_percent=self._process.cpu_percent(),
            memory_bytes=self._process.memory_info().rss,
            host_cpu_percent=psutil.cpu_percent(),
            outputs=self._subjects.outputs(),
            mailed_frames=watched.mail.letters,
            mailed_bytes=watched.mail.bytes,
        )

    def _run(self) -> None:
        while not self._stopping.wait(PERIOD_S):
            report = self.report()
            self._log(report)
            try:
                self._redis.set(keys.report(report.stream), to_json(report), ex=EXPIRY_S)
                watched = self._subjects.watched()
                self._ledgers.append(report.stream, watched.ledger.take())
                self._tell_layer_errors(report.stream, watched.pipeline)
                standings = self._workers.standings()
                watched.sequencer.barred = self._barring.barred(standings, self._clock.monotonic_ns())
                self._look_who_is_on_air(report.stream)
            except StoreUnavailable:  # the credit link tells people; the next report says it all again
                continue

    def _look_who_is_on_air(self, stream: str) -> None:
        program = self._programs.load(stream)
        if self._fence.look(program.epoch if program else None, self._subjects.newest()):
            log.warning("another process has taken over; this one ends", stream=stream)
            self._subjects.overtaken()

    def _tell_layer_errors(self, stream: str, pipeline: Pipeline) -> None:
        pending = pipeline.layer_errors
        errors = [pending.popleft() for _ in range(len(pending))]
        for layer, reason in self._layer_errors.due(errors, self._clock.monotonic_ns()):
            data = {"layer": layer, "reason": mask_text(reason)}
            self._events.publish(Event("layer:error", stream, self._clock.wall_ms(), data))

    def _log(self, report: StreamReport) -> None:
        if not self._showed_picture and report.fresh:
            self._showed_picture = True
            log.info("first picture", after_ticks=report.emitted + 1 - report.fresh)
        now_ns = self._clock.monotonic_ns()
        if now_ns - self._summary_ns < SUMMARY_PERIOD_NS:
            return
        repeated = Counter(report.repeated)
        if news := dict(repeated - self._summarized):
            log.warning("pictures repeated", lead=report.lead, **news)
        self._summarized = repeated
        self._summary_ns = now_ns
