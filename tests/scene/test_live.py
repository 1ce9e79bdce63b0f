"""Live values in a scene: where texts show them, and what of a scene they change."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from scene.content import TextContent
from scene.data import parse_data
from scene.document import parse_scene
from scene.live import NOTHING_LIVE, Live, settled
from scene.mistakes import SceneMistakes
from scene.places import Place, names_in, pieces_of
from scene.state import SceneState, scene_at
from scene.time import Segment
from scene.version import SceneVersion

FPS = Fraction(10)


def version(*layers: dict[str, Any], **fields: Any) -> SceneVersion:
    placed = [{"id": f"layer{i}", "type": "text", **layer} for i, layer in enumerate(layers)]
    scene = parse_scene({"layers": placed, **fields}, max_layers=9)
    return SceneVersion(1, scene, {1: Fraction(0)}, (320, 180))


def state(shown: SceneVersion, live: Live = NOTHING_LIVE, n: int = 0) -> SceneState:
    return scene_at(shown, n, Segment(0, 1, Fraction(0), Fraction(1)), FPS, live)


def text(shown: SceneVersion, live: Live = NOTHING_LIVE, n: int = 0) -> str:
    content = state(shown, live, n).layers[0].content
    assert isinstance(content, TextContent)
    return content.text


@pytest.mark.parametrize(
    ("written", "pieces"),
    [
        ("", ("",)),
        ("plain {x} {data.}", ("plain {x} {data.}",)),
        ("{data.bid}", (Place("bid"),)),
        (
            "Bid: {data.top.bid:,.2f} of {value}!",
            ("Bid: ", Place("top.bid", ",.2f"), " of ", Place(None), "!"),
        ),
        ("{{data.a}}", ("{", Place("a"), "}")),
    ],
)
def test_a_text_is_cut_at_its_places(written: str, pieces: tuple[str | Place, ...]) -> None:
    assert pieces_of(written) == pieces


def test_names_come_once_and_in_order() -> None:
    assert names_in("{data.b} {data.a:f} {data.b} {value}") == ["b", "a"]


@pytest.mark.parametrize(
    ("layer", "defaults", "values", "shown"),
    [
        ({"text": "{data.name} leads"}, {}, {"name": "Ann"}, "Ann leads"),
        ({"text": "{data.name} leads"}, {"name": "Bob"}, {}, "Bob leads"),
        ({"text": "{data.name} leads"}, {}, {}, " leads"),
        ({"text": "{data.name} leads"}, {"name": "Bob"}, {"name": ""}, " leads"),
        ({"text": "{data.bid}", "format": ",.2f"}, {"bid": 1}, {"bid": 1234.5}, "1,234.50"),
        ({"text": "{data.bid:.1f} / {data.bid}"}, {"bid": 2}, {}, "2.0 / 2"),
        ({"text": "{data.left:mm:ss}"}, {}, {"left": 75}, "01:15"),
        ({"text": "{data.a}", "value": 7}, {}, {"a": "{value} {data.a}"}, "{value} {data.a}"),
        ({"text": "{value} {data.a}", "value": 7}, {}, {"a": 10**15}, "7 1000000000000000"),
        ({"text": "{value} {data.a}"}, {}, {"a": "x"}, "{value} x"),
    ],
)
def test_a_text_shows_what_is_live(
    layer: dict[str, Any], defaults: dict[str, Any], values: dict[str, Any], shown: str
) -> None:
    assert text(version(layer, data=defaults), settled(values)) == shown


def test_what_nothing_moves_is_made_once_for_each_snapshot() -> None:
    shown = version({"text": "{data.a}"}, {"text": "still"})
    first, second = settled({"a": 1}), settled({"a": 1})
    assert state(shown, first).layers[0] is state(shown, first, n=5).layers[0]
    assert state(shown, first).layers[0] == state(shown, second).layers[0]
    assert state(shown, first).layers[1] is state(shown, second).layers[1]


def test_a_text_that_moves_shows_what_is_live_too() -> None:
    move = {"property": "position.x", "from": 0, "to": 100, "duration": 1}
    shown = version({"text": "{data.a}", "animations": [move]})
    first = settled({"a": "x"})
    begun, moved = state(shown, first), state(shown, first, n=5)
    assert begun.layers[0].x < moved.layers[0].x
    assert begun.layers[0].content is moved.layers[0].content
    assert text(shown, settled({"a": "y"}), n=5) == "y"


def test_a_number_that_moves_and_a_live_one_share_a_text() -> None:
    count = {"property": "value", "from": 0, "to": 10, "duration": 1}
    shown = version({"text": "{value} of {data.goal}", "value": 0, "animations": [count]})
    assert text(shown, settled({"goal": 10}), n=5) == "5 of 10"


def test_values_are_checked_alike_in_a_scene_and_at_the_api() -> None:
    assert parse_data({"bid": 1, "half": 0.5, "name": "Ann"}) == {"bid": 1, "half": 0.5, "name": "Ann"}
    bad: Any
    for bad in ({"a": False}, {"a": None}, {"a": "\n\x00"}, {"a": "x" * 2001}, {"": 1}, {"a b": 1}, [], 7):
        with pytest.raises(SceneMistakes):
            parse_data(bad)


@pytest.mark.parametrize(
    ("fonts", "typeface"), [({}, "led"), ({"led": "9f2c"}, "9f2c"), ({"other": "x"}, "led")]
)
def test_a_font_is_the_one_that_the_farm_found_under_its_name(fonts: dict[str, str], typeface: str) -> None:
    content = state(version({"text": "x", "fontAsset": "led"}, fonts=fonts)).layers[0].content
    assert isinstance(content, TextContent)
    assert content.typeface == typeface
