"""The loudness of a WAV file: what moves a character's mouth.

RIFF as Microsoft and IBM's "Multimedia Programming Interface and Data Specifications 1.0" has it; PCM of 8 to
32 bits and floating point, also in WAVE_FORMAT_EXTENSIBLE.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from farm.errors import InputError
from scene.voice import FULL, MAX_VOICE_S

STEP_MS = 20
QUIET_DB, LOUD_DB = -45.0, -12.0
"""RMS levels, against full scale, at which a mouth is closed and wide open; speech lies between."""

_PCM, _FLOAT, _EXTENSIBLE = 0x0001, 0x0003, 0xFFFE
_MIN_RATE, _MAX_RATE, _MAX_CHANNELS = 8000, 192_000, 8


@dataclass(frozen=True, slots=True)
class _Format:
    tag: int
    channels: int
    rate: int
    bits: int


def wav_levels(data: bytes) -> bytes:
    """The loudness of the WAV file ``data``, 0 to FULL, in steps of STEP_MS. Raises InputError."""
    form, samples = _chunks(data)
    frames = _decoded(form, samples)
    if len(frames) > MAX_VOICE_S * form.rate:
        raise InputError(f"the sound is longer than {MAX_VOICE_S} seconds; send it in parts")
    if not len(frames):
        raise InputError("the sound has no samples")
    step = form.rate * STEP_MS // 1000
    power = np.square(frames, dtype=np.float64).mean(axis=1)
    padded = np.pad(power, (0, -len(power) % step))
    rms = np.sqrt(padded.reshape(-1, step).mean(axis=1))
    decibels = 20 * np.log10(np.maximum(rms, 1e-6))
    levels = np.clip((decibels - QUIET_DB) / (LOUD_DB - QUIET_DB), 0, 1)
    return bytes(np.rint(levels * FULL).astype(np.uint8))


def _chunks(data: bytes) -> tuple[_Format, bytes]:
    """The format and the samples of a file. Raises InputError."""
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise InputError("the sound is not a WAV file")
    form, at = None, 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        body = data[at + 8 : at + 8 + size]
        if name == b"fmt ":
            form = _format(body)
        elif name == b"data" and form is not None:
            return form, body
        # Chunks begin at even places.
        at += 8 + size + size % 2
    raise InputError("the WAV file is damaged: it has no samples")


def _format(body: bytes) -> _Format:
    if len(body) < 16:
        raise InputError("the WAV file is damaged: its format is cut off")
    tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
    if tag == _EXTENSIBLE and len(body) >= 26:
        (tag,) = struct.unpack_from("<H", body, 24)
    known = {_PCM: (8, 16, 24, 32), _FLOAT: (32, 64)}
    if bits not in known.get(tag, ()):
        raise InputError("the WAV file is compressed or of an unknown kind; send PCM of 8 to 32 bits")
    if not (1 <= channels <= _MAX_CHANNELS and _MIN_RATE <= rate <= _MAX_RATE):
        raise InputError(
            f"the WAV file has {channels} channels at {rate} Hz; 1 to {_MAX_CHANNELS} channels at "
            f"{_MIN_RATE} to {_MAX_RATE} Hz are allowed"
        )
    return _Format(tag, channels, rate, bits)


def _decoded(form: _Format, samples: bytes) -> NDArray[np.float64]:
    """(frames, channels), -1..1; what is no number is silence."""
    width = form.bits // 8
    samples = samples[: len(samples) // (width * form.channels) * width * form.channels]
    if form.tag == _FLOAT:
        values = np.frombuffer(samples, f"<f{width}").astype(np.float64)
        return np.clip(np.nan_to_num(values, posinf=0, neginf=0), -1, 1).reshape(-1, form.channels)
    if form.bits == 8:
        whole = np.frombuffer(samples, np.uint8).astype(np.int32) - 128
    elif form.bits == 24:
        padded = np.zeros((len(samples) // 3, 4), np.uint8)
        padded[:, 1:] = np.frombuffer(samples, np.uint8).reshape(-1, 3)
        whole = padded.view("<i4").reshape(-1) >> 8
    else:
        whole = np.frombuffer(samples, f"<i{width}").astype(np.int32)
    return (whole / float(1 << (form.bits - 1))).reshape(-1, form.channels)
