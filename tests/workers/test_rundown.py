"""What films show of a show."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from farm.errors import InputError
from farm.settings import load_settings
from scene.document import MAX_LAYERS
from scene.show import parse_show
from scene.transitions import CUT
from tests.workers.farmhand import Gallery, same
from workers.offline.film import Film, Shot
from workers.offline.folder import AssetFolder
from workers.offline.picture import rgb
from workers.offline.rundown import parse_take, rundown
from workers.painters.registry import all_painters

MARK = {"id": "mark", "type": "colour", "colour": "#00ff00", "size": {"width": 8, "height": 8}}
LATE = {
    **MARK,
    "opacity": 0,
    "animations": [{"property": "opacity", "from": 0, "to": 1, "duration": 0, "delay": 1}],
}
SHOW = parse_show(
    {
        "scenes": {
            "main": {"viewport": {"width": 16, "height": 16}, "background": "#ff0000"},
            "break": {"viewport": {"width": 16, "height": 16}, "background": "#0000ff", "layers": [LATE]},
        }
    },
    max_layers=MAX_LAYERS,
)


def film(folder: Path, *takes: str, program: str | None = None) -> Film:
    show, planned = rundown(SHOW, program, takes, AssetFolder(folder, max_bytes=1000), load_settings({}))
    shot = Shot(16, 16, Fraction(10))
    return Film(show, shot, all_painters(Gallery()), 1_000_000, takes=planned)


def colours(drawn: Film, n: int) -> list[bool]:
    """Whether there is red below, blue below, green in the upper left corner."""
    drawn.draw(n)
    picture = rgb(drawn.planes)
    return [bool(value > 128) for value in (picture[12, 12, 0], picture[12, 12, 2], picture[3, 3, 1])]


def test_takes_come_at_their_times_and_begin_their_scenes(tmp_path: Path) -> None:
    drawn = film(tmp_path, "3:main", "1:break")
    assert [colours(drawn, n) for n in (9, 10, 19, 20, 29, 30)] == [
        [True, False, False],
        [False, True, False],
        [False, True, False],
        [False, True, True],
        [False, True, True],
        [True, False, False],
    ]


def test_a_frame_of_a_transition_is_the_same_after_any_others(tmp_path: Path) -> None:
    takes = ("1:break:wipe:1", "1.5::fade:1")
    drawn = film(tmp_path, *takes)
    for n in (0, 15, 12, 30, 18, 17):
        drawn.draw(n)
        alone = film(tmp_path, *takes)
        alone.draw(n)
        assert same(drawn.planes, alone.planes)


def test_a_show_can_begin_with_any_scene(tmp_path: Path) -> None:
    assert colours(film(tmp_path, program="break"), 0) == [False, True, False]


def test_a_show_that_comes_with_a_take_shows_it_in_its_time(tmp_path: Path) -> None:
    take = {"from": "main", "transition": {"type": "fade", "duration": 1}, "start": 2}
    show = parse_show({**SHOW.to_json(), "program": "break", "take": take}, max_layers=MAX_LAYERS)
    drawn = Film(show, Shot(16, 16, Fraction(10)), all_painters(Gallery()), 1_000_000)
    assert colours(drawn, 19) == [True, False, False]
    drawn.draw(25)
    assert np.abs(rgb(drawn.planes)[12, 12].astype(int) - (127, 0, 127)).max() <= 3
    assert [colours(drawn, n) for n in (29, 30)] == [[False, True, False], [False, True, True]]


@pytest.mark.parametrize(
    ("takes", "told"),
    [
        (["1:nothing"], "the take at 1 s: there is no scene 'nothing'"),
        (["1:main"], "'main' is on program already"),
        (["1"], "there is no scene on preview"),
        (["soon:break"], "something else than a number"),
        (["-1:break"], "lies outside"),
        (["nan:break"], "lies outside"),
        (["1:break:fade:1:2"], "too many parts"),
        (["1:break:spin"], "transition.type: must be one of"),
        (["1:break:fade:-1"], "transition.duration: must be at least 0"),
    ],
)
def test_takes_that_cannot_be_are_refused(tmp_path: Path, takes: list[str], told: str) -> None:
    with pytest.raises(InputError) as refused:
        film(tmp_path, *takes)
    assert told in refused.value.message


def test_a_scene_that_is_not_there_cannot_be_first(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no scene 'none'; there are main, break"):
        film(tmp_path, program="none")


def test_most_of_a_take_may_be_left_out() -> None:
    assert parse_take("1.5") == (1.5, None, CUT)
    assert parse_take("2:a:push")[2].seconds == 0.5
