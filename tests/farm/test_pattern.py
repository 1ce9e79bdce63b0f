"""Reading frame numbers back, and what a run of them says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.debug.pattern import Tally, fitting, read_number

WHITE, BLACK = 235, 16


def cells(number: int, bits: int = 24) -> list[int]:
    lit = [bool(number >> i & 1) for i in reversed(range(bits))]
    odd = sum(lit) % 2 == 1
    return [WHITE if on else BLACK for on in (True, False, *lit, odd, not odd)]


@given(st.integers(0, 2**24 - 1))
def test_every_number_is_read_back(number: int) -> None:
    assert read_number(cells(number)) == number


@given(st.integers(0, 2**24 - 1), st.integers(0, 27))
def test_one_wrong_cell_is_noticed(number: int, wrong: int) -> None:
    damaged = cells(number)
    damaged[wrong] = WHITE + BLACK - damaged[wrong]
    assert read_number(damaged) is None


def test_a_flat_picture_is_no_pattern() -> None:
    assert read_number([BLACK] * 28) is None
    assert read_number([WHITE] * 28) is None


def tally(*numbers: int | None) -> Tally:
    counted = Tally()
    for number in numbers:
        counted.add(number)
    return counted


def test_a_perfect_run_is_complete() -> None:
    assert tally(7, 8, 9, 10).complete()


@pytest.mark.parametrize(
    ("numbers", "field", "count"),
    [
        ([1, 2, 2, 2, 3], "repeated", 2),
        ([1, 2, 2, 2, 3], "longest_run", 3),
        ([1, 2, 5, 6], "missing", 2),
        ([1, 3, 2], "backwards", 1),
        ([1, None, 2], "unreadable", 1),
    ],
)
def test_faults_are_counted_by_kind(numbers: list[int | None], field: str, count: int) -> None:
    counted = tally(*numbers)
    assert counted.as_dict()[field] == count
    assert not counted.complete()


def test_no_frames_at_all_is_not_complete() -> None:
    assert not Tally().complete()


@pytest.mark.parametrize(("width", "cell_px"), [(1920, 32), (896, 32), (894, 31), (854, 30), (64, 2)])
def test_the_pattern_fits_into_narrow_pictures(width: int, cell_px: int) -> None:
    place = fitting(width)
    assert (place.cell_px, place.bits) == (cell_px, 24)
    assert place.cells * place.cell_px <= width
