"""What is wrong in a scene document is named with its path and what to do: the scene and its layers."""

from __future__ import annotations

import pytest

from scene.document import parse_scene
from scene.mistakes import SceneMistakes
from tests.scene.refusals import KINDS, MOVE, TEXT, mistakes, scene_with

A_DATUM = (
    "must be a number up to 1e+15 either way, or a text of at most 2000 characters without control characters"
)

A_FORMAT = (
    'must be such as "f" (1235), ".2f" (1234.50), ",.2f" (1,234.50), "+f" (+5), "03f" (007), ".1%" '
    '(12.5%), "m:ss", "mm:ss", "h:mm:ss" or "hh:mm:ss" (of seconds)'
)

MISTAKES: list[tuple[object, str, str]] = [
    # the scene
    ({"data": []}, "data", "must be an object with fields"),
    ({"data": {"bid": True}}, "data.bid", A_DATUM),
    ({"data": {"bid": 2e15}}, "data.bid", A_DATUM),
    ({"data": {"bid": 2 * 10**15}}, "data.bid", A_DATUM),
    ({"data": {"bid": None}}, "data.bid", A_DATUM),
    ({"data": {"name": "a\u0007"}}, "data.name", A_DATUM),
    ({"data": {"name": "x" * 2001}}, "data.name", A_DATUM),
    (
        {"data": {"my bid": 1}},
        "data",
        "has a name, 'my bid', that is not 1 to 64 letters, digits or any of _ . -",
    ),
    (
        {"data": {f"n{i}": "x" * 2000 for i in range(26)}},
        "data",
        "has 52000 characters in all; at most 50000 are allowed",
    ),
    (
        {"data": {f"n{i}": 1 for i in range(201)}},
        "data",
        "has 201 values; at most 200 are allowed",
    ),
    (
        scene_with(text="{data.bid:.2}"),
        "layers[0].text",
        f"has {{data.bid:.2}}, whose format {A_FORMAT}",
    ),
    ([], ".", "must be an object with fields"),
    (None, ".", "must be an object with fields"),
    ({"layer": []}, "layer", "is not a field that exists here; remove it"),
    ({"layers": {}}, "layers", "must be a list"),
    ({"layers": [7]}, "layers[0]", "must be an object with fields"),
    ({"background": "black"}, "background", 'must be a colour such as "#f80", "#ff8800" or "#ff880080"'),
    ({"background": "#ff88001"}, "background", 'must be a colour such as "#f80", "#ff8800" or "#ff880080"'),
    ({"background": 0}, "background", "must be a text in quotes"),
    ({"viewport": {"width": 15}}, "viewport.width", "must be at least 16"),
    ({"viewport": {"height": 8193}}, "viewport.height", "must be at most 8192"),
    ({"viewport": {"height": 10**400}}, "viewport.height", "must be at most 8192"),
    ({"viewport": {"width": 640.5}}, "viewport.width", "must be a whole number"),
    # any layer
    ({"layers": [{"id": "a"}]}, "layers[0].type", "is required; add it"),
    (
        {"layers": [{"id": "a", "type": "video"}]},
        "layers[0].type",
        f"must be one of {', '.join(map(repr, KINDS))}",
    ),
    ({"layers": [{"type": "text", "text": ""}]}, "layers[0].id", "is required; add it"),
    (scene_with(id=""), "layers[0].id", "must be 1 to 64 letters, digits or any of _ . -"),
    (scene_with(id="a\n"), "layers[0].id", "must be 1 to 64 letters, digits or any of _ . -"),
    (scene_with(id="a" * 65), "layers[0].id", "must be 1 to 64 letters, digits or any of _ . -"),
    (scene_with(zindex=1), "layers[0].zindex", "is not a field that exists here; remove it"),
    (scene_with(z_index=1), "layers[0].z_index", "is not a field that exists here; remove it"),
    (scene_with(zIndex=10**7), "layers[0].zIndex", "must be at most 1000000"),
    (scene_with(opacity=1.01), "layers[0].opacity", "must be at most 1.0"),
    (scene_with(opacity="1"), "layers[0].opacity", "must be a number"),
    (scene_with(opacity=True), "layers[0].opacity", "must be a number"),
    (scene_with(rotation=float("nan")), "layers[0].rotation", "must be a finite number"),
    (scene_with(rotation=float("inf")), "layers[0].rotation", "must be a finite number"),
    (scene_with(visible=1), "layers[0].visible", "must be true or false"),
    (scene_with(anchor={"x": -0.1}), "layers[0].anchor.x", "must be at least 0.0"),
    (
        scene_with(position={"x": 100_001}),
        "layers[0].position.x",
        'must be pixels between -100000 and 100000, or a percentage of the viewport up to 1000 such as "50%"',
    ),
    (
        scene_with(position={"y": "50"}),
        "layers[0].position.y",
        'must be pixels between -100000 and 100000, or a percentage of the viewport up to 1000 such as "50%"',
    ),
    (
        scene_with(size={"width": "-5%"}),
        "layers[0].size.width",
        'must be pixels between 0 and 8192, or a percentage of the viewport up to 1000 such as "50%"',
    ),
    (scene_with(size=[1, 2]), "layers[0].size", "must be an object with fields"),
    # kinds
    ({"layers": [{"id": "t", "type": "text"}]}, "layers[0].text", "is required; add it"),
    (scene_with(text="a" * 5001), "layers[0].text", "must have at most 5000 characters"),
    (scene_with(text="\0"), "layers[0].text", "has control characters that cannot be drawn; remove them"),
    (scene_with(text="\ud800"), "layers[0].text", "has control characters that cannot be drawn; remove them"),
    (
        scene_with(fontSize=0),
        "layers[0].fontSize",
        (
            "must be pixels between 1 and 1000, or a percentage of the viewport's shorter side up to 1000 "
            'such as "5%"'
        ),
    ),
    (scene_with(font="Arial"), "layers[0].font", "must be 'sans', 'serif' or 'mono'"),
    (
        scene_with(color="red"),
        "layers[0].colour",
        'must be a colour such as "#f80", "#ff8800" or "#ff880080"',
    ),
    (
        scene_with(color="#fff", colour="#fff"),
        "layers[0].color",
        "is not a field that exists here; remove it",
    ),
    (
        {"layers": [{"id": "n", "type": "frame_number", "size": {"width": 5}}]},
        "layers[0].size",
        "cannot be set here; remove it",
    ),
    (
        {"layers": [{"id": "i", "type": "image", "asset": "../x"}]},
        "layers[0].asset",
        "must be 1 to 64 letters, digits or any of _ . -",
    ),
]


@pytest.mark.parametrize(("data", "path", "reason"), MISTAKES)
def test_a_mistake_is_named_with_its_path_and_what_to_do(data: object, path: str, reason: str) -> None:
    assert mistakes(data) == {path: reason}


def test_all_mistakes_are_reported_at_once() -> None:
    data = {
        "background": "x",
        "layers": [
            {
                **TEXT,
                "opacity": 2,
                "animations": [{**MOVE, "easing": "x", "to": 10**6}, {**MOVE, "loop": -1}],
            },
            {**TEXT, "colour": "x"},
            {"type": "shape", "shape": "blob"},
        ],
        "extra": 1,
    }
    assert set(mistakes(data, max_layers=2)) == {
        "background",
        "extra",
        "layers",
        "layers[0].opacity",
        "layers[0].animations[0].easing",
        "layers[0].animations[0].to",
        "layers[0].animations[1].loop",
        "layers[1].id",
        "layers[1].colour",
        "layers[2].id",
        "layers[2].shape",
    }


def test_an_id_used_twice_names_the_layer_that_has_it() -> None:
    assert mistakes({"layers": [TEXT, TEXT]}) == {
        "layers[1].id": "is also the id of layers[0]; choose another"
    }


def test_the_exception_reads_as_one_line_per_mistake() -> None:
    with pytest.raises(SceneMistakes, match=r"(?m)^layers\[0\]\.opacity: must be at most 1\.0$"):
        parse_scene(scene_with(opacity=5), max_layers=5)
