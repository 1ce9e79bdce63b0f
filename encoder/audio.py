"""Sound: for now silence, which every ingest server wants to hear. AAC, 48 kHz, stereo.

Sample k since the process's first epoch began sounds at ``k / 48000`` s. Before the picture of tick n goes
out, every block that begins until then has; positions follow from counting, so sound and picture never drift
apart.
"""

from __future__ import annotations

from fractions import Fraction

import av
from av.audio.codeccontext import AudioCodecContext
from av.codec.context import Flags

from encoder.flv import Tag, aac_sequence_header, audio_tag, time_ms
from farm.errors import EncoderFailed

SAMPLE_RATE = 48_000
BLOCK_SAMPLES = 1024
_RUN_UP_SAMPLES = 2 * BLOCK_SAMPLES
"""How far the encoder's input is ahead of its output."""
_SAMPLE_S = Fraction(1, SAMPLE_RATE)
_AT_REST_AFTER = 8
"""Equal blocks in a row, after which an encoder of silence says nothing new."""


class SilenceEncoder:
    """Encodes silence in step with the ticks of ``fps``: a few blocks, and then the last of them again and
    again, which costs nothing."""

    def __init__(self, fps: Fraction, bitrate_kbps: int) -> None:
        """Raises EncoderFailed."""
        self._samples_per_tick = SAMPLE_RATE / fps
        self._origin_samples = Fraction(0)
        self._next_sample = 0
        self._last = b""
        self._equal = 0
        self._codec = _open(bitrate_kbps)
        self._frame = av.AudioFrame(format="fltp", layout="stereo", samples=BLOCK_SAMPLES)
        self._frame.sample_rate = SAMPLE_RATE
        self._frame.time_base = _SAMPLE_S
        for plane in self._frame.planes:
            plane.update(bytes(plane.buffer_size))

    def header(self) -> Tag:
        """What a decoder needs to know first."""
        return aac_sequence_header(self._codec.extradata or b"")

    def retime(self, fps: Fraction, origin_s: Fraction) -> None:
        """From now on ticks are those of an epoch of ``fps`` that began ``origin_s`` after the first one. The
        sound goes on without a gap."""
        self._samples_per_tick = SAMPLE_RATE / fps
        self._origin_samples = SAMPLE_RATE * origin_s

    def until(self, tick: int) -> list[Tag]:
        """The blocks that begin before or with the picture of ``tick`` and were not given yet."""
        tags: list[Tag] = []
        now_samples = self._origin_samples + tick * self._samples_per_tick
        while self._next_sample - _RUN_UP_SAMPLES <= now_samples:
            tags += self._block()
        return tags

    def _block(self) -> list[Tag]:
        pts = self._next_sample - _RUN_UP_SAMPLES
        self._next_sample += BLOCK_SAMPLES
        if self._equal < _AT_REST_AFTER:
            return self._encoded(pts)
        return [_tag(self._last, pts)]

    def _encoded(self, pts: int) -> list[Tag]:
        """The next block of the codec, which begins at ``pts``; none before its run-up is over."""
        self._frame.pts = pts + _RUN_UP_SAMPLES
        try:
            payloads = [bytes(packet) for packet in self._codec.encode(self._frame)]
        except av.FFmpegError as error:
            raise EncoderFailed(f"the sound cannot be encoded: {error.strerror}") from error
        for payload in payloads:
            self._equal = self._equal + 1 if payload == self._last else 0
            self._last = payload
        # The encoder's run-up lies before the epoch; a receiver needs none of it.
        return [_tag(payload, pts) for payload in payloads if pts >= 0]


def _tag(payload: bytes, pts: int) -> Tag:
    return audio_tag(payload, time_ms(pts, _SAMPLE_S))


def _open(bitrate_kbps: int) -> AudioCodecContext:
    codec = av.CodecContext.create("aac", "w")
    codec.sample_rate = SAMPLE_RATE
    codec.layout = "stereo"
    codec.format = "fltp"
    codec.bit_rate = bitrate_kbps * 1000
    codec.time_base = _SAMPLE_S
    codec.flags |= Flags.global_header
    try:
        codec.open()
    except av.FFmpegError as error:
        raise EncoderFailed(f"the sound encoder refuses its settings: {error}") from error
    return codec
