"""Scene documents: what is refused and why, and what comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from scene.document import MAX_LAYERS, MAX_MISTAKES, Scene, parse_scene
from scene.layers import ColourLayer, ShapeLayer, TextLayer
from scene.mistakes import Mistake, SceneMistakes
from tests.scene.strategies.documents import documents
from tests.scene.strategies.layers import layers

TEXT = {"id": "t", "type": "text", "text": "hello"}
MOVE = {"property": "position.x", "to": 10, "duration": 1}


def mistakes(data: object, max_layers: int = 50) -> dict[str, str]:
    """The reasons by path."""
    with pytest.raises(SceneMistakes) as caught:
        parse_scene(data, max_layers=max_layers)
    found = caught.value.mistakes
    assert len({mistake.path for mistake in found}) == len(found)
    return {mistake.path: mistake.reason for mistake in found}


def scene_with(**changes: Any) -> dict[str, Any]:
    """A scene with one text layer, changed."""
    return {"layers": [{**TEXT, **changes}]}


def animated(**changes: Any) -> dict[str, Any]:
    """A scene with one animation, changed."""
    return scene_with(animations=[{**MOVE, **changes}])


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


EASING = (
    'must be "linear"; ease + In, Out or InOut + a curve, such as "easeInOutCubic" (the curves are Quad, '
    "Cubic, Quart, Quint, Sine, Expo, Circ, Back, Bounce and Elastic); "
    '"cubicBezier(x1, y1, x2, y2)" with x1 and x2 from 0 to 1 and y1 and y2 up to 100; '
    'or "steps(n, start)" or "steps(n, end)" with n up to 10000'
)

KINDS = (
    "colour",
    "image",
    "svg",
    "text",
    "shape",
    "frame_number",
    "card",
    "feed",
    "character",
)

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
    # animations
    (scene_with(animations=None), "layers[0].animations", "must be a list"),
    (
        scene_with(animations=[MOVE] * 51),
        "layers[0].animations",
        "has 51 entries; at most 50 are allowed",
    ),
    (
        animated(property="radius"),
        "layers[0].animations[0].property",
        (
            "must be 'position', 'position.x', 'position.y', 'anchor.x', 'anchor.y', 'scale', 'scale.x', "
            "'scale.y', 'opacity', 'rotation', "
            "'size.width', 'size.height', 'fontSize', 'value' or 'colour'"
        ),
    ),
    (
        animated(easing="easeInOutWobble"),
        "layers[0].animations[0].easing",
        EASING,
    ),
    (animated(easing="cubicBezier(1.1, 0, 0, 1)"), "layers[0].animations[0].easing", EASING),
    (animated(easing={"cubicBezier": [0, 0, 1]}), "layers[0].animations[0].easing", EASING),
    (animated(easing="steps(0)"), "layers[0].animations[0].easing", EASING),
    (animated(easing={"steps": 3, "jump": "none"}), "layers[0].animations[0].easing", EASING),
    (animated(duration=None), "layers[0].animations[0].duration", "is required; add it, or a spring"),
    (
        animated(spring={}),
        "layers[0].animations[0].duration",
        "cannot be set beside a spring, which has its own; remove it",
    ),
    (
        animated(duration=None, easing="easeInQuad", spring={}),
        "layers[0].animations[0].easing",
        "cannot be set beside a spring; remove it",
    ),
    (
        animated(duration=None, spring={"damping": 0}),
        "layers[0].animations[0].spring.damping",
        "must be at least 0.01",
    ),
    (
        animated(duration=None, spring={"damping": 0.01}),
        "layers[0].animations[0].spring",
        ("comes to rest after 1842 s only; change stiffness, damping or mass so that it takes 600 s at most"),
    ),
    (animated(duration=-1), "layers[0].animations[0].duration", "must be at least 0.0"),
    (animated(delay=float("inf")), "layers[0].animations[0].delay", "must be a finite number"),
    (
        animated(loop=0),
        "layers[0].animations[0].loop",
        "must be true (for ever), false (once), or how often it plays in all, 1 to 1000000",
    ),
    (
        animated(start="later"),
        "layers[0].animations[0].start",
        'must be "now", "onAir", seconds of scene time (0 or more), or {"revision": number}',
    ),
    (
        animated(start={"revision": 0}),
        "layers[0].animations[0].start",
        'must be "now", "onAir", seconds of scene time (0 or more), or {"revision": number}',
    ),
    (animated(to=None), "layers[0].animations[0].to", "is required; add it, or keyframes"),
    (
        animated(to=[1]),
        "layers[0].animations[0].to",
        "must be a number, a percentage or a colour, as the property takes it",
    ),
    (
        animated(property="colour", to=5),
        "layers[0].animations[0].to",
        'must be a colour such as "#f80", "#ff8800" or "#ff880080" for colour',
    ),
    (
        animated(keyframes=[{"at": 1, "value": 5}]),
        "layers[0].animations[0].to",
        "cannot be set beside keyframes; remove it",
    ),
    (
        animated(to=None, keyframes=[]),
        "layers[0].animations[0].keyframes",
        "has 0 entries; 1 to 100 are allowed",
    ),
    (
        animated(to=None, keyframes=[{"at": 1, "value": 5}, {"at": 0.5, "value": 5}]),
        "layers[0].animations[0].keyframes[1].at",
        "lies before the keyframe above it; put them in the order of time",
    ),
    (
        animated(to=None, property="opacity", keyframes=[{"at": 0, "value": 1}, {"at": 1, "value": 5}]),
        "layers[0].animations[0].keyframes[1].value",
        "must be between 0 and 1 for opacity",
    ),
    (
        animated(to=None, duration=2, keyframes=[{"at": 3, "value": 5}]),
        "layers[0].animations[0].duration",
        (
            "makes every `at` a share of it, but one is 3; "
            "give shares from 0 to 1, or remove the duration and give seconds"
        ),
    ),
    (
        animated(to=None, duration=None, spring={}, keyframes=[{"at": 3, "value": 5}]),
        "layers[0].animations[0].spring",
        "cannot be set beside keyframes; remove it",
    ),
    (
        animated(to=None, property="size.width", keyframes=[{"at": 1, "value": 5}]),
        "layers[0].animations[0].keyframes",
        "need one at 0, because the layer has no size.width of its own; add it",
    ),
    (
        animated(property="position", to=None),
        "layers[0].animations[0].path",
        "is required for position; add it, or animate position.x and position.y",
    ),
    (
        animated(to=None, path="M 0 0 H 5"),
        "layers[0].animations[0].path",
        "is for position only; change the property or remove it",
    ),
    (
        animated(property="position", path="M 0 0 H 5"),
        "layers[0].animations[0].to",
        "cannot be set for position, which follows a path; remove it",
    ),
    (
        animated(property="position", to=None, path=[[1, 2]]),
        "layers[0].animations[0].path",
        "has 1 points; 2 to 201 are allowed",
    ),
    (
        animated(orient=True),
        "layers[0].animations[0].orient",
        "needs a path to turn with; add one or remove it",
    ),
    (
        animated(property="value"),
        "layers[0].animations[0].property",
        "needs a number to move: give the layer a value, and {value} a place in its text",
    ),
    (
        scene_with(value=1, format="d"),
        "layers[0].format",
        (
            'must be such as "f" (1235), ".2f" (1234.50), ",.2f" (1,234.50), "+f" (+5), "03f" (007), '
            '".1%" (12.5%), "m:ss", "mm:ss", "h:mm:ss" or "hh:mm:ss" (of seconds)'
        ),
    ),
    (
        animated(to="half"),
        "layers[0].animations[0].to",
        'must be a percentage up to 1000 such as "50%", or a number of pixels',
    ),
    (
        animated(property="opacity", to="50%"),
        "layers[0].animations[0].to",
        "must be a number for opacity",
    ),
    (
        animated(property="opacity", to=0, **{"from": 2}),
        "layers[0].animations[0].from",
        "must be between 0 and 1 for opacity",
    ),
    (
        animated(property="size.width", **{"from": "-1%"}),
        "layers[0].animations[0].from",
        "must not be negative for size.width",
    ),
    (
        animated(property="size.width"),
        "layers[0].animations[0].from",
        "is required, because the layer has no size.width of its own; add it",
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


def test_too_many_layers_are_refused_with_the_numbers() -> None:
    many = {"layers": [{**TEXT, "id": f"t{i}"} for i in range(4)]}
    assert mistakes(many, max_layers=3) == {"layers": "has 4 layers; remove some, 3 are allowed"}
    assert len(parse_scene(many, max_layers=4).layers) == 4


def test_a_flood_of_layers_is_not_looked_at_to_its_end() -> None:
    flood: dict[str, object] = {"layers": [{}] * 100_000}
    with pytest.raises(SceneMistakes) as caught:
        parse_scene(flood, max_layers=10**9)
    assert len(caught.value.mistakes) == MAX_MISTAKES
    assert caught.value.mistakes[-1].path == "layers[98].type"
    assert caught.value.mistakes[0].reason == f"has 100000 layers; remove some, {MAX_LAYERS} are allowed"


FLOODS: list[tuple[object, dict[str, str]]] = [
    (
        {f"field{i}": i for i in range(1000)},
        {".": "has 1000 fields, nearly all of them unknown; remove those"},
    ),
    (
        scene_with(**{f"field{i}": i for i in range(1000)}),
        {"layers[0]": "has 1003 fields, nearly all of them unknown; remove those"},
    ),
    (
        scene_with(animations=[{}] * 1000),
        {"layers[0].animations": "has 1000 entries; at most 50 are allowed"},
    ),
    ({"x" * 100_000: 1}, {"x" * 64: "is not a field that exists here; remove it"}),
]


@pytest.mark.parametrize(("flood", "expected"), FLOODS, ids=["fields", "in a layer", "animations", "a name"])
def test_a_flood_of_anything_is_one_short_mistake(flood: object, expected: dict[str, str]) -> None:
    assert mistakes(flood) == expected


def test_the_exception_reads_as_one_line_per_mistake() -> None:
    with pytest.raises(SceneMistakes, match=r"(?m)^layers\[0\]\.opacity: must be at most 1\.0$"):
        parse_scene(scene_with(opacity=5), max_layers=5)


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


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


def attempt(data: object) -> list[Mistake]:
    """The mistakes that parsing finds; anything else that it raises fails the test."""
    try:
        parse_scene(data, max_layers=3)
    except SceneMistakes as error:
        return error.mistakes
    return []


@given(json_values)
def test_arbitrary_json_is_refused_with_mistakes_or_accepted(data: object) -> None:
    found = attempt(data)
    assert all(mistake.path and mistake.reason for mistake in found)


@st.composite
def damaged(draw: st.DrawFn) -> object:
    """A valid document in which one value, anywhere, is replaced by arbitrary JSON."""
    document: Any = draw(documents(max_layers=3))
    place, steps = document, draw(st.integers(0, 6))
    for _ in range(steps):
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        inner = [key for key in keys if isinstance(place[key], dict | list) and place[key]]
        if not inner:
            break
        place = place[draw(st.sampled_from(inner))]
    keys = list(place) if isinstance(place, dict) else list(range(len(place)))
    if keys:
        place[draw(st.sampled_from(keys))] = draw(json_values)
    return document


@given(damaged())
def test_a_damaged_document_never_raises_anything_else(document: object) -> None:
    found = attempt(document)
    assert all(mistake.path and mistake.reason for mistake in found)


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
