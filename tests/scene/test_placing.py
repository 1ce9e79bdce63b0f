"""A layer is put where somebody points, in the units of its document."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scene.document import Scene, parse_scene
from scene.fields import Origin, Within
from scene.mistakes import Mistake, SceneMistakes, UnknownLayer
from scene.placing import placed_at
from scene.screen import Point
from scene.state import scene_at
from scene.time import Segment
from scene.version import SceneVersion
from scene.viewport import ViewportFit
from tests.scene.strategies.basics import canvases

BOX = {"id": "a", "type": "shape", "shape": "rectangle", "size": {"width": 100, "height": 100}}
VIEWPORT = {"width": 1000, "height": 500, "safeArea": {"left": 100, "top": "10%"}}


def scene(layout: str = "free", **layer: Any) -> Scene:
    document = {"viewport": VIEWPORT, "layout": {"type": layout}, "layers": [{**BOX, **layer}]}
    return parse_scene(document, max_layers=1)


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        ({"x": 5, "y": 5}, (400, 200)),
        ({"x": "5%", "y": 5}, ("40.000%", 200)),
        ({"x": -5, "y": "5%", "origin": "bottomRight"}, (-600, "-60.000%")),
    ],
)
def test_a_place_keeps_its_units_and_its_origin(position: dict[str, Any], expected: object) -> None:
    [layer] = placed_at(scene(position=position), "a", (500, 250), Point(200, 100)).layers
    assert (layer.position.x, layer.position.y) == expected
    assert layer.position.origin == position.get("origin", "topLeft")


@given(
    st.sampled_from(["contain", "cover", "stretch"]),
    st.sampled_from(["viewport", "safe"]),
    st.sampled_from(["topLeft", "center", "bottomRight"]),
    canvases,
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_it_is_shown_where_it_was_put(
    fit: ViewportFit, within: Within, origin: Origin, canvas: tuple[int, int], share: tuple[float, float]
) -> None:
    assume(max(canvas) < 8 * min(canvas))  # or the place is beyond what a document may say
    layer = {**BOX, "within": within, "position": {"x": "1%", "y": 1, "origin": origin}}
    document = {"viewport": {**VIEWPORT, "fit": fit}, "layers": [layer]}
    point = Point(share[0] * canvas[0], share[1] * canvas[1])
    placed = placed_at(parse_scene(document, max_layers=1), "a", canvas, point)
    version = SceneVersion(1, placed, {}, canvas)
    [shown] = scene_at(version, 0, Segment(0, 1, Fraction(0), Fraction(0)), Fraction(30)).layers
    assert abs(shown.x - point.x) < 0.06
    assert abs(shown.y - point.y) < 0.06


def test_a_place_beyond_all_bounds_is_the_last_one_inside() -> None:
    far = Point(100_000, -100_000)
    [layer] = placed_at(scene(position={"x": "1%", "y": 1}), "a", (16, 16), far).layers
    assert (layer.position.x, layer.position.y) == ("1000.000%", -100_000)


@pytest.mark.parametrize(
    ("layer", "mistake"),
    [
        (
            {"slot": "main"},
            Mistake("slot", "lets the grid layout say where it lies; take it out of its slot first"),
        ),
        (
            {"animations": [{"property": "position.y", "to": 9, "duration": 1}]},
            Mistake("animations[0]", "moves the layer; change that, or remove it first"),
        ),
    ],
)
def test_what_something_else_places_is_left_to_that(layer: dict[str, Any], mistake: Mistake) -> None:
    with pytest.raises(SceneMistakes) as caught:
        placed_at(scene("grid", **layer), "a", (100, 50), Point(1, 1))
    assert caught.value.mistakes == [mistake]


def test_a_layer_that_there_is_not_cannot_be_placed() -> None:
    with pytest.raises(UnknownLayer):
        placed_at(scene(), "b", (100, 50), Point(1, 1))
