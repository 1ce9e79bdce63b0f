"""What the coordinator is told of frames that came, and of those that did not."""

from __future__ import annotations

from encoder.arrivals import MOST_UNTOLD, Arrivals

MS = 1_000_000


def arrivals(*asked_ms: int) -> Arrivals:
    """Of frames 0, 1, … asked for at these times."""
    return Arrivals({frame: at_ms * MS for frame, at_ms in enumerate(asked_ms)}.get)


def test_an_arrival_is_told_once_with_the_time_that_it_took() -> None:
    told = arrivals(10, 20)
    told.came(0, 15 * MS)
    told.came(1, 32 * MS)
    assert told.take_ms() == (5.0, 12.0)
    assert told.take_ms() == ()


def test_a_frame_that_comes_twice_counts_once() -> None:
    told = arrivals(10)
    told.came(0, 15 * MS)
    told.came(0, 90 * MS)
    assert told.take_ms() == (5.0,)


def test_times_of_two_hosts_are_not_told() -> None:
    told = arrivals(10, 10, 10)
    told.came(0, 5 * MS)
    told.came(1, 10**18)
    told.came(99, 15 * MS)
    assert told.take_ms() == ()


def test_what_nobody_takes_is_bounded() -> None:
    told = arrivals(*[0] * 100)
    for frame in range(100):
        told.came(frame, MS)
    assert len(told.take_ms()) == MOST_UNTOLD


def test_what_was_asked_for_and_is_not_here_is_absent_for_as_long_as_it_was_awaited() -> None:
    told = arrivals(10, 10, 20, 50)
    told.looked(45 * MS)
    told.came(1, 40 * MS)
    assert told.absent(-1, 3) == ((0, 35.0), (2, 25.0))  # 3 was asked for after the look
    assert told.absent(0, 3) == ((2, 25.0),)
    assert told.absent(0, 99) == ((2, 25.0),)
