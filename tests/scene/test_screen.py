"""From the scene to the screen and back, and what lies under a point."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scene.content import LayerState
from scene.document import parse_scene
from scene.fitting import fit_viewport
from scene.screen import LayerBox, Point, box_of, from_screen, hits, to_screen
from scene.sizes import Size, size_of
from scene.state import SceneState, scene_at
from scene.time import Segment
from scene.version import SceneVersion
from scene.viewport import Viewport
from tests.scene.strategies.basics import canvases
from tests.scene.strategies.documents import viewports

PRECISION = 1 / 32
SQUARE = {"type": "shape", "shape": "rectangle", "size": {"width": 100, "height": 100}}

points = st.tuples(st.floats(-3000, 6000), st.floats(-3000, 6000)).map(lambda pair: Point(*pair))

sides = st.floats(1, 4000)
shares = st.floats(0, 1)


def state(*layers: dict[str, Any], canvas: tuple[int, int] = (800, 600)) -> SceneState:
    viewport = {"width": 800, "height": 600}
    scene = parse_scene({"viewport": viewport, "layers": list(layers)}, max_layers=50)
    version = SceneVersion(1, scene, {1: Fraction(0)}, canvas)
    return scene_at(version, 0, Segment(0, 1, Fraction(0), Fraction(1)), Fraction(30))


def only(**fields: Any) -> LayerState:
    [layer] = state({"id": "a", **fields}).layers
    return layer


def found(shown: SceneState, x: float, y: float) -> list[str]:
    return [hit.layer.id for hit in hits(shown, Point(x, y), lambda layer: size_of(layer, lambda _: None))]


def near(a: Point, b: Point, precision: float = PRECISION) -> bool:
    return math.dist(a, b) <= precision


@given(viewports.map(Viewport.model_validate), canvases, points)
def test_from_the_screen_and_to_it_is_the_same_point(
    viewport: Viewport, canvas: tuple[int, int], point: Point
) -> None:
    fitting = fit_viewport(viewport.size, canvas, viewport.fit)
    assert near(to_screen(fitting, from_screen(fitting, point)), point)
    back = from_screen(fitting, to_screen(fitting, point))
    # A canvas px may be several viewport px.
    assert near(back, point, PRECISION / min(fitting.scale_x, fitting.scale_y) + 1e-6)


@given(
    points, st.tuples(sides, sides), st.tuples(st.floats(0, 1), st.floats(0, 1)), st.floats(0, 360), points
)
def test_into_a_layer_and_out_of_it_is_the_same_point(
    anchor: Point, size: tuple[float, float], share: tuple[float, float], degrees: float, point: Point
) -> None:
    width, height = size
    box = LayerBox(anchor, Point(share[0] * width, share[1] * height), width, height, degrees)
    assert near(box.to_screen(box.from_screen(point)), point)
    assert near(box.from_screen(box.to_screen(point)), point)
    assert near(box.to_screen(box.corner), anchor)
    upper_left, upper_right, lower_right, _ = box.corners()
    assert math.isclose(math.dist(upper_left, upper_right), width, abs_tol=PRECISION)
    assert math.isclose(math.dist(upper_right, lower_right), height, abs_tol=PRECISION)


def test_a_layer_turns_clockwise_around_its_anchor() -> None:
    place = {"position": {"x": 300, "y": 200}, "anchor": {"x": 0.5, "y": 0.5}, "rotation": 90}
    layer = only(**SQUARE, **place)
    box = box_of(layer, Size(100, 50))
    assert [(round(x), round(y)) for x, y in box.corners()] == [
        (325, 150),
        (325, 250),
        (275, 250),
        (275, 150),
    ]


def test_hits_come_topmost_first_and_end_at_the_edges() -> None:
    shown = state(
        {"id": "ground", "type": "colour", "colour": "#000"},
        {"id": "high", **SQUARE, "position": {"x": 50, "y": 50}, "zIndex": 2},
        {"id": "low", **SQUARE, "position": {"x": 100, "y": 50}},
        {"id": "off", **SQUARE, "visible": False},
    )
    assert found(shown, 120, 60) == ["high", "low", "ground"]
    assert found(shown, 150, 60) == ["low", "ground"]
    assert found(shown, 49.9, 60) == ["ground"]
    assert found(shown, -1, 60) == []


def test_a_turned_layer_is_hit_where_it_shows() -> None:
    turned = {**SQUARE, "position": {"x": 300, "y": 300}, "anchor": {"x": 0.5, "y": 0.5}, "rotation": 45}
    shown = state({"id": "diamond", **turned})
    assert found(shown, 300, 235) == ["diamond"]
    assert found(shown, 255, 255) == []


def test_what_a_crop_took_is_not_hit() -> None:
    shown = state({"id": "a", **SQUARE, "crop": {"left": 30, "bottom": 20}})
    assert [found(shown, x, y) for x, y in ((29, 10), (31, 10), (31, 79), (31, 81))] == [[], ["a"], ["a"], []]


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        (SQUARE, Size(100, 100)),
        ({"type": "frame_number", "bits": 4, "cell": 10}, Size(80, 10)),
        (
            {"type": "svg", "svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"></svg>'},
            Size(40, 20),
        ),
        ({"type": "image", "asset": "x"}, Size(64, 32)),
        ({"type": "image", "asset": "x", "size": {"width": 100}}, Size(100, 50)),
        ({"type": "image", "asset": "x", "size": {"height": 100}}, Size(200, 100)),
        ({"type": "text", "text": "four", "fontSize": 100}, Size(220, 120, guessed=True)),
        ({"type": "text", "text": "a\nbb", "fontSize": 100}, Size(110, 240, guessed=True)),
        (
            {"type": "text", "text": "a" * 10, "fontSize": 100, "size": {"width": 300}},
            Size(300, 240, guessed=True),
        ),
        (
            {"type": "text", "text": "a" * 10, "fontSize": 100, "size": {"width": 300}, "maxLines": 1},
            Size(300, 120, guessed=True),
        ),
    ],
)
def test_sizes_are_known_or_guessed(fields: dict[str, Any], size: Size) -> None:
    made = size_of(only(**fields), lambda _layer: (64.0, 32.0))
    assert made == pytest.approx(size)
    assert made.guessed is size.guessed


def test_a_picture_of_which_nothing_is_known_is_guessed() -> None:
    assert size_of(only(type="image", asset="x"), lambda _layer: None) == Size(640, 360, guessed=True)


@given(canvases)
def test_hits_follow_the_canvas(canvas: tuple[int, int]) -> None:
    assume(min(canvas) >= 64)
    shown = state({"id": "a", **SQUARE, "position": {"x": 350, "y": 250}}, canvas=canvas)
    assert found(shown, canvas[0] / 2, canvas[1] / 2) == ["a"]
