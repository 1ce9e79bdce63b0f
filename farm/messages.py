"""What the processes of the farm say to each other; every message is an immutable value.

Through Celery and HTTP they go as JSON, through shared memory and pub/sub as MessagePack. Fractions are
written as "numerator/denominator". A field that a reader does not know is ignored, so that two versions
of the farm can run side by side while one replaces the other.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Any, Literal, TypeVar

import msgspec

from scene.geometry import Rect
from scene.time import Segment


class Desired(StrEnum):
    """What the user wants of a stream."""

    LIVE = "live"
    PAUSED = "paused"
    STOPPED = "stopped"


class State(StrEnum):
    """What a stream is doing; ``coordinator.lifecycle`` holds the table of transitions."""

    IDLE = "idle"
    WAITING = "waiting"
    STARTING = "starting"
    LIVE = "live"
    PAUSED = "paused"
    STOPPING = "stopping"
    FAILED = "failed"


Size = tuple[int, int]
"""Width and height, in pixels."""


class Delivery(msgspec.Struct, frozen=True):
    """Where finished frames of one epoch go. Says nothing of hosts: a worker that can open ``ring`` and
    finds ``nonce`` in it shares memory with the encoder; every other worker uses ``mailbox``."""

    ring: str
    nonce: str
    mailbox: str
    width: int
    height: int
    slots: int


class VariantOf(msgspec.Struct, frozen=True):
    """Where a rendition's scene comes from: a variant of another stream's."""

    stream: str
    variant: str


class FrameTask(msgspec.Struct, frozen=True):
    """One frame to draw. ``base`` is the newest frame known to be on the canvas, -1 for an empty canvas:
    the result must cover every change of frames base+1..n."""

    stream: str
    epoch: int
    frame: int
    base: int
    fps: Fraction
    segments: tuple[Segment, ...]
    fence: int
    delivery: Delivery
    queued_ns: int
    """``monotonic_ns`` of the coordinator's host; only ever compared on that host."""
    quality: str = "high"
    """low, medium or high: how pictures are scaled and turned. The same for all frames of an epoch."""
    variant_of: VariantOf | None = None
    """Of a rendition."""
    hedge: bool = False
    """Ordered a second time, because the first draw is late; the first of both is shown."""
    unhurried: bool = False
    """No tick waits for it: rather late than without one of its pictures."""
    hold: int = 1
    """So many ticks show this frame, from its own on; those after it have none of their own."""
    drawn: Size | None = None
    """It is drawn so large, both sides even, and scaled up to the canvas; None for the canvas's own size."""

    @property
    def scene_stream(self) -> str:
        """The stream whose scene revisions and live snapshots this frame shows."""
        return self.variant_of.stream if self.variant_of else self.stream

    @property
    def size(self) -> Size:
        """The size of the picture to draw."""
        return self.drawn or (self.delivery.width, self.delivery.height)


class FrameDone(msgspec.Struct, frozen=True):
    """A drawn frame, as its slot or its mailbox message describes it; the pixels lie beside it."""

    stream: str
    epoch: int
    frame: int
    base: int
    fence: int
    rects: tuple[Rect, ...]
    worker: str
    queue_ms: float
    """From publishing to the start of drawing; -1 when the hosts' clocks cannot be compared."""
    draw_ms: float
    layer_errors: tuple[tuple[str, str], ...] = ()
    """(layer id, reason) of every layer that could not be drawn."""
    plan_ms: float = -1.0
    """The part of ``draw_ms`` in which the scene was loaded, evaluated and compared."""
    layers_ms: tuple[tuple[str, float], ...] = ()
    """(layer id, time) of the layers that took longest, the longest first."""
    finished_ns: int = 0
    """``monotonic_ns`` of the worker's host; only ever compared on that host."""
    hedge: bool = False
    """The second draw of this frame."""
    hold: int = 1
    """As its task said: so many ticks show it."""
    drawn: Size | None = None
    """As its task said: the size of the picture, if it is not the canvas's."""
    still: int = 0
    """After those of ``hold``, so many ticks more would show the same: nothing moves until then."""


class Credit(msgspec.Struct, frozen=True):
    """The encoder's word after each tick: frames up to ``emitted + lead`` are wanted. Cumulative, so a
    lost one costs nothing."""

    stream: str
    epoch: int
    emitted: int
    canvas: int
    lead: int
    fps: Fraction
    fence: int
    """The highest fence seen; results with a lower one are refused."""
    delivery: Delivery
    absent: tuple[tuple[int, float], ...] = ()
    """Frames that were asked for and were not there at the last look, each with the ms it was awaited for."""
    arrivals_ms: tuple[float, ...] = ()
    """How long the frames that came since the last credit took, from being asked for to being there."""
    missing: tuple[int, ...] = ()
    """Frames that were asked for long ago and are still to come: they are to be ordered again."""
    follows: int | None = None
    """The epoch that this one took over from within one process; its frames are counted on."""
    drawn: Size | None = None
    """The size that the canvas's picture was drawn with, if it is not the canvas's own."""
    standing: tuple[int, int] = (-1, -1)
    """A frame that is here, and the last tick that it stands for while what is ordered stays the same."""


class OutputSpec(msgspec.Struct, frozen=True):
    """One destination. ``url`` is a secret: it carries the stream key."""

    id: str
    url: str


class StreamConfig(msgspec.Struct, frozen=True):
    """How a stream is encoded. Sizes are even numbers of pixels."""

    width: int = 1920
    height: int = 1080
    fps: Fraction = Fraction(30)
    bitrate_kbps: int = 4000
    gop_frames: int = 60
    preset: str = "ultrafast"
    render_quality: str = "high"
    max_layers: int = 50
    hardware_acceleration: bool = True
    audio_kbps: int = 128
    pace: Literal["live", "free"] = "live"
    """live: ticks fall by the clock. free: each falls when its very frame is here, and none is repeated."""
    frames: int = 0
    """After so many a free stream ends by itself; 0 for never."""
    priority: str = "normal"
    """high, normal or low: whose frames are drawn first when workers are short."""
    first_frame: int = 0
    """The frame of the scene that a free stream begins with."""
    crf: int | None = None
    """The constant quality of a free stream's film; None for the bit rate on average."""


class StreamSpec(msgspec.Struct, frozen=True):
    """What an encoder node is to run: one process per spec. ``generation`` changes with the settings; a
    process takes over what it can without a break (:mod:`encoder.changes`) and is replaced otherwise."""

    stream: str
    generation: int
    config: StreamConfig
    outputs: tuple[OutputSpec, ...]
    started_wall_ms: int | None = None
    """Which start of the stream this is for."""


class OutputReport(msgspec.Struct, frozen=True):
    """How one destination is doing. ``url`` is masked here."""

    id: str
    url: str
    state: str
    """connecting, connected, waiting (for the next try) or closed."""
    connects: int
    sent_packets: int
    dropped_packets: int
    sent_bytes: int
    error: str | None = None


class StreamReport(msgspec.Struct, frozen=True):
    """What a stream's encoder process says of itself about once a second."""

    stream: str
    epoch: int
    generation: int
    node: str
    pid: int
    started_wall_ms: int
    emitted: int
    """The number of the last frame sent to the outputs; -1 before the first."""
    fresh: int
    """Ticks that showed a new picture or a frame that changed nothing."""
    repeated: dict[str, int]
    """Ticks that repeated the last picture, by cause: gap, late or missing."""
    refused: dict[str, int]
    """Delivered frames that were of no use, by cause."""
    fps: float
    bitrate_kbps: float
    encoder: str
    encode_ms: float
    """Mean over the last second, like the following two."""
    draw_ms: float
    queue_ms: float
    latency_ms: float
    """From the credit that asked for a frame to its packet at the outputs; mean over the last second."""
    drawn_by: dict[str, int]
    """Frames applied, by worker."""
    lead: int
    waiting: int
    """Frames that are here before their tick."""
    cpu_percent: float
    memory_bytes: int
    outputs: tuple[OutputReport, ...]
    blank: int = 0
    """Ticks before the first picture came; neither fresh nor repeated."""
    ordered_again: int = 0
    """Frames that a free stream asked for again because they did not come."""
    mailed_frames: int = 0
    """Frames that came from other hosts, through the Redis mailbox."""
    mailed_bytes: int = 0
    """How large these were on the wire."""
    second_draws: int = 0
    """Frames that were ordered twice, of which the second draw came first and was shown."""
    garbage_by: dict[str, int] = {}
    """Frames that could not be used, by the worker that they say drew them."""
    held: int = 0
    """Ticks that showed the last picture as they were meant to, while the stream has fewer of them."""
    still: int = 0
    """Ticks that showed the last picture because nothing in the scene moved."""
    host_cpu_percent: float = 0.0
    """Of all cores of the process's host together, over the last second."""


class Relief(msgspec.Struct, frozen=True):
    """What a stream goes without while it is too much for the farm, in the coordinator's words."""

    rungs: tuple[str, ...] = ()
    """Steps of ``coordinator.degrade.Rung``, in their order; none when all is as it was ordered."""
    cause: str | None = None
    """What there is too little of."""
    since_wall_ms: int = 0
    """The last step."""
    ease_ms: int = 0
    """How long all has to be well before the last of them is given back."""


class NodeReport(msgspec.Struct, frozen=True):
    """An encoder node's heartbeat: where it is and what it runs (stream, epoch, generation, state)."""

    node: str
    capacity: int
    streams: dict[str, ProcessReport]
    codecs: tuple[str, ...] = ("libx264",)
    """What it can encode with."""


class ProcessReport(msgspec.Struct, frozen=True):
    """One stream's process as its node sees it: running, restarting, stopping, finished (its work is done) or
    failed, with the reason."""

    generation: int
    state: str
    restarts: int
    reason: str | None = None
    epoch: int = 0
    """The newest that was given to it."""


class Event(msgspec.Struct, frozen=True):
    """Something that people are told over the WebSocket, as ``type`` with ``data``."""

    type: str
    stream: str
    wall_ms: int
    data: dict[str, Any]


T = TypeVar("T")


def _encode_hook(value: object) -> object:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    raise NotImplementedError(f"{type(value).__name__} is not part of any message")


def _decode_hook(wanted: type, value: object) -> object:
    if wanted is Fraction and isinstance(value, str | int):
        try:
            return Fraction(value)
        except ZeroDivisionError as error:
            raise ValueError(f"{value!r} divides by zero") from error
    raise NotImplementedError(f"{wanted.__name__} is not part of any message")


_json_encoder = msgspec.json.Encoder(enc_hook=_encode_hook)
_pack_encoder = msgspec.msgpack.Encoder(enc_hook=_encode_hook)


def to_json(message: object) -> bytes:
    """The message as JSON."""
    return _json_encoder.encode(message)


def from_json(data: bytes | str, kind: type[T]) -> T:
    """The message of type ``kind`` in ``data``. Raises msgspec.ValidationError or DecodeError."""
    return msgspec.json.decode(data, type=kind, dec_hook=_decode_hook)


def to_pack(message: object) -> bytes:
    """The message as MessagePack."""
    return _pack_encoder.encode(message)


def from_pack(data: bytes | memoryview, kind: type[T]) -> T:
    """The message of type ``kind`` in ``data``. Raises msgspec.ValidationError or DecodeError."""
    return msgspec.msgpack.decode(data, type=kind, dec_hook=_decode_hook)


def to_plain(message: object) -> Any:
    """The message as dicts, lists and strings, as a JSON encoder of someone else's wants it."""
    return msgspec.to_builtins(message, enc_hook=_encode_hook)


def from_plain(data: object, kind: type[T]) -> T:
    """The message of type ``kind`` in dicts and lists. Raises msgspec.ValidationError."""
    return msgspec.convert(data, type=kind, dec_hook=_decode_hook)
