"""One stream's process: ``python -m encoder.process``, with a ProcessOrder on standard input.

Threads: this one ticks; one sends credits, one reads the mailbox, one reports, one makes previews, and each
output has its own. The order comes by standard input because it holds the outputs' URLs, which are secrets.
A process that gives up writes the reason behind the order, where that is memory.
"""

from __future__ import annotations

import gc
import os
import signal
import stat
import sys
import threading
from types import FrameType

import msgspec

from encoder.arrivals import Arrivals
from encoder.audio import SilenceEncoder
from encoder.canvas import Canvas
from encoder.destinations import destinations
from encoder.feed import Feed
from encoder.free_run import FreeRun
from encoder.keyframes import KeyframeRequests
from encoder.lead import Lead
from encoder.ledger import Ledger
from encoder.link import CreditLink, MailboxReader
from encoder.meter import Meter
from encoder.order import LastWord, ProcessOrder
from encoder.outputs import Feedback, OutputLimits, StreamHeader
from encoder.patience import Limits
from encoder.pipeline import Parts, Pipeline
from encoder.preview import Preview
from encoder.reporter import Identity, Reporter, Watched
from encoder.rtmp.amf import Value
from encoder.sequencer import Sequencer
from encoder.ticker import Ticker
from encoder.video import VideoEncoder
from farm.clock import Clock, SystemClock
from farm.errors import EncoderFailed, OutputFailed, RenderFailed, SettingsError, StoreUnavailable
from farm.log import configure_logging, get_logger
from farm.messages import Delivery, StreamConfig, from_json
from farm.settings import Settings, load_settings
from farm.store import keys
from farm.store.connection import connect
from farm.store.ledgers import LedgerStore
from farm.transport.ring import Ring

SWITCH_INTERVAL_S = 0.001
"""How long another thread may keep the tick thread waiting for Python's lock."""
REDIS_TIMEOUT_S = 1.0
STDIN = 0
log = get_logger(__name__)


def metadata(config: StreamConfig, encoder: str) -> dict[str, Value]:
    """onMetaData: what players and servers are told of the stream; its length, in s, if that is known."""
    return {
        **({"duration": float(config.frames / config.fps)} if config.frames else {}),
        "width": config.width,
        "height": config.height,
        "framerate": float(config.fps),
        "videocodecid": 7,
        "videodatarate": config.bitrate_kbps,
        "audiocodecid": 10,
        "audiodatarate": config.audio_kbps,
        "audiosamplerate": 48_000,
        "audiosamplesize": 16,
        "stereo": True,
        "encoder": f"Framefarm ({encoder})",
    }


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
        spec, config = order.spec, order.spec.config
        self._order = order
        self._clock = clock
        self._ending = False
        self._free = config.pace == "free"
        self._patience = Limits(settings.render_retry_ms * 1_000_000, settings.render_retries)
        self._end_s = settings.force_kill_timeout_ms / 2000
        self._stopping = threading.Event()
        canvas = Canvas(config.width, config.height)
        video = VideoEncoder.open(config, canvas.buffer)
        audio = SilenceEncoder(config.fps, config.audio_kbps)
        keyframes = KeyframeRequests(distance=max(1, int(config.fps / 2)))
        header = StreamHeader(metadata(config, video.settings.codec), (video.header(), audio.header()))
        limits = output_limits(settings)
        self._ring = Ring.create(order.ring_label, config.width, config.height, settings.ring_slots)
        sequencer = Sequencer(spec.stream, order.epoch, window=self._ring.slots)
        canvas_px = config.width * config.height
        ledger = Ledger(order.epoch, canvas_px, config.fps, sequencer.window, clock)
        feedback = Feedback(keyframes.request, ledger.sent)
        self._outputs = destinations(spec, header, limits, clock, feedback, settings.state_dir)
        # Frames that are ordered together are asked for so much sooner, so that the first of them isn't late.
        low = settings.lead_min_frames + (settings.fixed_batch() or 1) - 1
        most = self._ring.slots
        lead = Lead(
            most if self._free else low,
            most if self._free else min(settings.lead_max_frames, most),
            config.fps,
        )
        meter = Meter(clock)
        arrivals = Arrivals(meter.asked_ns)
        self._parts = Parts(
            sequencer=sequencer,
            feed=Feed(sequencer, self._ring, clock, ledger.came_late, arrivals),
            arrivals=arrivals,
            lead=lead,
            canvas=canvas,
            video=video,
            audio=audio,
            keyframes=keyframes,
            meter=meter,
            ledger=ledger,
            ring=self._ring,
            sinks=self._outputs,
        )
        self._connect(settings)

    def _connect(self, settings: Settings) -> None:
        """Make the pipeline and the threads that link it to Redis."""
        order, parts = self._order, self._parts
        url, stream, stopping = settings.broker_url(), order.spec.stream, self._stopping
        self._redis = connect(url, timeout_s=REDIS_TIMEOUT_S)
        mailbox_redis = connect(url, timeout_s=MailboxReader.WAIT_S + REDIS_TIMEOUT_S)
        delivery = self._delivery()
        link = CreditLink(self._redis, stopping)
        self._pipeline = Pipeline(order.spec, delivery, parts, self._clock, link.give)
        who = Identity(
            stream=stream,
            epoch=order.epoch,
            generation=order.spec.generation,
            node=order.node,
            encoder=parts.video.settings.codec,
            started_wall_ms=self._clock.wall_ms(),
        )
        reader = MailboxReader(mailbox_redis, delivery, stopping, parts.feed.put)
        watched = Watched(
            parts.sequencer, parts.lead, parts.meter, parts.ledger, self._pipeline, self._outputs, reader.mail
        )
        ledgers = LedgerStore(self._redis, settings.ledger_s)
        self._threads = (
            link.thread,
            Reporter(who, watched, self._redis, ledgers, self._clock, stopping).thread,
            Preview(stream, parts.canvas, self._redis, stopping).thread,
            reader.thread,
        )

    def _delivery(self) -> Delivery:
        return Delivery(
            ring=self._ring.name,
            nonce=self._ring.nonce,
            mailbox=keys.mailbox(self._order.spec.stream, self._order.epoch),
            width=self._ring.width,
            height=self._ring.height,
            slots=self._ring.slots,
        )

    def end(self) -> None:
        """Let :meth:`run` return after the present tick. May be called by a signal handler."""
        self._ending = True

    def run(self) -> bool:
        """Tick until told to end, or until all that was ordered is done; whether it is.

        Leaves no process or memory behind. Raises EncoderFailed.
        """
        for output in self._outputs:
            output.start()
        self._pipeline.begin()
        for thread in self._threads:
            thread.start()
        try:
            done = self._run_free() if self._free else self._run_live()
            self._pipeline.end()
            if done:
                for output in self._outputs:
                    output.finish()
        finally:
            self._close()
        return done

    def _run_live(self) -> bool:
        """Tick by the clock."""
        ticker = Ticker(self._clock, self._order.spec.config.fps, self._clock.monotonic_ns())
        while not self._ending:
            self._pipeline.tick(ticker.wait())
        return False

    def _run_free(self) -> bool:
        """Tick frame by frame; whether all of them went out."""
        frames = self._order.spec.config.frames
        return FreeRun(self._pipeline, self._patience, self._clock, frames=frames).run(lambda: self._ending)

    def _close(self) -> None:
        for output in self._outputs:
            output.stop()
        deadline_ns = self._clock.monotonic_ns() + int(self._end_s * 1e9)
        for output in self._outputs:
            output.join(max(0.0, (deadline_ns - self._clock.monotonic_ns()) / 1e9))
        self._ring.close(unlink=True)
        self._stopping.set()
        for thread in self._threads[:2]:
            thread.join(0.5)
        self._forget()

    def _forget(self) -> None:
        """Remove what only this process stands for; it would expire anyway."""
        stream, epoch = self._order.spec.stream, self._order.epoch
        try:
            self._redis.delete(keys.report(stream), keys.mailbox(stream, epoch), keys.passed(stream, epoch))
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
