"""Whether something grows: slopes and how sure they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.perf.memory import by_minute
from farm.perf.trend import Trend, trend


def test_a_line_is_found_without_noise() -> None:
    found = trend([(minute, 300 + 0.5 * minute) for minute in range(10)])
    assert found.slope == pytest.approx(0.5)
    assert found.noise == pytest.approx(0, abs=1e-6)
    assert found.grows()


def test_a_line_with_noise_is_that_of_the_textbook() -> None:
    """Residuals 1, -1, 1, -1 hardly lean: slope and error as of ordinary least squares."""
    found = trend([(0, 1.0), (1, 0.0), (2, 3.0), (3, 2.0)])
    assert found.slope == pytest.approx(0.6)
    assert found.noise == pytest.approx((3.2 / 2 / 5) ** 0.5)


def test_what_swings_slowly_is_less_sure_than_what_jitters() -> None:
    jitter = trend([(i, float(i % 2)) for i in range(40)])
    swing = trend([(i, float(i // 10 % 2)) for i in range(40)])
    assert swing.noise > 3 * jitter.noise
    assert not jitter.grows()
    assert not swing.grows()


@pytest.mark.parametrize("points", [[], [(0.0, 5.0)], [(0.0, 5.0), (1.0, 9.0)]])
def test_two_points_are_no_trend(points: list[tuple[float, float]]) -> None:
    assert trend(points) == Trend(0.0, 0.0)


@given(
    values=st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=50),
    slope=st.floats(-100, 100),
)
def test_a_slope_on_top_is_found_on_top(values: list[float], slope: float) -> None:
    plain = trend(list(enumerate(values)))
    leaning = trend([(i, value + slope * i) for i, value in enumerate(values)])
    assert leaning.slope - plain.slope == pytest.approx(slope, abs=1e-6)
    assert leaning.noise >= 0


def test_of_each_minute_the_first_measurement_is_told() -> None:
    assert by_minute([(0.0, 5.0), (0.5, 9.0), (1.2, 6.0), (2.0, 7.0), (2.9, 1.0)]) == [5.0, 6.0, 7.0]
    assert by_minute([]) == []
