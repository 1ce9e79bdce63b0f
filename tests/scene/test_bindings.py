"""Numbers that follow named values: where they are, how they glide, what they count."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from scene.content import LayerState, ShapeContent, TextContent
from scene.document import parse_scene
from scene.hints import hints_for
from scene.live import NOTHING_LIVE, Change, Datum, Live, settled
from scene.mistakes import SceneMistakes
from scene.state import scene_at
from scene.time import Segment
from scene.version import SceneVersion

NUMBERS_OF_A_SHAPE = (
    "position.x, position.y, size.width, size.height, anchor.x, anchor.y, scale.x, scale.y, opacity, "
    "rotation, radius, strokeWidth"
)
BAR = {"type": "shape", "shape": "rectangle", "size": {"width": 10, "height": 20}}
COUNT = {"type": "text", "text": "{value}", "value": 0, "format": ".1f"}


def version(layer: dict[str, Any], **fields: Any) -> SceneVersion:
    viewport = {"width": 320, "height": 180}
    document = {"viewport": viewport, "layers": [{"id": "it", **layer}], **fields}
    return SceneVersion(1, parse_scene(document, max_layers=9), {1: Fraction(0)}, (320, 180))


def bound(base: dict[str, Any], target: str, **binding: Any) -> dict[str, Any]:
    return {**base, "bindings": [{"property": target, "data": "a", **binding}]}


def layer_at(shown: SceneVersion, time_s: Fraction | float | str, live: Live = NOTHING_LIVE) -> LayerState:
    segment = Segment(0, 1, Fraction(time_s), Fraction(0))
    (found,) = scene_at(shown, 0, segment, Fraction(30), live).layers
    return found


def width(shown: SceneVersion, live: Live, time_s: Fraction | float | str = 0) -> float | None:
    return layer_at(shown, time_s, live).width


def text(shown: SceneVersion, live: Live, time_s: Fraction | float | str = 0) -> str:
    content = layer_at(shown, time_s, live).content
    assert isinstance(content, TextContent)
    return content.text


def came(*changes: tuple[Datum, Fraction | int | None]) -> Live:
    """The value "a" came to be what it is by these changes, each with its scene time."""
    made = (Change(value, None if since is None else Fraction(since)) for value, since in changes)
    return Live({"a": tuple(made)})


@pytest.mark.parametrize(
    ("binding", "data", "values", "expected"),
    [
        ({}, {}, {}, 10),
        ({}, {"a": 30}, {}, 30),
        ({}, {"a": 30}, {"a": 50}, 50),
        ({"scale": 2, "offset": 5}, {}, {"a": 50}, 105),
        ({"scale": 2, "max": 60}, {}, {"a": 50}, 60),
        ({"min": 60}, {}, {"a": 50}, 60),
        ({}, {"a": "thirty"}, {}, 10),
        ({}, {"a": 30}, {"a": "fifty"}, 10),
        ({"scale": 1000}, {}, {"a": 50}, 8192),
    ],
)
def test_a_bar_is_as_long_as_its_value_says(
    binding: dict[str, Any], data: dict[str, Datum], values: dict[str, Datum], expected: float
) -> None:
    shown = version(bound(BAR, "size.width", **binding), data=data)
    assert width(shown, settled(values)) == expected


def test_a_bar_that_holds_nothing_is_not_there() -> None:
    shown = version(bound(BAR, "size.width"))
    assert (
        scene_at(shown, 0, Segment(0, 1, Fraction(0), Fraction(1)), Fraction(30), settled({"a": -3})).layers
        == ()
    )


def test_content_follows_too() -> None:
    content = layer_at(version(bound(BAR, "radius")), 0, settled({"a": 7})).content
    assert isinstance(content, ShapeContent)
    assert content.radius == 7


@pytest.mark.parametrize(("time_s", "expected"), [(5, 100.0), ("5.5", 150.0), (6, 200.0), (60, 200.0)])
def test_a_number_glides_from_the_old_value_to_the_new(time_s: Fraction | str, expected: float) -> None:
    shown = version(bound(BAR, "size.width", duration=1, easing="linear"))
    assert width(shown, came((100, None), (200, 5)), time_s) == expected


@pytest.mark.parametrize(("time_s", "expected"), [("5.5", "50.0"), (6, "75.0"), ("6.5", "100.0")])
def test_a_change_on_the_way_glides_on_from_where_it_was(time_s: Fraction | str, expected: str) -> None:
    shown = version(bound(COUNT, "value", duration=1, easing="linear"), data={"a": 0})
    live = came((100, 5), (100, Fraction(11, 2)))
    assert text(shown, live, time_s) == expected


def test_changes_that_no_frame_showed_are_not_glided_through() -> None:
    shown = version(bound(COUNT, "value", duration=1, easing="linear"), data={"a": 0})
    assert text(shown, came((900, 5), (10, 5)), "5.5") == "5.0"


def test_the_first_value_of_all_is_there_at_once() -> None:
    shown = version(bound(COUNT, "value", duration=1))
    assert text(shown, came((100, 5)), 5) == "100.0"


def test_what_was_always_there_does_not_move() -> None:
    shown = version(bound(COUNT, "value", duration=1), data={"a": 0})
    assert text(shown, came((100, None)), 0) == "100.0"


@pytest.mark.parametrize(
    ("live", "time_s", "expected"),
    [
        (NOTHING_LIVE, 3, "0:57"),
        (came((10, 5)), "7.5", "0:07"),
        (came((10, 5)), 100, "0:00"),
        (came((90, None)), 3, "1:27"),
    ],
)
def test_a_countdown_runs_from_when_it_was_set(live: Live, time_s: Fraction | str, expected: str) -> None:
    count = {**COUNT, "format": "m:ss"}
    shown = version(bound(count, "value", rate=-1, min=0), data={"a": 60})
    assert text(shown, live, time_s) == expected


def test_what_rests_is_made_once() -> None:
    shown = version(bound(BAR, "size.width", duration=1))
    live = came((100, None), (200, 5))
    assert layer_at(shown, 7, live) is layer_at(shown, 8, live)
    assert layer_at(shown, 7, live) is layer_at(shown, 8, settled({"a": 200}))


def test_a_layout_decides_over_what_it_places() -> None:
    seated = {**bound(BAR, "size.width"), "slot": "main"}
    shown = version(seated, layout={"type": "grid"})
    assert width(shown, settled({"a": 50})) == width(shown, NOTHING_LIVE)


def test_an_animation_that_has_begun_decides_over_it_too() -> None:
    grow = {"property": "size.width", "from": 20, "to": 40, "duration": 1, "start": 2}
    shown = version({**bound(BAR, "size.width"), "animations": [grow]})
    assert [width(shown, settled({"a": 50}), time_s) for time_s in (1, "2.5", 9)] == [50, 30, 40]


@pytest.mark.parametrize(
    ("layer", "path", "reason"),
    [
        (
            bound(BAR, "fontSize"),
            "layers[0].bindings[0].property",
            f"must be a number that the layer has: {NUMBERS_OF_A_SHAPE}",
        ),
        (
            {**BAR, "bindings": [{"property": "opacity", "data": "a"}, {"property": "opacity", "data": "b"}]},
            "layers[0].bindings[1].property",
            "is bound already; remove one of the two",
        ),
        (
            bound({"type": "text", "text": "x"}, "value"),
            "layers[0].bindings[0].property",
            "needs a number to move: give the layer a value, and {value} a place in its text",
        ),
        (bound(BAR, "opacity", duration=9), "layers[0].bindings[0].duration", "must be at most 4.0"),
        (
            {**BAR, "bindings": [{"property": "opacity", "data": "a"}] * 21},
            "layers[0].bindings",
            "has 21 entries; at most 20 are allowed",
        ),
    ],
)
def test_bindings_that_cannot_be_are_named(layer: dict[str, Any], path: str, reason: str) -> None:
    with pytest.raises(SceneMistakes) as caught:
        version(layer)
    assert [(mistake.path, mistake.reason) for mistake in caught.value.mistakes] == [(path, reason)]


def test_names_without_a_value_of_the_scene_s_own_are_told() -> None:
    texts = {"id": "t", "type": "text", "text": "{data.a} {data.b} {data.b}"}
    bar = {"id": "b", **BAR, "bindings": [{"property": "opacity", "data": name} for name in ("a",)]}
    scene = parse_scene({"data": {"a": "x"}, "layers": [texts, bar]}, max_layers=9)
    assert [str(hint) for hint in hints_for(scene)] == [
        "layers[0].text: shows nothing for {data.b} until it is set; give it a value in the scene's data",
        "layers[1].bindings[0].data: 'a' has no number in the scene's data; until set, the layer's own holds",
    ]
