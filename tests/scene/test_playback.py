"""Moving pictures on the time line."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scene.content import ImageContent
from scene.document import parse_layer, parse_scene
from scene.edits import settle_starts
from scene.layers import ImageLayer
from scene.mistakes import SceneMistakes
from scene.playback import MAX_FRAMES, animated, sprites
from scene.state import scene_at
from scene.time import Segment
from scene.version import SceneVersion

F = Fraction
GIF = {"id": "gif", "type": "image", "asset": "a", "frameMs": [100, 200, 100], "start": 0}
SHEET = {"id": "sheet", "type": "image", "asset": "a", "start": 0}


def shown(layer: dict[str, Any], time_s: F, births: dict[int, F] | None = None) -> ImageContent:
    """What ``layer`` shows of its picture at ``time_s``."""
    scene = settle_starts(parse_scene({"layers": [layer]}, max_layers=1), 1)
    version = SceneVersion(1, scene, births or {}, (1920, 1080))
    content = scene_at(version, 0, Segment(0, 1, time_s, F(0)), F(30)).layers[0].content
    assert isinstance(content, ImageContent)
    return content


@pytest.mark.parametrize(
    ("changes", "frames"),
    [
        ({}, [0, 1, 1, 2, 0, 1]),
        ({"speed": 2}, [0, 1, 0, 1, 0, 1]),
        ({"speed": 0.5}, [0, 0, 1, 1, 1, 1]),
        ({"loop": False}, [0, 1, 1, 2, 2, 2]),
        ({"loop": 1}, [0, 1, 1, 2, 2, 2]),
        ({"start": 0.2}, [0, 0, 0, 1, 1, 2]),
    ],
)
def test_frames_follow_their_durations(changes: dict[str, Any], frames: list[int]) -> None:
    assert [shown({**GIF, **changes}, F(k, 10)).frame for k in range(6)] == frames


def test_now_is_the_frame_that_first_shows_the_edit() -> None:
    gif = {**GIF, "start": "now"}
    assert shown(gif, F(5)).frame == 0
    assert [shown(gif, F(5) + F(k, 10), {1: F(5)}).frame for k in range(4)] == [0, 1, 1, 2]


def test_a_count_plays_so_often_and_stays_on_the_last_frame() -> None:
    twice = {**GIF, "loop": 2}
    assert [shown(twice, time_s).frame for time_s in (F(0), F(4, 10), F(799, 1000), F(8, 10), F(9))] == [
        0,
        0,
        2,
        2,
        2,
    ]


def test_a_sheet_plays_its_cells_and_not_the_frames_of_its_picture() -> None:
    sheet = {**SHEET, "frameMs": [10, 10], "sprite": {"columns": 2, "rows": 2, "frames": 3, "fps": 7}}
    contents = [shown(sheet, F(k, 7)) for k in range(4)]
    assert [content.frame for content in contents] == [0, 1, 2, 0]
    assert {content.grid for content in contents} == {(2, 2)}


def test_a_still_picture_keeps_its_start_and_is_one_state() -> None:
    layer = parse_layer({"id": "p", "type": "image", "asset": "a"})
    assert isinstance(layer, ImageLayer)
    scene = settle_starts(
        parse_scene({"layers": [{"id": "p", "type": "image", "asset": "a"}]}, max_layers=1), 4
    )
    assert scene.layers == (layer,)
    assert shown(SHEET, F(3)) == ImageContent("a", "contain")


@given(
    st.lists(st.integers(1, 60_000), min_size=1, max_size=20),
    st.fractions(0, 100, max_denominator=1001),
    st.fractions("1/100", 100, max_denominator=100),
)
def test_the_frame_that_shows_began_and_has_not_ended(frame_ms: list[int], time_s: F, speed: F) -> None:
    frame = animated(frame_ms, F(0), speed, None).value_at(time_s)
    assert frame is not None
    position_ms = time_s * speed * 1000 % sum(frame_ms)
    assert sum(frame_ms[: int(frame)]) <= position_ms < sum(frame_ms[: int(frame) + 1])


def test_nothing_plays_before_the_beginning() -> None:
    assert sprites(4, F(1), F(10), None).value_at(F(999, 1000)) is None


@pytest.mark.parametrize(
    ("changes", "path", "reason"),
    [
        ({"sprite": {"columns": 4, "frames": 5}}, "sprite.frames", "must be at most 4"),
        ({"sprite": {"columns": 100, "rows": 7}}, "sprite.frames", f"at most {MAX_FRAMES} can play"),
        ({"sprite": {}}, "sprite.columns", "is required"),
        ({"speed": 0}, "speed", "must be at least 0.01"),
        ({"loop": 0}, "loop", "must be true"),
        ({"start": "soon"}, "start", 'must be "now"'),
        ({"frameMs": [9, 0, 9]}, "frameMs[1]", "must be at least 1"),
        ({"frameMs": [100]}, "frameMs", "at least 2"),
        ({"frameMs": [1] * 601}, "frameMs", "at most 600"),
    ],
)
def test_a_mistake_is_named(changes: dict[str, Any], path: str, reason: str) -> None:
    with pytest.raises(SceneMistakes) as caught:
        parse_layer({**SHEET, **changes})
    (mistake,) = caught.value.mistakes
    assert mistake.path == path
    assert reason in mistake.reason
