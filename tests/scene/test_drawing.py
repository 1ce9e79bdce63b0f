"""Gradients, shadows and points as documents hold them."""

from __future__ import annotations

from typing import Any

import pytest

from scene.colour import Colour
from scene.document import parse_layer
from scene.drawing import gradient_of, shadow_of
from scene.fitting import Fitting
from scene.layers import ShapeLayer
from scene.mistakes import SceneMistakes
from scene.paint import Gradient, Shadow

BLACK, WHITE = {"at": 0, "colour": "#000"}, {"at": 1, "color": "#fff"}


def shape(**fields: Any) -> ShapeLayer:
    layer = parse_layer({"id": "a", "type": "shape", "shape": "polygon", **fields})
    assert isinstance(layer, ShapeLayer)
    return layer


def test_a_gradient_may_be_spelt_either_way() -> None:
    layer = shape(gradient={"angle": -90, "stops": [BLACK, WHITE]})
    assert gradient_of(layer.gradient) == Gradient(
        "linear", ((0.0, Colour(0, 0, 0)), (1.0, Colour(255, 255, 255))), 270
    )


def test_a_shadow_is_as_large_as_the_canvas() -> None:
    layer = shape(shadow={"x": 2, "y": 4, "blur": 8, "color": "#0008"[:4]})
    assert shadow_of(layer.shadow, Fitting(0.5, 0.5, 0, 0)) == Shadow(1, 2, 4, Colour(0, 0, 0))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"points": [[0, 0], [1, 0]]}, "points: has 2 entries; a polygon needs at least 3"),
        ({"points": [[0, 0]]}, "points: has 1 entries; at least 2 are needed"),
        (
            {"points": [[0, 0], [1, 2], [1, 1]]},
            "points[1]: must be a point [x, y]: shares of the box, 0 to 1 each, such as [0.5, 1]",
        ),
        (
            {"gradient": {"stops": [WHITE, BLACK]}},
            "gradient.stops: must not fall from one stop to the next; sort them by at",
        ),
        ({"gradient": {"stops": [WHITE]}}, "gradient.stops: has 1 entries; at least 2 are needed"),
        ({"shadow": {"blur": 500}}, "shadow.blur: must be at most 200.0"),
        ({"corners": 2}, "corners: must be at least 3"),
    ],
)
def test_what_is_wrong_is_told_with_its_path(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(SceneMistakes) as caught:
        shape(**fields)
    assert [str(mistake) for mistake in caught.value.mistakes] == [told]
