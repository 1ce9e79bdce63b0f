"""Paths: their length against numeric integration, constant speed along them, and what cannot be read."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise
from math import dist, hypot, pi
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scene.content import LayerState
from scene.document import parse_scene
from scene.outline import Piece, read_path
from scene.route import Route, route_along
from scene.version import SceneVersion

LINES = "M 0 0 L 300 400 h 100 v -50 H 0 V 0 z"
CUBIC = "M 100 100 C 900 0, -300 700, 800 600"
ARC = "M 100 300 A 400 150 30 0 1 700 500"


def integrated(pieces: tuple[Piece, ...]) -> float:
    """The length by Simpson's rule over the speed."""
    total, steps = 0.0, 2000
    for piece in pieces:
        speeds = [hypot(*piece.direction(step / steps)) for step in range(steps + 1)]
        weighted = speeds[0] + speeds[-1] + 4 * sum(speeds[1:-1:2]) + 2 * sum(speeds[2:-1:2])
        total += weighted / steps / 3
    return total


@pytest.mark.parametrize(
    "text", [LINES, CUBIC, ARC, "M 0 0 Q 500 900 1000 0", "M 9 9 c 5 80 7 8 6 6 a 9 9 0 1 1 4 4"]
)
def test_a_path_is_as_long_as_the_integral_of_its_speed(text: str) -> None:
    assert Route(read_path(text)).length_px == pytest.approx(integrated(read_path(text)), rel=1e-4, abs=0.1)


def test_known_lengths() -> None:
    assert route_along(LINES).length_px == pytest.approx(500 + 100 + 50 + 400 + 350)
    assert route_along("M 0 0 A 100 100 0 0 1 200 0").length_px == pytest.approx(100 * pi, rel=1e-4)
    assert route_along(((0, 0), (30, 40), (30, 50))).length_px == 60


@pytest.mark.parametrize("text", [CUBIC, ARC, LINES])
def test_the_speed_along_a_path_is_constant(text: str) -> None:
    route = route_along(text)
    places = [(route.x(step / 5000), route.y(step / 5000)) for step in range(5001)]
    for a, b in pairwise(places):
        # Shorter only where a corner is cut.
        assert dist(a, b) <= route.length_px / 5000 * 1.001
    assert sum(dist(a, b) for a, b in pairwise(places)) == pytest.approx(route.length_px, rel=2e-3)


ARCS = [
    # flags: which of the four arcs of two circles of radius 100 through both ends, by the middle of its way
    ((False, True), (100, -100)),
    ((False, False), (100, 100)),
]


@pytest.mark.parametrize(("flags", "middle"), ARCS)
def test_an_arcs_flags_choose_its_side(flags: tuple[bool, bool], middle: tuple[float, float]) -> None:
    large, sweep = (int(flag) for flag in flags)
    route = route_along(f"M 0 0 A 100 100 0 {large} {sweep} 200 0")
    assert (route.x(0.5), route.y(0.5)) == pytest.approx(middle, abs=0.05)
    three_quarters = route_along(f"M 100 0 A 100 100 0 1 {sweep} 0 {100 if sweep else -100}")
    assert three_quarters.length_px in (
        pytest.approx(150 * pi, rel=1e-4),
        pytest.approx(50 * pi, rel=1e-4),
    )


def test_it_begins_and_ends_at_its_ends_and_an_overshoot_goes_straight_on() -> None:
    route = route_along("M 10 20 H 110")
    assert [(route.x(p), route.y(p)) for p in (0, 0.5, 1)] == [(10, 20), (60, 20), (110, 20)]
    assert (route.x(1.2), route.y(1.2)) == pytest.approx((130, 20))
    assert route.x(-0.1) == pytest.approx(0)


def test_a_closed_path_goes_on_and_on() -> None:
    route = route_along("M 0 0 H 100 V 100 H 0 Z")
    assert (route.x(1.125), route.y(1.125)) == pytest.approx((50, 0))


def test_a_direction_turns_smoothly_along_a_curve() -> None:
    route = route_along("M 0 0 A 100 100 0 0 1 200 0")
    assert [route.heading_deg(p) for p in (0, 0.25, 0.5, 1)] == pytest.approx([-90, -45, 0, 90], abs=0.2)


@given(
    st.lists(st.tuples(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5)), min_size=2, max_size=9), st.floats(0, 1)
)
def test_a_place_lies_among_its_points(points: list[tuple[float, float]], share: float) -> None:
    route = route_along(tuple(points))
    xs, ys = [x for x, _ in points], [y for _, y in points]
    assert min(xs) - 1e-5 <= route.x(share) <= max(xs) + 1e-5
    assert min(ys) - 1e-5 <= route.y(share) <= max(ys) + 1e-5


REFUSED = [
    ("", 'leads nowhere; write for example "M 100 100 L 500 300"'),
    ("M 5 5", 'leads nowhere; write for example "M 100 100 L 500 300"'),
    ("L 5 5", "must begin with M, which says where"),
    ("5 5", "has a number without a command at character 1"),
    ("M 0 0 S 1 2 3 4", "cannot be read at character 7; use M, L, H, V, C, Q, A, Z and numbers only"),
    ("M 0 0 C 1 2 3", "gives C 3 numbers; it takes 6"),
    ("M 0 0 L 1 1 M 5 5 L 6 6", "has a second M; a layer cannot jump along one path"),
    ("M 0 0 L 1e6 1", "leaves the 100000 pixels around the viewport"),
    ("M 0 0" + "h1" * 201, "has more than 200 pieces; leave some out"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_what_cannot_be_read_is_said(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        read_path(text)


@given(st.text("MLHVCQAZmlhvcqaz0123456789.-+eE, ", max_size=40))
def test_any_text_is_a_path_or_refused(text: str) -> None:
    try:
        route = Route(read_path(text))
    except ValueError:
        return
    assert abs(route.x(0.3)) < 1e6


def moved(time_s: float, **animation: Any) -> LayerState:
    """A square that follows a path for 2 s."""
    follow = {"property": "position", "path": "M 0 0 H 100 V 100", "duration": 2, "start": 0, **animation}
    square = {"id": "a", "type": "shape", "shape": "rectangle", "rotation": 10, "animations": [follow]}
    version = SceneVersion(1, parse_scene({"layers": [square]}, max_layers=1), {}, (1920, 1080))
    shown = version.layers[0].at(0, Fraction(repr(time_s)))
    assert shown is not None
    return shown


def test_a_layer_follows_its_path_and_turns_with_it_when_asked_to() -> None:
    assert [(moved(t).x, moved(t).y) for t in (0, 0.5, 1.5, 2, 9)] == [(0, 0), (50, 0), (100, 50)] + [
        (100, 100)
    ] * 2
    assert [moved(t, orient=True).rotation_deg for t in (0.5, 1.5)] == [10, 100]
    assert moved(1.5).rotation_deg == 10
