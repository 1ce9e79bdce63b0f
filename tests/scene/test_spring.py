"""Springs against a solver of their differential equation, and that they come to rest when they say so."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scene.spring import Spring

SPRINGS = {
    "under-damped": Spring(),
    "stiff": Spring(stiffness=400.0, damping=8.0),
    "thrown": Spring(stiffness=120.0, damping=14.0, velocity=25.0),
    "thrown back": Spring(stiffness=120.0, damping=30.0, velocity=-8.0),
    "critical": Spring(stiffness=100.0, damping=20.0),
    "critical, thrown": Spring(stiffness=64.0, damping=32.0, mass=4.0, velocity=10.0),
    "nearly critical": Spring(stiffness=100.0, damping=20.001),
    "over-damped": Spring(stiffness=100.0, damping=50.0),
    "very over-damped": Spring(stiffness=50.0, damping=500.0, mass=0.1),
    "heavy": Spring(stiffness=20.0, damping=3.0, mass=10.0, velocity=1.0),
}


def solved(spring: Spring, end_s: float, steps: int) -> list[float]:
    """The share of the way gone at even times from 0 to ``end_s``, by Runge and Kutta's classical method."""

    def force(gone: float, speed: float) -> float:
        return (spring.stiffness * (1 - gone) - spring.damping * speed) / spring.mass

    fine = max(1, round(end_s / steps * 20_000))
    h = end_s / steps / fine
    gone, speed, found = 0.0, spring.velocity, [0.0]
    for _ in range(steps):
        for _ in range(fine):
            v1, a1 = speed, force(gone, speed)
            v2, a2 = speed + h / 2 * a1, force(gone + h / 2 * v1, speed + h / 2 * a1)
            v3, a3 = speed + h / 2 * a2, force(gone + h / 2 * v2, speed + h / 2 * a2)
            v4, a4 = speed + h * a3, force(gone + h * v3, speed + h * a3)
            gone += h / 6 * (v1 + 2 * v2 + 2 * v3 + v4)
            speed += h / 6 * (a1 + 2 * a2 + 2 * a3 + a4)
        found.append(gone)
    return found


@pytest.mark.parametrize("name", SPRINGS)
def test_a_spring_moves_as_its_equation_says(name: str) -> None:
    spring = SPRINGS[name]
    duration_s = float(spring.duration_s)
    end_s = min(duration_s, 1.5)
    curve = spring.curve()
    # The very end, where the rest of the way is cut off, is another test's.
    for step, gone in enumerate(solved(spring, end_s, 30)[:-1]):
        assert curve(step / 30 * end_s / duration_s) == pytest.approx(gone, abs=1e-6), step


anything = st.builds(
    Spring,
    stiffness=st.floats(10, 5000),
    damping=st.floats(1, 300),
    mass=st.floats(0.1, 5),
    velocity=st.floats(-100, 100),
)


@settings(max_examples=200)
@given(anything, st.floats(0, 1))
def test_when_its_time_is_over_it_is_at_rest_for_good(spring: Spring, later: float) -> None:
    # A progress beyond 1 is later than its end, which only a test asks for.
    assert spring.curve()(1.001 + later) == pytest.approx(1, abs=1.01e-4)


@given(anything)
def test_it_goes_from_exactly_0_to_exactly_1(spring: Spring) -> None:
    curve = spring.curve()
    assert (curve(0.0), curve(1.0)) == (0, 1)


@given(st.floats(1, 1000), st.floats(0.1, 5), st.floats(-20, 20), st.sampled_from([-1e-4, -1e-6, 1e-6, 1e-4]))
def test_nothing_leaps_where_damping_becomes_critical(
    stiffness: float, mass: float, velocity: float, off: float
) -> None:
    damping = 2 * sqrt(stiffness * mass)
    exactly = Spring(stiffness=stiffness, damping=damping, mass=mass, velocity=velocity)
    nearly = Spring(stiffness=stiffness, damping=damping * (1 + off), mass=mass, velocity=velocity)
    duration_s, nearly_s = float(exactly.duration_s), float(nearly.duration_s)
    assert nearly_s == pytest.approx(duration_s, rel=0.05, abs=0.002)
    scale = 1 + abs(velocity) / sqrt(stiffness / mass)
    for step in range(1, 10):
        time_s = step / 10 * min(duration_s, nearly_s)
        apart = exactly.curve()(time_s / duration_s) - nearly.curve()(time_s / nearly_s)
        assert abs(apart) < 1e-3 * scale


def test_only_less_than_critical_damping_overshoots() -> None:
    highest = {
        damping: max(Spring(stiffness=100.0, damping=damping).curve()(p / 500) for p in range(501))
        for damping in (5.0, 10.0, 20.0, 60.0)
    }
    # The first overshoot of a damping ratio z is exp(-pi z / sqrt(1 - z z)).
    assert highest[5.0] == pytest.approx(1.4443, abs=2e-3)
    assert highest[10.0] == pytest.approx(1.1630, abs=2e-3)
    assert (highest[20.0], highest[60.0]) == (1, 1)


def test_a_spring_of_the_usual_numbers_settles_within_seconds() -> None:
    assert 1.7 < Spring().duration_s < 2
    assert Spring(stiffness=100.0, damping=20.0).duration_s < 1.3
