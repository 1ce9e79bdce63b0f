"""What people are told of what went on air: every edit, and what is live often enough."""

from __future__ import annotations

from fractions import Fraction

import pytest

from coordinator.announcer import LIVE_EVERY_NS, Announcer
from coordinator.dispatch import Dispatch, Show
from farm.clock import ManualClock
from farm.messages import Event
from farm.store.programs import Program
from scene.time import Segment


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(wall_ms=42)


def dispatched(*, applied: int | None = None, refreshed: int | None = None, frame: int = 7) -> Dispatch:
    """A dispatch that is the first to show this revision, or this snapshot."""
    newest = Segment(frame, applied or 1, Fraction(0), Fraction(1), refreshed or 0)
    program = Program(3, "n", 1, Fraction(30), (newest,), frame, 5)
    return Dispatch(
        Show(program, frame),
        applied=None if applied is None else newest,
        refreshed=None if refreshed is None else newest,
    )


def told(events: list[Event]) -> list[tuple[str, dict[str, object]]]:
    return [(event.type, event.data) for event in events]


def test_every_edit_is_told(clock: ManualClock) -> None:
    announcer = Announcer(clock)
    for revision in (1, 2):
        [event] = announcer.events("s", dispatched(applied=revision))
        assert event == Event("scene:applied", "s", 42, {"revision": revision, "frame": 7, "epoch": 3})


def test_what_is_live_is_told_at_once_and_then_now_and_then(clock: ManualClock) -> None:
    announcer = Announcer(clock)
    first = announcer.events("s", dispatched(refreshed=1))
    assert told(first) == [("data:applied", {"snapshot": 1, "frame": 7, "epoch": 3})]
    for snapshot in range(2, 9):
        assert announcer.events("s", dispatched(refreshed=snapshot, frame=7 + snapshot)) == []
    clock.advance_ns(LIVE_EVERY_NS)
    later = announcer.events("s", dispatched())
    assert told(later) == [("data:applied", {"snapshot": 8, "frame": 15, "epoch": 3})]
    clock.advance_ns(LIVE_EVERY_NS)
    assert announcer.events("s", dispatched()) == []


def test_streams_do_not_wait_for_one_another(clock: ManualClock) -> None:
    announcer = Announcer(clock)
    for stream in ("a", "b"):
        assert len(announcer.events(stream, dispatched(refreshed=1))) == 1


def test_a_stream_that_somebody_else_drives_is_forgotten(clock: ManualClock) -> None:
    announcer = Announcer(clock)
    announcer.events("s", dispatched(refreshed=1))
    announcer.forget_all_but(["t"])
    assert len(announcer.events("s", dispatched(refreshed=2))) == 1
