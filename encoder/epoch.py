"""One epoch of a stream: ring, canvas, sequencer and video encoder of one size and rate, wired together.

A process begins with one. A change of size or rate opens the next beside it, in the same process: sound,
outputs and the links to Redis are the process's and go on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from encoder.arrivals import Arrivals
from encoder.audio import SilenceEncoder
from encoder.authority import Authority
from encoder.canvas import Canvas
from encoder.coding import NoSound
from encoder.feed import Feed
from encoder.film.film import Film
from encoder.flv import StreamHeader, Tag
from encoder.keyframes import KeyframeRequests
from encoder.lead import Lead
from encoder.ledger import Ledger
from encoder.link import MailboxReader
from encoder.meter import Meter
from encoder.pipeline import Parts, Pipeline, Sink
from encoder.reporter import Identity, Watched
from encoder.rtmp.amf import Value
from encoder.sequencer import Sequencer
from encoder.ticker import Ticker
from encoder.video import VideoEncoder, VideoSettings
from farm.clock import Clock
from farm.messages import Credit, Delivery, StreamConfig, StreamSpec
from farm.renders import is_film, render_path
from farm.settings import Settings
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.transport.planes import i420_bytes
from farm.transport.ring import Ring


def metadata(config: StreamConfig, video: VideoSettings) -> dict[str, Value]:
    """onMetaData: what players and servers are told of the stream; its length, in s, if that is known."""
    return {
        **({"duration": float(config.frames / config.fps)} if config.frames else {}),
        "width": config.width,
        "height": config.height,
        "framerate": float(config.fps),
        "videocodecid": 7,
        "videodatarate": video.bitrate_kbps,
        "audiocodecid": 10,
        "audiodatarate": config.audio_kbps,
        "audiosamplerate": 48_000,
        "audiosamplesize": 16,
        "stereo": True,
        "encoder": f"Framefarm ({video.codec})",
    }


FREE_RING_BYTES = 64_000_000
"""Up to here the ring of a free stream is larger than others."""
_NOW = Fraction(0)


def ring_slots(config: StreamConfig, usual: int) -> int:
    """How many frames of a stream may be under way. At a free pace twice as many as usually, so that each
    task can have several, as far as that does not take too much memory."""
    if config.pace != "free":
        return usual
    affordable = FREE_RING_BYTES // i420_bytes(config.width, config.height)
    return min(2 * usual, max(usual, affordable))


@dataclass(frozen=True, slots=True)
class Shared:
    """What all epochs of a process have in common."""

    settings: Settings
    clock: Clock
    node: str
    ring_label: str
    started_wall_ms: int
    audio: SilenceEncoder
    sink: Sink
    mailbox_redis: FarmRedis
    authority: Authority
    give_credit: Callable[[Credit], None]


class Epoch:
    """Made by any thread; from :meth:`begin` on it belongs to the tick thread."""

    def __init__(self, spec: StreamSpec, number: int, shared: Shared) -> None:
        """Raises EncoderFailed when the codec refuses the configuration, and OutputFailed."""
        config, settings, clock = spec.config, shared.settings, shared.clock
        self.spec = spec
        self.number = number
        self._shared = shared
        self._closed = threading.Event()
        self._audio_header = shared.audio.header()
        self.canvas = Canvas(config.width, config.height)
        self.coder = self._coder()
        first = self.coder.first if isinstance(self.coder, Film) else 0
        slots = ring_slots(config, settings.ring_slots)
        self._ring = Ring.create(shared.ring_label, config.width, config.height, slots)
        self._ring.emitted = first - 1
        self.sequencer = Sequencer(
            spec.stream, number, self._ring.slots, first, belief=shared.authority.belief
        )
        self.ledger = Ledger(number, config.width * config.height, config.fps, self.sequencer.window, clock)
        # Frames that are ordered together are asked for so much sooner, so that the first of them isn't late.
        low = settings.lead_min_frames + (settings.fixed_batch() or 1) - 1
        most = self._ring.slots
        free = config.pace == "free"
        meter = Meter(clock)
        arrivals = Arrivals(meter.asked_ns)
        self.parts = Parts(
            sequencer=self.sequencer,
            feed=Feed(self.sequencer, self._ring, clock, self.ledger, arrivals),
            arrivals=arrivals,
            lead=Lead(
                most if free else low, most if free else min(settings.lead_max_frames, most), config.fps
            ),
            canvas=self.canvas,
            video=self.coder,
            audio=NoSound() if isinstance(self.coder, Film) else shared.audio,
            keyframes=KeyframeRequests(distance=max(1, int(config.fps / 2))),
            meter=meter,
            ledger=self.ledger,
            ring=self._ring,
            sinks=(shared.sink,),
        )
        delivery = self._delivery()
        self.pipeline = Pipeline(spec, delivery, self.parts, clock, shared.give_credit)
        self.mailbox = MailboxReader(shared.mailbox_redis, delivery, self._closed, self.parts.feed.put)
        self._ticker: Ticker | None = None

    def open(self) -> None:
        """Be ready to take frames."""
        self.mailbox.thread.start()

    def begin(self, start_ns: int, media_s: Fraction = _NOW) -> None:
        """The first tick falls at ``start_ns`` of the clock and is shown at ``media_s``, counted from the
        beginning of the process's first epoch."""
        shared, fps, first = self._shared, self.spec.config.fps, self.sequencer.emitted + 1
        self._ticker = Ticker(shared.clock, fps, start_ns, first)
        origin_s = media_s - first / fps
        self.coder.origin_s = self.ledger.origin_s = origin_s
        shared.audio.retime(fps, origin_s)

    @property
    def ticker(self) -> Ticker:
        """Its clock, once it has begun."""
        if self._ticker is None:
            raise RuntimeError("the epoch has not begun")
        return self._ticker

    def media_s(self, tick: int) -> Fraction:
        """When ``tick`` is shown, since the process's first epoch began."""
        return self.coder.origin_s + tick / self.spec.config.fps

    def header(self, video: VideoEncoder) -> StreamHeader:
        """What a receiver needs to know first, whose pictures ``video`` encodes."""
        return self._describe(video.settings, video.header())

    def identity(self, generation: int) -> Identity:
        """Which one this is, of a process that runs ``generation`` of its spec."""
        return Identity(
            stream=self.spec.stream,
            epoch=self.number,
            generation=generation,
            node=self._shared.node,
            encoder=self.coder.settings.codec,
            started_wall_ms=self._shared.started_wall_ms,
        )

    def watched(self) -> Watched:
        """What is reported on."""
        return Watched(
            self.sequencer, self.parts.lead, self.parts.meter, self.ledger, self.pipeline, self.mailbox.mail
        )

    def close(self) -> None:
        """Take no more frames, and leave no memory behind."""
        self._closed.set()
        self._ring.close(unlink=True)

    def _coder(self) -> VideoEncoder | Film:
        config, outputs = self.spec.config, self.spec.outputs
        if config.pace == "free" and outputs and is_film(outputs[0].url, config.crf):
            state_dir = self._shared.settings.state_dir
            return Film(
                self.spec, render_path(state_dir, self.spec.stream, outputs[0].url), self.canvas.buffer
            )
        return VideoEncoder.open(config, self.canvas.buffer, self._describe)

    def _describe(self, settings: VideoSettings, sequence: Tag) -> StreamHeader:
        return StreamHeader(metadata(self.spec.config, settings), (sequence, self._audio_header))

    def _delivery(self) -> Delivery:
        return Delivery(
            ring=self._ring.name,
            nonce=self._ring.nonce,
            mailbox=keys.mailbox(self.spec.stream, self.number),
            width=self._ring.width,
            height=self._ring.height,
            slots=self._ring.slots,
        )
