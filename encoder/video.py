"""H.264: how a stream is encoded, as data, and the encoder that does it.

Pictures are I420 in BT.709, limited range, and the stream says so. Every picture is coded when it is given:
no B-frames, no look-ahead, packets come out of the call that gave the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache

import av
import numpy as np
from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from encoder.flv import StreamHeader, Tag, avc_sequence_header, video_tag
from farm.errors import EncoderFailed
from farm.messages import StreamConfig
from farm.transport.planes import Plane

SOFTWARE, HARDWARE = "libx264", "h264_nvenc"
_BT709, _LIMITED = 1, 1
"""ITU-T H.273 codes for primaries, transfer and matrix; FFmpeg's code for the range."""
_ONE_THREAD_PIXELS_S = 1920 * 1080 * 30
_FAST_PRESETS = ("ultrafast", "superfast", "veryfast")
"""Up to this rate, or twice that with a fast preset, one thread is enough and costs less in all: a frame of
1080p takes 5 to 11 ms of it."""
_NVENC_PRESETS = {
    "ultrafast": "p1",
    "superfast": "p2",
    "veryfast": "p3",
    "faster": "p4",
    "fast": "p5",
    "medium": "p6",
}


@dataclass(frozen=True, slots=True)
class VideoSettings:
    """What an encoder is opened with; ``options`` are the codec's own, by FFmpeg's names."""

    codec: str
    width: int
    height: int
    fps: Fraction
    bitrate_kbps: int
    options: Mapping[str, str] = field(default_factory=dict)


def video_settings(config: StreamConfig, *, hardware: bool) -> VideoSettings:
    """How ``config`` is encoded, by the graphics card or by the processor.

    Constant bit rate, as ingest servers want it: one second of buffer, keyframes at fixed distances.
    """
    common = {
        "maxrate": f"{config.bitrate_kbps}k",
        "bufsize": f"{config.bitrate_kbps}k",
        "g": str(config.gop_frames),
        "bf": "0",
        "forced-idr": "1",
    }
    if hardware:
        options = common | {
            "preset": _NVENC_PRESETS.get(config.preset, "p3"),
            "tune": "ull",
            "rc": "cbr",
            "zerolatency": "1",
            "no-scenecut": "1",
            "delay": "0",
        }
    else:
        options = common | {
            "preset": config.preset,
            "tune": "zerolatency",
            "keyint_min": str(config.gop_frames),
            "sc_threshold": "0",
            "threads": "1" if _one_thread_suffices(config) else "2",
        }
    codec = HARDWARE if hardware else SOFTWARE
    return VideoSettings(codec, config.width, config.height, config.fps, config.bitrate_kbps, options)


def _one_thread_suffices(config: StreamConfig) -> bool:
    most = _ONE_THREAD_PIXELS_S * (2 if config.preset in _FAST_PRESETS else 1)
    return config.width * config.height * config.fps <= most


@cache
def hardware_works() -> bool:
    """Whether this machine's graphics card encodes a trial picture; asked once in a process."""
    settings = video_settings(StreamConfig(width=256, height=256), hardware=True)
    try:
        codec = _open(settings)
        frame = av.VideoFrame.from_numpy_buffer(np.full((384, 256), 128, np.uint8), format="yuv420p")
        frame.pts = 0
        return bool([*codec.encode(frame), *codec.encode(None)])
    except (av.FFmpegError, EncoderFailed):
        return False


Describe = Callable[[VideoSettings, Tag], StreamHeader]
"""What receivers are told of a stream that is encoded so and has this sequence header."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """A codec that takes pictures."""

    settings: VideoSettings
    codec: VideoCodecContext
    header: StreamHeader | None


class VideoEncoder:
    """Encodes one canvas over and over: a flat I420 buffer that is read where it lies, never copied.

    The tick thread encodes; any other may change the bit rate meanwhile.
    """

    def __init__(self, settings: VideoSettings, canvas: Plane, describe: Describe | None = None) -> None:
        """Raises EncoderFailed when the codec refuses the settings."""
        self.origin_s = Fraction(0)
        """Media time of tick 0."""
        self._describe = describe
        self._tick_s = 1 / settings.fps
        self._opened = self._open(settings)
        self._next: _Opened | None = None
        self._keyframe_tick = 0
        rows = canvas.reshape(settings.height * 3 // 2, settings.width)
        self._frame = av.VideoFrame.from_numpy_buffer(rows, format="yuv420p")
        self._frame.time_base = self._tick_s

    @classmethod
    def open(cls, config: StreamConfig, canvas: Plane, describe: Describe | None = None) -> VideoEncoder:
        """The best encoder that this machine has for ``config``. Raises EncoderFailed."""
        hardware = config.hardware_acceleration and hardware_works()
        if hardware:
            try:
                return cls(video_settings(config, hardware=True), canvas, describe)
            except EncoderFailed:  # this size or rate is too much for the card
                pass
        return cls(video_settings(config, hardware=False), canvas, describe)

    @property
    def settings(self) -> VideoSettings:
        """What it was opened with, or changed to."""
        return (self._next or self._opened).settings

    def header(self) -> Tag:
        """What a decoder needs to know first."""
        return avc_sequence_header(self._opened.codec.extradata or b"")

    def change_bitrate(self, bitrate_kbps: int) -> None:
        """Encode at this rate from the next picture on. Raises EncoderFailed.

        FFmpeg hands a new mean rate to a running x264, but lets nobody change the limits of its buffer after
        opening. So the codec is followed by one with the right limits at its next keyframe, which costs
        viewers nothing, and never gets more than its own limit until then.
        """
        now = self._opened.settings
        limits = {"maxrate": f"{bitrate_kbps}k", "bufsize": f"{bitrate_kbps}k"}
        self._next = self._open(replace(now, bitrate_kbps=bitrate_kbps, options={**now.options, **limits}))

    def encode(self, tick: int, *, keyframe: bool) -> list[Tag]:
        """The picture that is on the canvas now, shown at ``tick``. Raises EncoderFailed."""
        if self._next is not None:
            self._follow(self._next, at_keyframe=keyframe or self._keyframe_is_due(tick))
        self._frame.pts = tick
        self._frame.pict_type = PictureType.I if keyframe else PictureType.NONE
        tags = self._encoded(self._frame)
        if any(tag.keyframe for tag in tags):
            self._keyframe_tick = tick
        return tags

    def flush(self) -> list[Tag]:
        """What is left in the encoder; the last call. Raises EncoderFailed."""
        return self._encoded(None)

    def _open(self, settings: VideoSettings) -> _Opened:
        codec = _open(settings)
        if self._describe is None:
            return _Opened(settings, codec, None)
        return _Opened(settings, codec, self._describe(settings, avc_sequence_header(codec.extradata or b"")))

    def _keyframe_is_due(self, tick: int) -> bool:
        return tick - self._keyframe_tick >= int(self._opened.settings.options["g"])

    def _follow(self, follower: _Opened, *, at_keyframe: bool) -> None:
        if at_keyframe:
            self._opened = follower
            # Another change may have come in between: then that one follows later.
            if self._next is follower:
                self._next = None
        elif self._opened.settings.codec == SOFTWARE:
            lowest_kbps = min(follower.settings.bitrate_kbps, self._opened.settings.bitrate_kbps)
            self._opened.codec.bit_rate = lowest_kbps * 1000

    def _encoded(self, frame: av.VideoFrame | None) -> list[Tag]:
        opened = self._opened
        try:
            packets = opened.codec.encode(frame)
        except av.FFmpegError as error:
            raise EncoderFailed(f"{opened.settings.codec} failed: {error.strerror}") from error
        return [
            video_tag(
                bytes(packet),
                round((self.origin_s + (packet.pts or 0) * self._tick_s) * 1000),
                keyframe=packet.is_keyframe,
                header=opened.header,
            )
            for packet in packets
        ]


def _open(settings: VideoSettings) -> VideoCodecContext:
    try:
        codec = av.CodecContext.create(settings.codec, "w")
        if not isinstance(codec, VideoCodecContext):
            raise EncoderFailed(f"{settings.codec} is not a video encoder")
        codec.width, codec.height, codec.pix_fmt = settings.width, settings.height, "yuv420p"
        codec.time_base, codec.framerate = 1 / settings.fps, settings.fps
        codec.bit_rate = settings.bitrate_kbps * 1000
        codec.color_primaries = codec.color_trc = codec.colorspace = _BT709
        codec.color_range = _LIMITED
        codec.flags |= Flags.global_header
        codec.options = dict(settings.options)
        codec.open()
    except (av.FFmpegError, ValueError) as error:
        raise EncoderFailed(f"{settings.codec} refuses its settings: {error}") from error
    return codec
