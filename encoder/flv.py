"""What FLV and RTMP carry: H.264 and AAC packets as tags, and the tags a connection begins and ends with.

A tag is an immutable value, made once and shared by all outputs. Times are media time since the process's
first epoch began, in whole milliseconds, as FLV has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction

from encoder.rtmp.amf import Value
from farm.errors import EncoderFailed

_KEY, _INTER = 0x17, 0x27
"""Frame kind and codec id of AVC."""
_AAC = 0xAF
"""AAC, 44 kHz, 16 bit, stereo: always these bits; the decoder reads the rate from the configuration."""
_CONFIGURATION, _DATA, _END = 0, 1, 2
_START_CODE = b"\0\0\1"
_SPS, _PPS = 7, 8


class Kind(IntEnum):
    """FLV tag types, which are RTMP message types."""

    AUDIO = 8
    VIDEO = 9


@dataclass(frozen=True, slots=True)
class Tag:
    """One audio or video message. ``keyframe`` marks those at which a receiver can begin; they say what it
    needs to know first."""

    kind: Kind
    time_ms: int
    payload: bytes
    keyframe: bool = False
    header: StreamHeader | None = None


@dataclass(frozen=True, slots=True)
class StreamHeader:
    """What every connection begins with, and is told again when it changes at a keyframe."""

    metadata: Mapping[str, Value]
    tags: tuple[Tag, ...]
    """The sequence headers."""


def time_ms(pts: int, time_base_s: Fraction) -> int:
    """Media time of ``pts``, rounded to the nearest millisecond."""
    # In whole numbers: a Fraction would be reduced at every step.
    numerator, denominator = time_base_s.numerator, time_base_s.denominator
    return (2000 * pts * numerator + denominator) // (2 * denominator)


def nal_units(annexb: bytes) -> list[bytes]:
    """The NAL units of a byte stream with start codes (ITU-T H.264, annex B)."""
    # A zero in front of a start code belongs to it: no NAL unit ends in one.
    _, *units = annexb.split(_START_CODE)
    return [unit.rstrip(b"\0") for unit in units]


def avc_configuration(extradata: bytes) -> bytes:
    """The AVCDecoderConfigurationRecord (ISO/IEC 14496-15) for SPS and PPS with start codes.

    Raises EncoderFailed when either is missing.
    """
    units = nal_units(extradata)
    sps = [unit for unit in units if unit and unit[0] & 0x1F == _SPS]
    pps = [unit for unit in units if unit and unit[0] & 0x1F == _PPS]
    if not sps or not pps:
        raise EncoderFailed("the encoder made no sequence and picture parameter sets")
    profile, compatibility, level = sps[0][1:4]
    record = bytearray((1, profile, compatibility, level, 0xFF, 0xE0 | len(sps)))
    for unit in sps:
        record += len(unit).to_bytes(2, "big") + unit
    record.append(len(pps))
    for unit in pps:
        record += len(unit).to_bytes(2, "big") + unit
    return bytes(record)


def avc_sequence_header(extradata: bytes) -> Tag:
    """The tag that tells a decoder how to read the video."""
    return Tag(Kind.VIDEO, 0, bytes((_KEY, _CONFIGURATION, 0, 0, 0)) + avc_configuration(extradata))


def aac_sequence_header(audio_specific_config: bytes) -> Tag:
    """The tag that tells a decoder how to read the sound."""
    return Tag(Kind.AUDIO, 0, bytes((_AAC, _CONFIGURATION)) + audio_specific_config)


def video_tag(annexb: bytes, when_ms: int, *, keyframe: bool, header: StreamHeader | None = None) -> Tag:
    """One coded picture, shown when it is decoded (no B-frames). ``header`` goes with keyframes."""
    units = [part for unit in nal_units(annexb) for part in (len(unit).to_bytes(4, "big"), unit)]
    head = bytes((_KEY if keyframe else _INTER, _DATA, 0, 0, 0))
    return Tag(Kind.VIDEO, when_ms, b"".join((head, *units)), keyframe, header if keyframe else None)


def audio_tag(aac: bytes, when_ms: int) -> Tag:
    """One coded block of sound."""
    return Tag(Kind.AUDIO, when_ms, bytes((_AAC, _DATA)) + aac)


def end_of_video(when_ms: int) -> Tag:
    """The trailer: no picture follows."""
    return Tag(Kind.VIDEO, when_ms, bytes((_KEY, _END, 0, 0, 0)))
