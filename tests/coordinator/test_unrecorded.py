"""A stream without a record is left alone for a moment while it may tick."""

from __future__ import annotations

import pytest

from coordinator.pulse import SILENT_NS, Pulse
from coordinator.unrecorded import GRACE_NS, Unrecorded
from farm.clock import ManualClock
from tests.coordinator.rig import credit


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def pulse(clock: ManualClock) -> Pulse:
    pulse = Pulse()
    pulse.follow(["s"], clock.monotonic_ns())
    return pulse


def tick(pulse: Pulse, clock: ManualClock) -> None:
    pulse.hear(credit(0), clock.monotonic_ns())


def test_one_that_ticks_may_be_put_back_for_a_moment(pulse: Pulse, clock: ManualClock) -> None:
    unrecorded = Unrecorded(pulse, clock)
    tick(pulse, clock)
    assert unrecorded.may_be_put_back("s", recorded=False)
    clock.advance_ns(GRACE_NS - 1)
    tick(pulse, clock)
    assert unrecorded.may_be_put_back("s", recorded=False)
    clock.advance_ns(1)
    assert not unrecorded.may_be_put_back("s", recorded=False)


def test_the_moment_begins_anew_once_the_record_was_there(pulse: Pulse, clock: ManualClock) -> None:
    unrecorded = Unrecorded(pulse, clock)
    for recorded in (False, True, False):
        tick(pulse, clock)
        assert unrecorded.may_be_put_back("s", recorded=recorded) is not recorded
        clock.advance_ns(GRACE_NS - 1)


def test_one_that_is_silent_is_not_waited_for(pulse: Pulse, clock: ManualClock) -> None:
    clock.advance_ns(SILENT_NS)
    assert not Unrecorded(pulse, clock).may_be_put_back("s", recorded=False)


def test_a_stream_that_went_to_somebody_else_is_forgotten(pulse: Pulse, clock: ManualClock) -> None:
    unrecorded = Unrecorded(pulse, clock)
    tick(pulse, clock)
    assert unrecorded.may_be_put_back("s", recorded=False)
    unrecorded.forget_all_but(())
    clock.advance_ns(GRACE_NS)
    tick(pulse, clock)
    assert unrecorded.may_be_put_back("s", recorded=False)
