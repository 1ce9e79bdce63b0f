"""WAV files as the loudness of a voice."""

from __future__ import annotations

import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from farm.errors import InputError
from farm.wav import LOUD_DB, QUIET_DB, STEP_MS, wav_levels


def wav(
    samples: bytes, *, tag: int = 1, channels: int = 1, rate: int = 16_000, bits: int = 16, extra: bytes = b""
) -> bytes:
    width = bits // 8
    form = (
        struct.pack("<HHIIHH", tag, channels, rate, rate * channels * width, channels * width, bits) + extra
    )
    chunks = b"".join(
        name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
        for name, body in ((b"fmt ", form), (b"LIST", b"odd"), (b"data", samples))
    )
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def tone(decibels: float, seconds: float = 0.2, rate: int = 16_000) -> NDArray[np.float64]:
    """A sine whose RMS is at ``decibels``; -1..1."""
    time_s = np.arange(int(seconds * rate)) / rate
    sine: NDArray[np.float64] = np.sin(2 * np.pi * 440 * time_s) * np.sqrt(2) * 10 ** (decibels / 20)
    return sine


def pcm(values: NDArray[np.float64]) -> bytes:
    return bytes(np.rint(values * 32767).astype("<i2"))


@pytest.mark.parametrize(
    ("decibels", "level"),
    [(-90.0, 0), (QUIET_DB, 0), ((QUIET_DB + LOUD_DB) / 2, 128), (LOUD_DB, 255), (-4.0, 255)],
)
def test_loudness_is_measured_in_decibels(decibels: float, level: int) -> None:
    levels = wav_levels(wav(pcm(tone(decibels))))
    assert len(levels) == 200 // STEP_MS
    assert all(abs(found - level) <= 3 for found in levels)


def test_every_kind_of_sample_says_the_same() -> None:
    values = tone(-20.0)
    whole = (values * (1 << 31)).astype(np.int64)
    kinds = [
        wav(pcm(values)),
        wav(((whole >> 24) + 128).astype(np.uint8).tobytes(), bits=8),
        wav(b"".join(int(v >> 8).to_bytes(3, "little", signed=True) for v in whole), bits=24),
        wav(whole.astype("<i4").tobytes(), bits=32),
        wav(values.astype("<f4").tobytes(), tag=3, bits=32),
        wav(values.astype("<f8").tobytes(), tag=3, bits=64),
        wav(np.repeat(values, 2).astype("<f4").tobytes(), tag=3, bits=32, channels=2),
        wav(pcm(values), tag=0xFFFE, extra=struct.pack("<HHIH14s", 22, 16, 0, 1, b"\0" * 14)),
    ]
    expected = np.frombuffer(wav_levels(kinds[0]), np.uint8).astype(int)
    for kind in kinds:
        assert np.abs(np.frombuffer(wav_levels(kind), np.uint8).astype(int) - expected).max() <= 4


def test_speech_and_silence_are_told_apart() -> None:
    values = np.concatenate([tone(-15.0), np.zeros(3200), tone(-15.0)])
    levels = wav_levels(wav(pcm(values)))
    assert set(levels[11:19]) == {0}
    assert min(levels[1:9]) > 200


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a WAV file"),
        (b"RIFF1234WAVE", "has no samples"),
        (wav(b""), "has no samples"),
        (wav(b"\0\0", tag=0x55), "compressed or of an unknown kind"),
        (wav(b"\0\0", channels=9), "9 channels"),
        (wav(b"\0\0", rate=1000), "at 1000 Hz"),
        (wav(bytes(8000 * 121), bits=8, rate=8000), "longer than 120 seconds"),
    ],
)
def test_what_cannot_be_used_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        wav_levels(data)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_damaged_file_is_refused_or_read_and_nothing_else(data: st.DataObject) -> None:
    whole = bytearray(wav(pcm(tone(-20.0, 0.05)), extra=b"\0" * 8))
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(0, 60))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)) | st.just(len(whole)))
    with suppress(InputError):
        assert wav_levels(bytes(whole[:cut]))
