"""What scenes are estimated to cost: more for what is larger, moves or has effects; little when still."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from scene.complexity import MAX_NAMED, Complexity, complexity
from scene.document import Scene, parse_scene
from tests.scene.strategies.documents import scenes

HD, RATE = (1920, 1080), Fraction(30)
STILL = {"type": "shape", "shape": "ellipse", "fill": "#ffffff", "size": {"width": 400, "height": 300}}
SLIDES = {"animations": [{"property": "position.x", "from": 0, "to": 900, "duration": 9, "loop": True}]}
GROWS = {"animations": [{"property": "size.width", "from": 100, "to": 800, "duration": 9, "loop": True}]}
TURNS = {"animations": [{"property": "rotation", "from": 0, "to": 360, "duration": 9, "loop": True}]}
BLURS = {
    "effects": [{"type": "blur", "radius": 5}],
    "animations": [{"property": "effects[0].radius", "from": 1, "to": 30, "duration": 9, "loop": True}],
}


def cost(*layers: dict[str, Any], canvas: tuple[int, int] = HD, rate: Fraction = RATE) -> Complexity:
    named = [{"id": f"layer{index}", **layer} for index, layer in enumerate(layers)]
    document = {"viewport": {"width": 1920, "height": 1080}, "background": "#000000", "layers": named}
    return complexity(parse_scene(document, max_layers=100), canvas, rate)


def test_what_stands_still_costs_next_to_nothing() -> None:
    still = cost(*[STILL] * 100)
    assert still.changed == 0
    assert still.frame_ms < 0.5
    assert still.whole_ms > still.frame_ms
    assert still.opening_ms > still.whole_ms


@pytest.mark.parametrize(
    ("motion", "reason"),
    [
        (SLIDES, "moves"),
        (GROWS, "is painted anew while it changes"),
        (TURNS, "turns"),
        (BLURS, "has effects that change"),
    ],
)
def test_what_moves_costs_more_and_is_named(motion: dict[str, Any], reason: str) -> None:
    found = cost(STILL, {**STILL, **motion}, STILL)
    assert found.frame_ms > cost(STILL, STILL, STILL).frame_ms
    assert (found.layers[0].id, found.layers[0].reason) == ("layer1", reason)
    assert found.peak_ms >= found.frame_ms


def test_a_picture_that_only_moves_is_not_painted_anew() -> None:
    assert cost({**STILL, **SLIDES}).frame_ms < cost({**STILL, **GROWS}).frame_ms


@pytest.mark.parametrize(
    "more",
    [
        {"size": {"width": 1600, "height": 900}},
        {"blend": "multiply"},
        {"shadow": {"colour": "#000000"}},
        {"effects": [{"type": "glow"}]},
        {"rotation": 30},
    ],
)
def test_larger_and_richer_layers_cost_more(more: dict[str, Any]) -> None:
    assert cost({**STILL, **GROWS, **more}).opening_ms > cost({**STILL, **GROWS}).opening_ms


def test_fewer_pixels_and_frames_cost_less() -> None:
    large, small = cost({**STILL, **GROWS}), cost({**STILL, **GROWS}, canvas=(640, 360))
    assert small.frame_ms < large.frame_ms / 3
    assert cost({**STILL, **GROWS}, rate=Fraction(60)).score > large.score


def test_the_score_is_percent_of_a_core() -> None:
    found = cost({**STILL, **GROWS})
    assert found.score == pytest.approx(found.frame_ms * 30 / 10, abs=0.1)


@pytest.mark.parametrize(
    "layer",
    [
        {"type": "text", "text": "so many words " * 9, "fontSize": 40, "size": {"width": 300}, "maxLines": 3},
        {"type": "text", "text": "one", "size": {"height": 90}, "background": {"colour": "#000000"}},
        {"type": "image", "asset": "a", "size": {"width": 300}},
        {"type": "image", "asset": "a", "size": {"height": 300}},
        {"type": "card", "title": "x", "lines": ["y"], "state": "live"},
        {"type": "frame_number", "bits": 8, "cell": 9},
        {"type": "svg", "svg": "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'/>"},
        {"type": "colour", "colour": "#ffffff"},
    ],
)
def test_every_kind_of_layer_has_its_price(layer: dict[str, Any]) -> None:
    found = cost(layer)
    assert found.layers[0].ms > 0
    assert found.opening_ms > cost().opening_ms


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scenes())
def test_any_scene_can_be_estimated(scene: Scene) -> None:
    found = complexity(scene, (640, 360), RATE)
    assert 0 <= found.frame_ms <= found.peak_ms < 1e6
    assert 0 <= found.changed <= 1
    assert len(found.layers) <= MAX_NAMED
    assert found == complexity(scene, (640, 360), RATE)
