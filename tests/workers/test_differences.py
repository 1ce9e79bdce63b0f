"""Sprites of one layer that are compared: smaller patches, and still the full frame's pixels."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from farm.messages import FrameTask
from farm.transport.planes import i420_bytes, planes_in
from scene.document import parse_scene
from scene.geometry import Rect, area
from scene.live import NOTHING_LIVE, Live
from scene.onair import ShowVersion
from scene.show import one_scene
from tests.workers.farmhand import HEIGHT, WHOLE, WIDTH, canvas, document, same, task
from workers.compositor import Compositor
from workers.differences import Differences, differing
from workers.evaluate import Evaluator
from workers.painters.image import PictureState
from workers.painters.registry import all_painters
from workers.raster import Sprite
from workers.sprites import Sprites

CELLS, CELL = 4, (48, 40)
MOUTH = (20, 26, 8, 6)


class Talker:
    """A sheet of somebody whose mouth moves and nothing else; "unsettled" may change its looks."""

    def state(self, asset: str) -> PictureState:
        return PictureState(CELLS * CELL[0], CELL[1], settled=asset != "unsettled")

    def picture(self, _asset: str, _frame: int) -> Image.Image:
        sheet = np.zeros((CELL[1], CELLS * CELL[0], 4), np.uint8)
        x, y, width, height = MOUTH
        for cell in range(CELLS):
            face = sheet[:, cell * CELL[0] : (cell + 1) * CELL[0]]
            face[4:-4, 4:-4] = (200, 160, 120, 255)
            face[y : y + height, x : x + width] = (40 * cell, 0, 0, 255)
        return Image.fromarray(sheet).convert("RGBa")


class OneScene:
    """The same scene and nothing live, whatever is asked for."""

    def __init__(self, *layers: dict[str, Any]) -> None:
        scene = parse_scene(document(*layers), max_layers=50)
        self._version = ShowVersion(1, one_scene(scene), {1: Fraction(0)}, (WIDTH, HEIGHT))

    def version(self, _task: FrameTask, _revision: int) -> ShowVersion:
        return self._version

    def live(self, _task: FrameTask, _snapshot: int) -> Live:
        return NOTHING_LIVE

    def last_known(self, _task: FrameTask) -> Live:
        return NOTHING_LIVE


def talker(x: float = 30, y: float = 20, *, asset: str = "host", **fields: Any) -> dict[str, Any]:
    sprite = {"columns": CELLS, "fps": 10}
    place = {"x": x, "y": y}
    return {"type": "image", "asset": asset, "position": place, "sprite": sprite, "start": 0, **fields}


class Worker:
    """Plans and draws one scene; ``warm`` has drawn all of its pictures before."""

    def __init__(self, *layers: dict[str, Any], warm: bool) -> None:
        scene = OneScene(*layers)
        sprites = Sprites(all_painters(Talker()), 20_000_000)
        self.compositor = Compositor(sprites)
        if warm:
            drawn = Evaluator(scene, scene, sprites)
            for n in range(0, 60, 3):
                self.compositor.compose(drawn.plan(task(n)).state, [WHOLE], canvas())
        self.evaluator = Evaluator(scene, scene, sprites)
        self.sprites = sprites

    def rects(self, frame: int, base: int) -> Sequence[Rect]:
        return self.evaluator.plan(task(frame, base)).rects


def test_of_a_face_that_is_known_only_the_mouth_is_drawn_again() -> None:
    x, y, width, height = MOUTH
    assert Worker(talker(), warm=True).rects(9, 0) == ((30 + x, 20 + y, width, height),)


def test_nothing_is_drawn_to_find_out() -> None:
    worker = Worker(talker(), warm=False)
    assert worker.rects(9, 0) == ((30, 20, *CELL),)
    assert worker.sprites.cache.stats().entries == 0


def test_the_cache_does_not_count_the_look() -> None:
    worker = Worker(talker(), warm=True)
    before = worker.sprites.cache.stats()
    worker.rects(9, 0)
    assert worker.sprites.cache.stats() == before


@pytest.mark.parametrize(
    "fields",
    [
        {"asset": "unsettled"},
        {"blend": "screen"},
        {"animations": [{"property": "position.x", "from": 0, "to": 40, "duration": 1, "start": 0}]},
        {"animations": [{"property": "opacity", "from": 1, "to": 0.2, "duration": 1, "start": 0}]},
    ],
)
def test_what_cannot_be_compared_counts_whole(fields: dict[str, Any]) -> None:
    assert sum(map(area, Worker(talker(**fields), warm=True).rects(9, 0))) >= area((0, 0, *CELL))


@settings(max_examples=40, deadline=None)
@given(
    x=st.integers(-30, 110),
    y=st.integers(-20, 80),
    looks=st.sampled_from([{}, {"rotation": 30}, {"opacity": 0.5}]),
    base=st.integers(0, 20),
    steps=st.integers(1, 12),
    since=st.integers(0, 11),
)
def test_a_patch_of_a_worker_that_compares_equals_the_full_frame(
    x: int, y: int, looks: dict[str, Any], base: int, steps: int, since: int
) -> None:
    below = {"type": "colour", "colour": "#3050a0", "size": {"width": 60, "height": 90}}
    above = {
        "type": "shape",
        "shape": "circle",
        "fill": "#ffffff80",
        "position": {"x": 40, "y": 30},
        "size": {"width": 30, "height": 30},
        "zIndex": 5,
    }
    face = talker(x, y, anchor={"x": 0.5, "y": 0.5}, **looks)
    other = talker(70, 40, zIndex=2)
    warm, cold = (Worker(below, face, other, above, warm=warm) for warm in (True, False))
    frame, shown = base + steps, min(base + since, base + steps - 1)
    on_air = canvas()
    cold.compositor.compose(cold.evaluator.plan(task(shown)).state, [WHOLE], on_air)
    plan = warm.evaluator.plan(task(frame, base))
    warm.compositor.compose(plan.state, plan.rects, on_air)
    full = canvas()
    cold.compositor.compose(cold.evaluator.plan(task(frame)).state, [WHOLE], full)
    assert same(on_air, full)


def sprite_of(width: int, height: int) -> Sprite:
    planes, clear = (
        planes_in(np.zeros(i420_bytes(width, height), np.uint8), width, height) for _ in range(2)
    )
    return Sprite.of(planes, clear, None)


spots = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 39), st.integers(0, 29)), max_size=4
)


@given(spots)
def test_the_part_that_differs_is_the_smallest_even_one(changed: list[tuple[int, int, int, int]]) -> None:
    """``changed``: planes or clear, which plane, x and y on the canvas."""
    one, other = sprite_of(40, 30), sprite_of(40, 30)
    for which, plane, x, y in changed:
        scale = 1 if plane == 0 else 2
        (other.planes, other.clear)[which][plane][y // scale, x // scale] = 200
    left, top, width, height = differing(one, other)
    columns, rows = [x // 2 for *_, x, _ in changed], [y // 2 for *_, y in changed]
    if changed:
        assert (left, left + width) == (2 * min(columns), 2 * max(columns) + 2)
        assert (top, top + height) == (2 * min(rows), 2 * max(rows) + 2)
    else:
        assert (width, height) == (0, 0)


def test_what_was_found_of_a_pair_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker(talker(), warm=True)
    differences = Differences(worker.sprites)
    old, new = (worker.evaluator.plan(task(n)).state.layers[0] for n in (0, 3))
    first = differences.between(old, new, WIDTH, HEIGHT, "high")
    assert first
    monkeypatch.setattr(worker.sprites.cache, "peek", lambda _key: None)
    assert differences.between(old, new, WIDTH, HEIGHT, "high") == first
    assert differences.between(new, old, WIDTH, HEIGHT, "high") is None
