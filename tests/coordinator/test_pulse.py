"""Who ticks."""

from __future__ import annotations

from fractions import Fraction

import msgspec

from coordinator.pulse import SILENT_NS, Pulse
from tests.coordinator.rig import credit


def test_a_stream_ticks_until_its_credits_stop() -> None:
    pulse = Pulse()
    pulse.hear(credit(0, epoch=4), now_ns=10)
    assert pulse.ticks("s", SILENT_NS + 9)
    assert not pulse.ticks("s", SILENT_NS + 10)
    assert pulse.epoch("s") == 4


def test_a_slow_stream_has_three_frames_of_time() -> None:
    pulse = Pulse()
    pulse.hear(msgspec.structs.replace(credit(0), fps=Fraction(1)), now_ns=0)
    assert pulse.ticks("s", 2_999_999_999)
    assert not pulse.ticks("s", 3_000_000_000)


def test_silence_is_certain_only_after_listening_for_a_while() -> None:
    pulse = Pulse()
    assert not pulse.silent("s", 10 * SILENT_NS)
    pulse.follow(["s"], now_ns=0)
    pulse.follow(["s", "other"], now_ns=5)
    assert not pulse.silent("s", SILENT_NS - 1)
    assert pulse.silent("s", SILENT_NS)
    pulse.follow([], now_ns=SILENT_NS)
    pulse.follow(["s"], now_ns=SILENT_NS)
    assert not pulse.silent("s", 2 * SILENT_NS - 1)


def test_only_ticking_streams_want_frames() -> None:
    pulse = Pulse()
    pulse.hear(credit(0, stream="old", lead=5), now_ns=0)
    pulse.hear(credit(0, stream="a", lead=3), now_ns=SILENT_NS)
    pulse.hear(credit(0, stream="b", lead=4), now_ns=SILENT_NS)
    assert pulse.frames_wanted(SILENT_NS) == 7


def test_streams_that_are_followed_no_more_are_forgotten() -> None:
    pulse = Pulse()
    pulse.follow(["s"], now_ns=0)
    pulse.hear(credit(0), now_ns=0)
    pulse.follow(["other"], now_ns=1)
    assert pulse.epoch("s") is None
