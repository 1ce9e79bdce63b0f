"""What is said of a stream follows from what was seen of it."""

from __future__ import annotations

import pytest

from tests.chaos.findings import Findings, Sighting, calm_for, findings

TICK_NS = 40_000_000


def seen(*numbers: int | None) -> list[Sighting]:
    """Pictures of a stream of 25 frames a second that arrive with their ticks."""
    return [Sighting(number, index * TICK_NS) for index, number in enumerate(numbers)]


def judged(*numbers: int | None, fault_ended: int = 0) -> Findings:
    return findings(seen(*numbers), 25, fault_ended * TICK_NS)


def test_a_calm_stream_has_nothing_to_find() -> None:
    assert judged(5, 6, 7, 8) == Findings(4, 0, 0, 0, 0, 0, 0, 0)


def test_repeats_are_counted_and_the_longest_row_is_the_freeze() -> None:
    found = judged(5, 5, 7, 7, 7, 10, 11, fault_ended=1)
    assert (found.repeated, found.freeze_ms, found.missing_ticks) == (3, 80, 0)
    assert found.recovered_s == 0.12


def test_a_tick_without_a_picture_is_missing() -> None:
    assert judged(5, 6, 8, 9).missing_ticks == 1


def test_a_tick_that_repeats_is_not_missing() -> None:
    assert judged(5, 5, 7, 8).missing_ticks == 0


def test_a_picture_that_cannot_be_read_is_no_new_one() -> None:
    found = judged(5, None, None, 8)
    assert (found.unreadable, found.freeze_ms, found.missing_ticks) == (2, 80, 0)


def test_a_new_encoder_process_begins_its_numbers_anew() -> None:
    found = judged(90, 91, 0, 1, 2, fault_ended=1)
    assert (found.epochs, found.missing_ticks, found.recovered_s) == (1, 0, 0.04)


def test_silence_is_the_longest_time_between_two_pictures() -> None:
    calm = seen(1, 2)
    late = [Sighting(3, calm[-1].at_ns + 10 * TICK_NS)]
    assert findings([*calm, *late], 25, 0).silence_ms == 360


@pytest.mark.parametrize(
    ("numbers", "calm"), [((), 0), ((4,), 0), ((3, 3, 4, 5), 2), ((3, 5), 0), ((3, None), 0)]
)
def test_calm_is_counted_from_the_end(numbers: tuple[int | None, ...], calm: int) -> None:
    assert calm_for(seen(*numbers)) == calm
