"""One stream's process: ``python -m encoder.process``, with a ProcessOrder on standard input.

Threads: this one ticks; one sends credits, one reports, one makes previews, one hears of new settings, one
reads each epoch's mailbox, and each output has its own. The order comes by standard input because it holds
the outputs' URLs, which are secrets. A process that gives up writes the reason behind the order, where that
is memory.
"""

from __future__ import annotations

import gc
import os
import signal
import stat
import sys
import threading
from collections import deque
from types import FrameType

import msgspec

from encoder.audio import SilenceEncoder
from encoder.authority import Authority
from encoder.changes import Change, needed
from encoder.control import Answer, ControlDesk, Proposal
from encoder.destinations import Destination, Destinations
from encoder.epoch import Epoch, Shared
from encoder.fan import Fan
from encoder.film.film import Film
from encoder.flv import Tag
from encoder.free_run import FreeRun
from encoder.link import CreditLink, MailboxReader
from encoder.order import LastWord, ProcessOrder
from encoder.outputs import Feedback, OutputLimits
from encoder.patience import Limits
from encoder.preview import Preview
from encoder.reporter import Reporter, Subjects
from encoder.succession import Succession
from encoder.video import VideoEncoder
from farm.clock import Clock, SystemClock
from farm.errors import EncoderFailed, OutputFailed, RenderFailed, SettingsError, StoreUnavailable
from farm.log import configure_logging, get_logger
from farm.messages import OutputSpec, StreamReport, from_json
from farm.settings import Settings, load_settings
from farm.store import keys
from farm.store.connection import connect
from farm.store.ledgers import LedgerStore
from farm.store.reading import readable

SWITCH_INTERVAL_S = 0.001
"""How long another thread may keep the tick thread waiting for Python's lock."""
REDIS_TIMEOUT_S = 1.0
STDIN = 0
log = get_logger(__name__)


def output_limits(settings: Settings) -> OutputLimits:
    """How patient the outputs are."""
    return OutputLimits(
        queue_packets=settings.output_queue_packets,
        timeout_s=settings.output_timeout_ms / 1000,
        retry_max_s=settings.output_retry_max_ms / 1000,
    )


class StreamProcess:
    """Everything that one stream needs, wired together; :meth:`run` is its life."""

    def __init__(self, order: ProcessOrder, settings: Settings, clock: Clock) -> None:
        """Raises EncoderFailed when the codecs refuse the configuration."""
        self._spec = order.spec
        self._clock = clock
        self._ending = False
        self._stopping = threading.Event()
        self._retired: deque[Epoch] = deque()
        self._patience = Limits(settings.render_retry_ms * 1_000_000, settings.render_retries)
        self._destinations = Destinations(
            stream=order.spec.stream,
            free=order.spec.config.pace == "free",
            limits=output_limits(settings),
            clock=clock,
            feedback=Feedback(self._request_keyframe, self._sent),
            state_dir=settings.state_dir,
        )
        self._fan = Fan(self._output, clock, settings.force_kill_timeout_ms / 2000)
        url, stream, stopping = settings.broker_url(), order.spec.stream, self._stopping
        self._redis = connect(url, timeout_s=REDIS_TIMEOUT_S)
        authority = Authority()
        self._link = CreditLink(self._redis, authority, stopping)
        self._shared = Shared(
            settings=settings,
            clock=clock,
            node=order.node,
            ring_label=order.ring_label,
            started_wall_ms=clock.wall_ms(),
            audio=SilenceEncoder(order.spec.config.fps, order.spec.config.audio_kbps),
            sink=self._fan,
            mailbox_redis=connect(url, timeout_s=MailboxReader.WAIT_S + REDIS_TIMEOUT_S),
            authority=authority,
            give_credit=self._link.give,
        )
        self._newest = Epoch(order.spec, order.epoch, self._shared)
        self._succession = Succession(self._newest, self._retired.append)
        self._desk = ControlDesk(order.ring_label, self.change, self._bury, stopping)
        subjects = Subjects(
            who=lambda: self._present().identity(self._spec.generation),
            watched=lambda: self._present().watched(),
            outputs=self._fan.reports,
            newest=lambda: self._newest.number,
            overtaken=self.end,
        )
        ledgers = LedgerStore(self._redis, settings.ledger_s)
        self._reporter = Reporter(subjects, self._redis, ledgers, clock, stopping)
        self._preview = Preview(stream, lambda: self._present().canvas, self._redis, stopping)

    def end(self) -> None:
        """Let :meth:`run` return after the present tick. May be called by a signal handler."""
        self._ending = True

    def run(self) -> bool:
        """Tick until told to end, or until all that was ordered is done; whether it is.

        Leaves no process or memory behind. Raises EncoderFailed and OutputFailed.
        """
        first = self._succession.present
        try:
            self._fan.change(self._spec.outputs)
            first.open()
            first.pipeline.ask()
            for part in (self._link, self._reporter, self._preview, self._desk):
                part.thread.start()
            first.begin(self._clock.monotonic_ns())
            done = self._run_free() if self._spec.config.pace == "free" else self._run_live()
            self._succession.present.pipeline.end()
            if done:
                self._fan.finish()
        finally:
            self._close()
        return done

    def _run_live(self) -> bool:
        """Tick by the clock."""
        while not self._ending:
            self._succession.tick()
        return False

    def _run_free(self) -> bool:
        """Tick frame by frame; whether all of them went out."""
        present, frames = self._succession.present, self._spec.config.frames
        first = present.sequencer.emitted + 1
        run = FreeRun(present.pipeline, self._patience, self._clock, first=first, frames=frames)
        return run.run(lambda: self._ending)

    def change(self, proposal: Proposal) -> Answer:
        """Go over to another spec without a break, if that can be done. Called by the control desk's
        thread."""
        spec, old = proposal.spec, self._spec
        change = needed(old, spec)
        if change is Change.PROCESS:
            return Answer(taken=False, reason="another process is needed")
        try:
            if change is Change.EPOCH:
                self._newest = Epoch(spec, proposal.epoch, self._shared)
                self._newest.open()
                self._succession.offer(self._newest)
            elif change is Change.BITRATE and isinstance(coder := self._newest.coder, VideoEncoder):
                coder.change_bitrate(spec.config.bitrate_kbps)
        except EncoderFailed as error:
            return Answer(taken=False, reason=error.message)
        self._spec = spec
        self._fan.change(spec.outputs)
        epoch = self._newest.number
        log.info("new settings", change=change.name.lower(), generation=spec.generation, epoch=epoch)
        return Answer(taken=True, epoch=epoch)

    def _present(self) -> Epoch:
        return self._succession.present

    def _output(self, output: OutputSpec) -> Destination:
        coder = self._newest.coder
        if isinstance(coder, Film):
            return coder
        return self._destinations.make(output, self._newest.header(coder))

    def _request_keyframe(self) -> None:
        self._present().parts.keyframes.request()

    def _sent(self, tag: Tag) -> None:
        self._present().ledger.sent(tag)

    def _bury(self) -> None:
        """Close the epochs that are over: not the tick thread's work."""
        while self._retired:
            self._retired.popleft().close()

    def _close(self) -> None:
        self._fan.close()
        self._stopping.set()
        self._bury()
        self._succession.close()
        for part in (self._link, self._reporter):
            part.thread.join(0.5)
        self._forget()

    def _forget(self) -> None:
        """Remove what only this process stands for; it would expire anyway."""
        stream, epoch = self._spec.stream, self._present().number
        try:
            self._redis.delete(keys.mailbox(stream, epoch), keys.passed(stream, epoch))
            report = readable(self._redis.get(keys.report(stream)), StreamReport)
            if report is not None and report.epoch <= epoch:  # of a stream that moved it is another process's
                self._redis.delete(keys.report(stream))
        except StoreUnavailable:
            log.info("Redis is away; the last report stays until it expires")


def tune_interpreter() -> None:
    """Keep other threads and the garbage collector from delaying a tick."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    # What is imported stays for ever; no full collection has to walk through it again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(700, 10, 1000)


def main() -> int:
    """Run the order on standard input.

    0 after SIGTERM, 1 when encoding failed, 2 for bad settings; :class:`LastWord` when nothing is left to do.
    """
    try:
        settings = load_settings()
        written = _whole_input()
        order = from_json(written, ProcessOrder)
    except (SettingsError, msgspec.MsgspecError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    configure_logging(settings, f"encoder:{order.spec.stream}")
    try:
        process = StreamProcess(order, settings, SystemClock())
        tune_interpreter()
        install_signals(process)
        config = order.spec.config
        log.info("encoding", size=f"{config.width}x{config.height}", fps=float(config.fps), epoch=order.epoch)
        finished = process.run()
    except (EncoderFailed, OutputFailed) as error:
        log.error("encoding failed", reason=error.message)  # noqa: TRY400  the message says it all
        if stat.S_ISREG(os.fstat(STDIN).st_mode):
            os.pwrite(STDIN, error.message.encode(), len(written))
        return LastWord.HOPELESS if isinstance(error, RenderFailed) else 1
    log.info("finished" if finished else "ended")
    return LastWord.FINISHED if finished else 0


def _whole_input() -> bytes:
    """Standard input to its end; of memory that the node holds too, without moving its place in it."""
    if stat.S_ISREG(os.fstat(STDIN).st_mode):
        return os.pread(STDIN, os.fstat(STDIN).st_size, 0)
    return sys.stdin.buffer.read()


def install_signals(process: StreamProcess) -> None:
    """SIGTERM and SIGINT end ``process`` in good order."""

    def end(_number: int, _frame: FrameType | None) -> None:
        process.end()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)


if __name__ == "__main__":
    sys.exit(main())
