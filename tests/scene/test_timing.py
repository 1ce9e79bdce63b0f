"""Cubic Bézier curves and steps against the numbers that CSS's own tests and other solvers give."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scene.timing import CubicBezier, Steps, cubic_bezier, curve_of, steps

EASE = (0.25, 0.1, 0.25, 1.0)
EASE_IN_OUT = (0.42, 0.0, 0.58, 1.0)

PUBLISHED = [
    # The CSS keyword ``ease`` in tenths, as bezier-easing's and browsers' tables have it.
    (EASE, 0.1, 0.0948),
    (EASE, 0.2, 0.2952),
    (EASE, 0.3, 0.5133),
    (EASE, 0.4, 0.6825),
    (EASE, 0.5, 0.8024),
    (EASE, 0.6, 0.8852),
    (EASE, 0.7, 0.9408),
    (EASE, 0.8, 0.9756),
    (EASE, 0.9, 0.9943),
    (EASE_IN_OUT, 0.25, 0.1292),
    (EASE_IN_OUT, 0.5, 0.5),
    (EASE_IN_OUT, 0.75, 0.8708),
]


@pytest.mark.parametrize(("points", "p", "value"), PUBLISHED)
def test_a_curve_has_the_values_that_browsers_show(
    points: tuple[float, float, float, float], p: float, value: float
) -> None:
    assert cubic_bezier(*points)(p) == pytest.approx(value, abs=1e-4)


xs = st.floats(0, 1)
ys = st.floats(-3, 3)


@given(xs, ys, xs, ys, st.floats(0, 1))
def test_a_point_of_the_curve_is_found_at_its_time(
    x1: float, y1: float, x2: float, y2: float, s: float
) -> None:
    def along(a: float, b: float) -> float:
        return 3 * (1 - s) ** 2 * s * a + 3 * (1 - s) * s * s * b + s**3

    shown = cubic_bezier(x1, y1, x2, y2)
    # Where x stands still a step of time is a leap of y; time is compared through a point a little on.
    p = along(x1, x2)
    near = [shown(min(1, max(0, p + step))) for step in (-1e-9, 0, 1e-9)]
    assert min(near) - 1e-2 <= along(y1, y2) <= max(near) + 1e-2


@given(xs, ys, xs, ys)
def test_a_curve_begins_at_exactly_0_and_ends_at_exactly_1(
    x1: float, y1: float, x2: float, y2: float
) -> None:
    curve = cubic_bezier(x1, y1, x2, y2)
    assert (curve(0.0), curve(1.0)) == (0, 1)


@given(st.floats(0, 1))
def test_control_points_on_the_diagonal_are_linear(p: float) -> None:
    assert cubic_bezier(1 / 3, 1 / 3, 2 / 3, 2 / 3)(p) == pytest.approx(p, abs=1e-9)


STEPPED = [
    ("steps(4)", [(0, 0), (0.24, 0), (0.25, 0.25), (0.5, 0.5), (0.99, 0.75), (1, 1)]),
    ("steps(4, end)", [(0, 0), (0.25, 0.25), (1, 1)]),
    ("steps(4, start)", [(0, 0.25), (0.24, 0.25), (0.25, 0.5), (0.75, 1), (1, 1)]),
    ("steps( 1,start )", [(0, 1), (1, 1)]),
]


@pytest.mark.parametrize(("text", "points"), STEPPED)
def test_steps_are_taken_as_in_css(text: str, points: list[tuple[float, float]]) -> None:
    curve = curve_of(text)
    assert [curve(p) for p, _ in points] == [value for _, value in points]


@given(st.integers(1, 10_000), st.data())
def test_a_step_is_taken_exactly_on_its_edge(count: int, data: st.DataObject) -> None:
    step = data.draw(st.integers(0, count))
    assert steps(count, "end")(step / count) == step / count


def test_an_object_says_the_same_as_a_text() -> None:
    texts = [curve_of("cubicBezier(.25, 0.1, 0.25,1)"), curve_of("cubic-bezier(0.25,0.1,0.25,1.0)")]
    written = CubicBezier.model_validate({"cubicBezier": list(EASE)})
    assert {curve(0.3) for curve in (*texts, curve_of(written))} == {cubic_bezier(*EASE)(0.3)}
    assert curve_of(Steps(steps=3, jump="start"))(0.5) == curve_of("steps(3, start)")(0.5)
