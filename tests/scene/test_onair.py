"""What a take shows, frame by frame."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from scene.colour import parse_colour
from scene.content import ColourContent, ImageContent, TextContent
from scene.document import MAX_LAYERS
from scene.onair import STEPS, ShowVersion, on_air_at
from scene.show import parse_show
from scene.state import SceneState
from scene.time import Segment

FPS = Fraction(10)
CANVAS = (160, 90)
RED, BLUE = "#ff0000", "#0000ff"
SCENES = {"main": {"background": RED}, "break": {"background": BLUE}}
TAKEN_AT_S = 2


def version(transition: dict[str, Any], **fields: Any) -> ShowVersion:
    """``break``, which took the place of ``main`` with revision 3."""
    take = {"from": "main", "transition": transition, "start": {"revision": 3}}
    show = parse_show({"scenes": SCENES, "program": "break", "take": take, **fields}, max_layers=MAX_LAYERS)
    return ShowVersion(3, show, {1: Fraction(0), 3: Fraction(TAKEN_AT_S)}, CANVAS)


def at(shown: ShowVersion, tenths: int) -> SceneState:
    """The frame so many tenths of a second after the take."""
    return on_air_at(shown, 20 + tenths, Segment(0, 3, Fraction(0), Fraction(1)), FPS)


def is_main(state: SceneState) -> bool:
    return state.mix is None and state.background == parse_colour(RED)


def is_break(state: SceneState) -> bool:
    return state.mix is None and state.background == parse_colour(BLUE)


def progress(state: SceneState) -> int:
    assert state.mix is not None
    assert state.background == parse_colour(BLUE)
    assert is_main(state.mix.outgoing)
    return state.mix.progress


def test_a_cut_is_at_once() -> None:
    assert is_break(at(version({"type": "cut"}), 0))


def test_a_fade_mixes_from_the_takes_frame_to_its_end() -> None:
    fade = version({"type": "fade", "duration": 0.4})
    assert is_main(at(fade, -1))
    assert is_main(at(fade, 0))
    assert [progress(at(fade, n)) for n in (1, 2, 3)] == [STEPS // 4, STEPS // 2, 3 * STEPS // 4]
    assert is_break(at(fade, 4))
    assert at(fade, 2) == at(fade, 2)
    assert hash(at(fade, 2)) == hash(at(version({"type": "fade", "duration": 0.4}), 2))


@pytest.mark.parametrize(
    ("easing", "expected"),
    [("linear", STEPS // 4), ("easeInQuad", STEPS // 16), ("steps(2, end)", None), ("easeOutBack", None)],
)
def test_the_easing_paces_it_and_overshoots_nothing(easing: str, expected: int | None) -> None:
    state = at(version({"type": "push", "duration": 0.4, "easing": easing}), 1)
    if expected is not None:
        assert progress(state) == expected
    elif easing == "steps(2, end)":
        assert is_main(state)
    else:
        assert is_break(at(version({"type": "push", "duration": 1, "easing": easing}), 7))


def test_a_dip_is_a_layer_above_one_scene_then_above_the_other() -> None:
    dip = version({"type": "fade", "duration": 0.8, "colour": "#00ff00"})
    opacities = []
    for n in range(1, 8):
        state = at(dip, n)
        assert state.mix is None
        (layer,) = state.layers
        assert layer.content == ColourContent(parse_colour("#00ff00"))
        opacities.append(round(layer.opacity, 2))
        assert state.background == parse_colour(RED if n < 4 else BLUE)
    assert opacities == [0.25, 0.5, 0.75, 1.0, 0.75, 0.5, 0.25]
    assert is_main(at(dip, 0))
    assert is_break(at(dip, 8))


def test_a_stinger_plays_above_a_cut() -> None:
    stinger = version({"type": "stinger", "asset": "logo", "frameMs": [200, 100, 100], "cutAt": 0.3})
    shown = []
    for n in range(4):
        state = at(stinger, n)
        (layer,) = state.layers
        assert isinstance(layer.content, ImageContent)
        assert (layer.content.fit, layer.width, layer.height) == ("cover", 160, 90)
        shown.append((layer.content.frame, state.background == parse_colour(BLUE)))
    assert shown == [(0, False), (0, False), (1, False), (2, True)]
    assert is_main(at(stinger, -1))
    assert is_break(at(stinger, 4))


def test_what_a_stream_begins_with_is_just_there() -> None:
    take = {"from": "main", "transition": {"type": "fade", "duration": 1}, "start": {"revision": 1}}
    show = parse_show({"scenes": SCENES, "program": "break", "take": take}, max_layers=1)
    began = ShowVersion(1, show, {1: Fraction(0)}, CANVAS)
    assert is_break(on_air_at(began, 1, Segment(0, 1, Fraction(0), Fraction(1)), FPS))


def test_a_pause_holds_the_transition() -> None:
    fade = version({"type": "fade", "duration": 0.4})
    held = Segment(0, 3, Fraction(22, 10), Fraction(0))
    assert on_air_at(fade, 0, held, FPS) == on_air_at(fade, 50, held, FPS)


def test_on_air_is_each_time_that_the_scene_goes_on_program() -> None:
    counting = {"property": "value", "from": 0, "to": 10, "duration": 1, "start": "onAir"}
    layer = {"id": "t", "type": "text", "text": "{value}", "value": 0, "animations": [counting]}
    scenes = {**SCENES, "break": {"layers": [layer]}}

    def text(since: dict[str, Any], tenths: int) -> str:
        (state,) = at(version({"type": "cut"}, scenes=scenes, since=since), tenths).layers
        assert isinstance(state.content, TextContent)
        return state.content.text

    assert text({"break": {"revision": 3}}, 0) == "0"
    assert text({"break": {"revision": 3}}, 5) == "5"
    assert text({"break": 2.5}, 8) == "3"
    assert text({}, 5) == "5"


def test_the_scene_that_goes_moves_on() -> None:
    moving = {"property": "position.x", "from": 0, "to": 100, "duration": 10, "start": 0}
    dot = {"id": "dot", "type": "colour", "colour": "#fff", "animations": [moving]}
    fade = version({"type": "fade", "duration": 1}, scenes={**SCENES, "main": {"layers": [dot]}})
    places = []
    for n in (1, 2):
        mix = at(fade, n).mix
        assert mix is not None
        places.append(mix.outgoing.layers[0].x)
    assert places[0] < places[1]
