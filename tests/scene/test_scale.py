"""Layers that are drawn larger or smaller than they are: all that belongs to them grows with them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from scene.content import LayerState, ShapeContent, TextContent
from scene.document import parse_scene
from scene.edits import change_layer
from scene.mistakes import SceneMistakes
from scene.state import scene_at
from scene.time import Segment
from scene.version import SceneVersion

CARD: dict[str, Any] = {
    "id": "card",
    "type": "shape",
    "shape": "rectangle",
    "radius": 10,
    "stroke": "#ffffff",
    "strokeWidth": 4,
    "position": {"x": 400, "y": 300},
    "anchor": {"x": 0.5, "y": 0.5},
    "size": {"width": 200, "height": 100},
    "effects": [{"type": "blur", "radius": 8}],
}
TEXT: dict[str, Any] = {"id": "t", "type": "text", "text": "Hello", "fontSize": 40}
GROW = {"property": "scale", "from": 1, "to": 3, "duration": 2, "start": 0}


def shown(layer: dict[str, Any], at_s: float = 0.0) -> LayerState | None:
    """What the one layer of a scene shows, on a canvas of its viewport's size."""
    scene = parse_scene({"layers": [layer]}, max_layers=1)
    version = SceneVersion(1, scene, {1: Fraction(0)}, (1920, 1080))
    states = scene_at(version, round(at_s * 30), Segment(0, 1, Fraction(0), Fraction(1)), Fraction(30)).layers
    return states[0] if states else None


def seen(layer: dict[str, Any], at_s: float = 0.0) -> LayerState:
    state = shown(layer, at_s)
    assert state is not None
    return state


def test_a_layer_grows_around_its_anchor_with_all_that_belongs_to_it() -> None:
    once, twice = seen(CARD), seen({**CARD, "scale": 2})
    assert (twice.x, twice.y, twice.anchor_x) == (once.x, once.y, once.anchor_x)
    assert (twice.width, twice.height) == (400, 200)
    assert isinstance(twice.content, ShapeContent)
    assert (twice.content.radius, twice.content.stroke_width) == (20, 8)
    assert twice.finish == seen({**CARD, "effects": [{"type": "blur", "radius": 16}]}).finish


def test_twice_the_size_is_what_a_document_with_doubled_numbers_shows() -> None:
    doubled = {**CARD, "radius": 20, "strokeWidth": 8, "size": {"width": 400, "height": 200}}
    doubled["effects"] = [{"type": "blur", "radius": 16}]
    assert seen({**CARD, "scale": 2}) == seen(doubled)


def test_letters_are_set_larger_and_not_blown_up() -> None:
    content = seen({**TEXT, "scale": 1.5}).content
    assert isinstance(content, TextContent)
    assert content.font_size == 60


def test_each_direction_may_have_its_own_scale_and_strokes_keep_their_proportions() -> None:
    wide = seen({**CARD, "scale": {"x": 3, "y": 0.5}})
    assert (wide.width, wide.height) == (600, 50)
    assert isinstance(wide.content, ShapeContent)
    assert wide.content.stroke_width == 2


@pytest.mark.parametrize("scale", [0, {"x": 0}, {"y": 0}])
def test_a_layer_of_no_size_is_not_there(scale: object) -> None:
    assert shown({**CARD, "scale": scale}) is None
    assert shown({**TEXT, "scale": scale}) is None


def test_scale_moves_both_directions_alike_or_one_alone() -> None:
    both = seen({**CARD, "animations": [GROW]}, 1)
    tall = seen({**CARD, "animations": [{**GROW, "property": "scale.y"}]}, 1)
    assert [(state.width, state.height) for state in (both, tall)] == [(400, 200), (200, 200)]


def test_a_growing_text_is_set_anew_at_each_size() -> None:
    sizes = [seen({**TEXT, "animations": [GROW]}, at_s).content for at_s in (0, 0.5, 1, 2, 3)]
    assert [text.font_size for text in sizes if isinstance(text, TextContent)] == [40, 60, 80, 120, 120]


def test_a_scale_is_changed_and_merged_like_any_field() -> None:
    scene = parse_scene({"layers": [CARD]}, max_layers=1)
    once = change_layer(scene, "card", {"scale": 2})
    assert once.layers[0].scale.x == once.layers[0].scale.y == 2
    assert change_layer(once, "card", {"scale": {"y": 3}}).layers[0].scale.x == 2


@pytest.mark.parametrize("scale", [-1, 21, {"x": "2"}, {"y": -0.1}, "2", None, True])
def test_a_scale_that_makes_no_sense_is_refused_at_its_place(scale: object) -> None:
    with pytest.raises(SceneMistakes) as refused:
        parse_scene({"layers": [{**CARD, "scale": scale}]}, max_layers=1)
    assert all(mistake.path.startswith("layers[0].scale") for mistake in refused.value.mistakes)
