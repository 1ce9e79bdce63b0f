"""Keyframes, moving colours and moving numbers, as a layer shows them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scene.colour import Colour, parse_colour
from scene.content import ColourContent, LayerState, ShapeContent, TextContent
from scene.document import parse_scene
from scene.easing import EASINGS
from scene.keyframes import Stop, through
from scene.numbers import shown_number
from scene.oklab import channels_of, colour_of
from scene.version import SceneVersion

SQUARE = {"id": "a", "type": "shape", "shape": "rectangle", "size": {"width": 100, "height": 100}}


def layer_at(time_s: float, layer: dict[str, Any], *animations: dict[str, Any]) -> LayerState:
    """``layer`` with ``animations`` that start at 0, after ``time_s`` seconds."""
    started = [{"start": 0, **animation} for animation in animations]
    scene = parse_scene({"layers": [{**layer, "animations": started}]}, max_layers=1)
    shown = SceneVersion(1, scene, {}, (1920, 1080)).layers[0].at(0, Fraction(repr(time_s)))
    assert shown is not None
    return shown


def xs(animation: dict[str, Any], *times_s: float) -> list[float]:
    """Where a square that begins at 100 px lies."""
    square = {**SQUARE, "position": {"x": 100}}
    return [layer_at(time_s, square, {"property": "position.x", **animation}).x for time_s in times_s]


def test_keyframes_at_seconds_are_reached_at_those_seconds() -> None:
    frames = [
        {"at": 0, "value": 0},
        {"at": 1, "value": 10},
        {"at": 4, "value": 40},
        {"at": 5, "value": "50%"},
    ]
    assert xs({"keyframes": frames}, 0, 0.5, 1, 2, 4, 4.5, 5, 99) == [0, 5, 10, 20, 40, 500, 960, 960]


def test_keyframes_at_shares_scale_with_the_duration() -> None:
    frames = [{"at": 0, "value": 0}, {"at": 0.25, "value": 10}, {"at": 1, "value": 40}]
    assert xs({"keyframes": frames, "duration": 8}, 0, 1, 2, 5, 8) == [0, 5, 10, 25, 40]


def test_until_the_first_keyframe_the_layers_own_value_leads_there_and_the_last_holds() -> None:
    frames = [{"at": 0.5, "value": 200}, {"at": 0.75, "value": 0}]
    assert xs({"keyframes": frames, "duration": 4}, 0, 1, 2, 3, 3.5, 4, 5) == [100, 150, 200, 0, 0, 0, 0]


def test_two_keyframes_at_one_place_are_a_cut() -> None:
    frames = [{"at": 0, "value": 0}, {"at": 1, "value": 10}, {"at": 1, "value": 500}, {"at": 2, "value": 600}]
    assert xs({"keyframes": frames}, 0.5, 1, 1.5) == [5, 500, 550]


def test_a_keyframes_easing_leads_to_the_next_and_the_animations_is_the_others() -> None:
    frames = [
        {"at": 0, "value": 0, "easing": "steps(2, end)"},
        {"at": 1, "value": 10},
        {"at": 2, "value": 26},
    ]
    assert xs({"keyframes": frames, "easing": "easeInQuad"}, 0.4, 0.5, 1.5) == [0, 5, 14]


def test_keyframes_loop_and_run_backwards_as_other_animations_do() -> None:
    frames = [{"at": 0, "value": 0}, {"at": 1, "value": 10}, {"at": 2, "value": 50}]
    assert xs({"keyframes": frames, "loop": 3, "yoyo": True}, 2.5, 3, 3.5, 4.5, 6, 9) == [
        30,
        10,
        5,
        5,
        50,
        50,
    ]


def test_a_single_keyframe_at_0_is_a_value() -> None:
    assert xs({"keyframes": [{"at": 0, "value": 7}]}, 0, 3) == [7, 7]


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(-9, 9)), min_size=1, max_size=6), st.floats(0, 1))
def test_linear_keyframes_stay_between_their_neighbours(frames: list[tuple[float, float]], p: float) -> None:
    stops = [Stop(at, value, EASINGS["linear"]) for at, value in [(0.0, 0.0), *sorted(frames)]]
    before = [stop.value for stop in stops if stop.at <= p][-1]
    after = next((stop.value for stop in stops if stop.at > p), before)
    assert min(before, after) - 1e-9 <= through(stops)(p) <= max(before, after) + 1e-9


OTTOSSON = [
    # His table of XYZ pairs says white is (1, 0, 0); the primaries are CSS Color 4's sample conversions.
    ("#ffffff", (1.0, 0.0, 0.0)),
    ("#ff0000", (0.62796, 0.22486, 0.12585)),
    ("#00ff00", (0.86644, -0.23389, 0.17950)),
    ("#0000ff", (0.45201, -0.03246, -0.31153)),
    ("#000000", (0.0, 0.0, 0.0)),
]


@pytest.mark.parametrize(("text", "lab"), OTTOSSON)
def test_oklab_is_the_published_one(text: str, lab: tuple[float, float, float]) -> None:
    assert channels_of(parse_colour(text))[:3] == pytest.approx(lab, abs=1e-4)


@given(st.builds(Colour, *[st.integers(0, 255)] * 3, st.integers(1, 255)))
def test_a_colour_comes_back_exactly(colour: Colour) -> None:
    assert colour_of(*channels_of(colour)) == colour


def fill_at(time_s: float, **animation: Any) -> Colour | None:
    """The fill of a red square that turns blue in 2 s."""
    turning = {"property": "fill", "to": "#0000ff", "duration": 2, **animation}
    content = layer_at(time_s, {**SQUARE, "fill": "#ff0000"}, turning).content
    assert isinstance(content, ShapeContent)
    return content.fill


def test_a_fill_turns_from_one_colour_to_another_by_way_of_oklab() -> None:
    # CSS: color-mix(in oklab, red, blue) is rgb(140, 83, 162).
    assert [fill_at(0), fill_at(1), fill_at(2)] == [
        Colour(255, 0, 0),
        Colour(140, 83, 162),
        Colour(0, 0, 255),
    ]


def test_a_colour_that_fades_keeps_its_hue() -> None:
    assert fill_at(1, to="#00f", **{"from": "#ff000000"}) == Colour(0, 0, 255, 128)


def test_a_fill_that_is_not_there_comes_out_of_nothing() -> None:
    appearing = {"property": "stroke", "to": "#00ff00", "duration": 1}
    content = [layer_at(t, SQUARE, appearing).content for t in (0, 0.5, 1)]
    assert all(isinstance(shown, ShapeContent) for shown in content)
    strokes = [shown.stroke for shown in content if isinstance(shown, ShapeContent)]
    assert strokes == [Colour(0, 0, 0, 0), Colour(0, 255, 0, 128), Colour(0, 255, 0)]


def test_colours_of_texts_and_grounds_move_through_keyframes_and_overshoot_into_the_nearest() -> None:
    frames = [{"at": 0, "value": "#000"}, {"at": 1, "value": "#fff"}, {"at": 2, "value": "#12345678"}]
    moving = {"property": "color", "keyframes": frames}
    ground = {"id": "g", "type": "colour", "colour": "#777"}
    title = {"id": "t", "type": "text", "text": "x"}
    for time_s, colour in [(0, Colour(0, 0, 0)), (1, Colour(255, 255, 255)), (2, parse_colour("#12345678"))]:
        for layer in (ground, title):
            content = layer_at(time_s, layer, moving).content
            assert isinstance(content, ColourContent | TextContent)
            assert content.colour == colour
    over = {"property": "colour", "from": "#000", "to": "#fff", "duration": 1, "easing": "easeOutBack"}
    assert layer_at(0.6, ground, over).content == ColourContent(Colour(255, 255, 255))


SHOWN = [
    (1234.5, "f", "1234"),
    (1235.5, "f", "1236"),
    (1234.5, ",.2f", "1,234.50"),
    (7.0, "03f", "007"),
    (5.0, "+f", "+5"),
    (-0.2, "f", "0"),
    (-0.2, "+.1f", "-0.2"),
    (0.125, ".1%", "12.5%"),
    (1e15, ",f", "1,000,000,000,000,000"),
    (59.99, "m:ss", "0:59"),
    (3600.0, "mm:ss", "60:00"),
    (3725.0, "h:mm:ss", "1:02:05"),
    (-65.5, "hh:mm:ss", "-00:01:05"),
    (-0.5, "m:ss", "0:00"),
]


@pytest.mark.parametrize(("value", "form", "text"), SHOWN)
def test_a_number_is_shown_in_its_format(value: float, form: str, text: str) -> None:
    assert shown_number(value, form) == text


def test_a_text_counts() -> None:
    counter = {"id": "t", "type": "text", "text": "{value} of {value}", "value": 10, "format": ",f"}
    counting = {"property": "value", "to": 2010, "duration": 2}
    texts = []
    for time_s in (0, 1, 1.0001, 2):
        content = layer_at(time_s, counter, counting).content
        assert isinstance(content, TextContent)
        texts.append(content.text)
    assert texts == ["10 of 10", "1,010 of 1,010", "1,010 of 1,010", "2,010 of 2,010"]


def test_without_a_value_the_text_stands_as_it_was_written() -> None:
    content = layer_at(0, {"id": "t", "type": "text", "text": "{value}"}).content
    assert isinstance(content, TextContent)
    assert content.text == "{value}"
