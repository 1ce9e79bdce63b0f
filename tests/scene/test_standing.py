"""Cards that tell how their own stream stands: live or paused, for how long, how large, how fast."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from scene.card import CardContent
from scene.changes import changed_between
from scene.document import parse_scene
from scene.mistakes import SceneMistakes
from scene.state import SceneState, scene_at
from scene.time import Segment
from scene.version import SceneVersion

FPS = Fraction(30)
LIVE, PAUSED = Segment(0, 1, Fraction(0), Fraction(1)), Segment(0, 1, Fraction(0), Fraction(0))
CARD: dict[str, Any] = {"id": "card", "type": "card", "title": "Show"}


def state(n: int, segment: Segment = LIVE, fps: Fraction = FPS, **fields: object) -> SceneState:
    scene = parse_scene({"layers": [{**CARD, **fields}]}, max_layers=1)
    return scene_at(SceneVersion(1, scene, {1: Fraction(0)}, (1280, 720)), n, segment, fps)


def card(n: int, segment: Segment = LIVE, fps: Fraction = FPS, **fields: object) -> CardContent:
    [layer] = state(n, segment, fps, **fields).layers
    assert isinstance(layer.content, CardContent)
    return layer.content


@pytest.mark.parametrize(("segment", "badge"), [(LIVE, "live"), (PAUSED, "paused")])
def test_the_badge_says_how_the_stream_stands(segment: Segment, badge: str) -> None:
    assert card(7, segment).state == badge


def test_a_card_that_names_a_state_keeps_it() -> None:
    assert card(7, PAUSED, state="waiting").state == "waiting"


@pytest.mark.parametrize(
    ("n", "fps", "uptime"),
    [
        (0, FPS, "0:00:00"),
        (29, FPS, "0:00:00"),
        (30, FPS, "0:00:01"),
        (30 * 3661, FPS, "1:01:01"),
        (30 * 86_400 * 3, FPS, "72:00:00"),
        (59, Fraction(60_000, 1001), "0:00:00"),
        (60, Fraction(60_000, 1001), "0:00:01"),
    ],
)
def test_the_time_on_air_counts_frames(n: int, fps: Fraction, uptime: str) -> None:
    assert card(n, fps=fps, title="{stream.uptime}").title == uptime


def test_title_and_lines_show_size_rate_and_state() -> None:
    shown = card(
        1, PAUSED, Fraction(60_000, 1001), title="{stream.size}", lines=["{stream.fps}", "{stream.state}!"]
    )
    assert (shown.title, shown.lines) == ("1280 x 720", ("59.9401", "paused!"))


def test_what_is_asked_for_must_be_there() -> None:
    with pytest.raises(SceneMistakes) as refused:
        card(0, lines=["{stream.viewers}"])
    [mistake] = refused.value.mistakes
    assert mistake.path == "layers[0].lines[0]"
    assert "has {stream.viewers}" in mistake.reason
    assert "{stream.uptime}" in mistake.reason


def test_a_card_is_drawn_again_once_a_second_and_when_the_stream_pauses() -> None:
    title = "{stream.uptime}"

    def changes(a: SceneState, b: SceneState) -> bool:
        return bool(changed_between(a, b, lambda _layer: (0, 0, 64, 64)))

    assert not changes(state(30, title=title), state(59, title=title))
    assert changes(state(59, title=title), state(60, title=title))
    assert changes(state(30, LIVE), state(31, PAUSED))
