"""Easing curves against the formulas that everybody publishes, and their symmetries."""

from __future__ import annotations

from math import cos, pi, sin, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scene.easing import EASINGS, Curve

FAMILIES = ("Quad", "Cubic", "Quart", "Quint", "Sine", "Expo", "Circ", "Back", "Bounce", "Elastic")
C1 = 1.70158
C2 = C1 * 1.525


def out_bounce(x: float) -> float:
    """As published: four branches."""
    n, d = 7.5625, 2.75
    if x < 1 / d:
        return n * x * x
    if x < 2 / d:
        return n * (x - 1.5 / d) ** 2 + 0.75
    if x < 2.5 / d:
        return n * (x - 2.25 / d) ** 2 + 0.9375
    return n * (x - 2.625 / d) ** 2 + 0.984375


PUBLISHED: dict[str, Curve] = {
    "linear": lambda x: x,
    "easeInQuad": lambda x: x * x,
    "easeOutQuad": lambda x: 1 - (1 - x) ** 2,
    "easeInOutQuad": lambda x: 2 * x * x if x < 0.5 else 1 - (-2 * x + 2) ** 2 / 2,
    "easeInCubic": lambda x: x**3,
    "easeOutCubic": lambda x: 1 - (1 - x) ** 3,
    "easeInOutCubic": lambda x: 4 * x**3 if x < 0.5 else 1 - (-2 * x + 2) ** 3 / 2,
    "easeInQuart": lambda x: x**4,
    "easeOutQuart": lambda x: 1 - (1 - x) ** 4,
    "easeInOutQuart": lambda x: 8 * x**4 if x < 0.5 else 1 - (-2 * x + 2) ** 4 / 2,
    "easeInQuint": lambda x: x**5,
    "easeOutQuint": lambda x: 1 - (1 - x) ** 5,
    "easeInOutQuint": lambda x: 16 * x**5 if x < 0.5 else 1 - (-2 * x + 2) ** 5 / 2,
    "easeInSine": lambda x: 1 - cos(x * pi / 2),
    "easeOutSine": lambda x: sin(x * pi / 2),
    "easeInOutSine": lambda x: -(cos(pi * x) - 1) / 2,
    "easeInExpo": lambda x: 0 if x == 0 else 2 ** (10 * x - 10),
    "easeOutExpo": lambda x: 1 if x == 1 else 1 - 2 ** (-10 * x),
    "easeInOutExpo": lambda x: (
        x if x in (0, 1) else 2 ** (20 * x - 10) / 2 if x < 0.5 else (2 - 2 ** (-20 * x + 10)) / 2
    ),
    "easeInCirc": lambda x: 1 - sqrt(1 - x**2),
    "easeOutCirc": lambda x: sqrt(1 - (x - 1) ** 2),
    "easeInOutCirc": lambda x: (
        (1 - sqrt(1 - (2 * x) ** 2)) / 2 if x < 0.5 else (sqrt(1 - (-2 * x + 2) ** 2) + 1) / 2
    ),
    "easeInBack": lambda x: (C1 + 1) * x**3 - C1 * x * x,
    "easeOutBack": lambda x: 1 + (C1 + 1) * (x - 1) ** 3 + C1 * (x - 1) ** 2,
    "easeInOutBack": lambda x: (
        (2 * x) ** 2 * ((C2 + 1) * 2 * x - C2) / 2
        if x < 0.5
        else ((2 * x - 2) ** 2 * ((C2 + 1) * (x * 2 - 2) + C2) + 2) / 2
    ),
    "easeOutBounce": out_bounce,
    "easeInBounce": lambda x: 1 - out_bounce(1 - x),
    "easeInOutBounce": lambda x: (
        (1 - out_bounce(1 - 2 * x)) / 2 if x < 0.5 else (1 + out_bounce(2 * x - 1)) / 2
    ),
    "easeInElastic": lambda x: (
        x if x in (0, 1) else -(2 ** (10 * x - 10)) * sin((x * 10 - 10.75) * 2 * pi / 3)
    ),
    "easeOutElastic": lambda x: x if x in (0, 1) else 2 ** (-10 * x) * sin((x * 10 - 0.75) * 2 * pi / 3) + 1,
    "easeInOutElastic": lambda x: (
        x
        if x in (0, 1)
        else -(2 ** (20 * x - 10) * sin((20 * x - 11.125) * 2 * pi / 4.5)) / 2
        if x < 0.5
        else 2 ** (-20 * x + 10) * sin((20 * x - 11.125) * 2 * pi / 4.5) / 2 + 1
    ),
}


def test_every_curve_is_published() -> None:
    assert PUBLISHED.keys() == EASINGS.keys()


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_curve_is_the_published_one(name: str) -> None:
    for step in range(1001):
        p = step / 1000
        assert EASINGS[name](p) == pytest.approx(PUBLISHED[name](p), abs=1e-9), p


def test_every_family_comes_as_in_out_and_in_out() -> None:
    expected = {f"ease{way}{family}" for way in ("In", "Out", "InOut") for family in FAMILIES}
    assert set(EASINGS) == expected | {"linear"}


@pytest.mark.parametrize("name", EASINGS)
def test_a_curve_goes_from_exactly_0_to_exactly_1(name: str) -> None:
    assert (EASINGS[name](0.0), EASINGS[name](1.0)) == (0.0, 1.0)


@given(st.floats(1e-6, 1 - 1e-6), st.sampled_from(FAMILIES))
def test_out_is_in_backwards_and_in_out_its_own_reflection(p: float, family: str) -> None:
    assert EASINGS[f"easeOut{family}"](p) == pytest.approx(1 - EASINGS[f"easeIn{family}"](1 - p), abs=1e-9)
    both = EASINGS[f"easeInOut{family}"]
    assert both(p) == pytest.approx(1 - both(1 - p), abs=1e-9)


@given(st.floats(0, 1), st.sampled_from(sorted(EASINGS)))
def test_only_back_and_elastic_overshoot(p: float, name: str) -> None:
    slack = 0.4 if name.endswith(("Back", "Elastic")) else 1e-9
    assert -slack <= EASINGS[name](p) <= 1 + slack
