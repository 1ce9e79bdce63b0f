"""Scene documents: what comes back, and what the schema says of them."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from pydantic import TypeAdapter

from scene.document import Scene, parse_scene
from scene.layers import ColourLayer, ShapeLayer, TextLayer
from tests.scene.refusals import KINDS, TEXT
from tests.scene.strategies.documents import documents
from tests.scene.strategies.layers import layers


def test_an_empty_document_is_a_black_full_hd_scene() -> None:
    scene = parse_scene({}, max_layers=1)
    assert scene.to_json() == {
        "viewport": {"width": 1920, "height": 1080, "fit": "contain"},
        "background": "#000000",
        "data": {},
        "layout": {"type": "free", "gap": 16.0, "margin": 16.0, "within": "viewport"},
        "layoutTransition": {"duration": 0.6, "easing": "easeInOutCubic"},
        "layers": [],
        "timelines": [],
        "triggers": [],
        "variants": {},
    }


def test_color_is_understood_as_colour() -> None:
    data = {"layers": [{"id": "a", "type": "color", "color": "#123456"}, {**TEXT, "color": "#fff"}]}
    ground, text = parse_scene(data, max_layers=2).layers
    assert isinstance(ground, ColourLayer)
    assert isinstance(text, TextLayer)
    assert (ground.type, ground.colour, text.colour) == ("colour", "#123456", "#fff")
    assert data["layers"][0]["type"] == "color", "what the caller passed in is not changed"


def test_a_side_without_a_value_may_be_animated_where_the_layer_fills_the_viewport() -> None:
    shape = {"id": "s", "type": "shape", "shape": "circle"}
    grow = {"property": "size.width", "to": 5, "duration": 1}
    (layer,) = parse_scene({"layers": [{**shape, "animations": [grow]}]}, max_layers=1).layers
    assert isinstance(layer, ShapeLayer)
    assert layer.animations[0].from_ is None


@given(documents())
def test_a_document_comes_back_equal(document: dict[str, Any]) -> None:
    scene = parse_scene(document, max_layers=5)
    written = scene.to_json()
    again = parse_scene(json.loads(json.dumps(written, allow_nan=False)), max_layers=5)
    assert again == scene
    assert again.to_json() == written


@given(layers())
def test_what_was_written_stands_in_the_document_with_the_defaults_beside_it(layer: dict[str, Any]) -> None:
    (written,) = parse_scene({"layers": [layer]}, max_layers=1).to_json()["layers"]
    assert stands(layer, written)
    assert len(written["animations"]) == len(layer.get("animations", []))


def stands(value: Any, written: Any) -> bool:
    """Whether ``value`` is in ``written``, which may have more fields, and one number for two."""
    if isinstance(value, int | float) and isinstance(written, dict):
        return all(number == value for number in written.values())
    if isinstance(value, dict):
        return all(stands(inner, written[name]) for name, inner in value.items())
    if isinstance(value, list) and len(value) == len(written):
        return all(map(stands, value, written))
    return bool(value == written)


def test_the_json_schema_names_every_kind_of_layer() -> None:
    schema = TypeAdapter(Scene).json_schema(by_alias=True)
    mapping = schema["properties"]["layers"]["items"]["discriminator"]["mapping"]
    assert set(mapping) == set(KINDS)
    easing = schema["$defs"]["TextAnimation"]["properties"]["easing"]["anyOf"]
    assert "easeOutBounce" in easing[0]["anyOf"][0]["enum"]
    assert "fontSize" in schema["$defs"]["TextLayer"]["properties"]


def test_the_json_schema_says_what_every_field_means() -> None:
    schema = TypeAdapter(Scene).json_schema(by_alias=True)
    silent = [
        f"{model}.{field}"
        for model, described in {**schema["$defs"], "Scene": schema}.items()
        for field, about in described.get("properties", {}).items()
        if field not in {"type", "animations"} and not about.get("description")
    ]
    assert not silent, f"write a docstring below each of these fields: {silent}"
