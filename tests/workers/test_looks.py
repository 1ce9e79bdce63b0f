"""What stands still is measured once; what may come and go meanwhile is asked for in every frame."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scene.content import ImageContent, LayerState, ShapeContent, TextContent
from tests.workers.farmhand import Gallery, state_of
from workers.looks import Look, Looks, PixelKey, self_contained
from workers.painters.painter import Box
from workers.painters.registry import all_painters
from workers.painters.shape import ShapePainter
from workers.placement import place
from workers.sprites import Sprites

BOX = {"type": "shape", "shape": "rectangle", "radius": 4, "fill": "#fff", "size": {"width": 9, "height": 9}}
PICTURE = {"type": "image", "asset": "a", "size": {"width": 9, "height": 9}}


class Counting(ShapePainter):
    """Counts how often it is asked for a box, of whatever content."""

    measured = 0

    def measure(self, _content: Any, width: float | None, height: float | None) -> Box:
        """A box as asked for."""
        self.measured += 1
        return Box(int(width or 0), int(height or 0))


def only_layer(layer: dict[str, Any]) -> LayerState:
    (state,) = state_of(layer).layers
    return state


@pytest.mark.parametrize(("layer", "times"), [(BOX, 1), (PICTURE, 2)])
def test_what_follows_from_the_state_alone_is_measured_once_and_a_picture_in_each_frame(
    layer: dict[str, Any], times: int
) -> None:
    counting = Counting()
    sprites = Sprites({ShapeContent: counting, ImageContent: counting}, 1_000_000)
    state = only_layer(layer)
    for _ in range(2):
        sprites.next_frame()
        assert sprites.placed(state) is not None
        assert sprites.extent(state, 100, 100) == (0, 0, 10, 10)
    assert counting.measured == times


def test_a_picture_of_another_size_is_placed_anew() -> None:
    class Growing(Counting):
        def measure(self, content: Any, width: float | None, height: float | None) -> Box:
            super().measure(content, width, height)
            return Box(10 * self.measured, 10)

    sprites = Sprites({ImageContent: Growing()}, 1_000_000)
    state = only_layer(PICTURE)
    widths = []
    for _ in range(3):
        sprites.next_frame()
        placed = sprites.placed(state)
        assert placed is not None
        widths.append(placed.bounds[2])
    assert widths == [10, 20, 30]


def test_a_text_in_a_font_of_ones_own_is_measured_each_time() -> None:
    looks = Looks()
    plain = only_layer({"type": "text", "text": "words", "size": {"width": 90}})
    assert isinstance(plain.content, TextContent)
    fancy = replace(plain, content=replace(plain.content, typeface="mine"))
    for state, kept in ((plain, True), (fancy, False)):
        looks.put(Look(state, Box(9, 9), None))
        assert looks.get(state) is not None
        looks.next_frame()
        assert (looks.get(state) is not None) is kept
        assert self_contained(state.content) is kept
    looks.put(Look(plain, Box(9, 9, unsettled=(8, 8)), None))
    assert looks.get(plain) is not None
    other = replace(plain)
    looks.put(Look(other, Box(9, 9, unsettled=(8, 8)), None))
    looks.next_frame()
    assert looks.get(other) is None


def test_another_state_at_the_same_address_is_another_look() -> None:
    looks, state = Looks(), only_layer(BOX)
    looks.put(Look(state, Box(1, 1), None))
    assert looks.get(state) is not None
    assert looks.get(replace(state)) is None


def test_a_problem_is_not_kept() -> None:
    looks, state = Looks(), only_layer(BOX)
    looks.put(Look(state, Box(0, 0, problem="no font"), None))
    looks.next_frame()
    assert looks.get(state) is None


def test_equal_looks_share_their_pixels_wherever_they_lie() -> None:
    sprites, state = Sprites(all_painters(Gallery()), 1_000_000), only_layer(BOX)
    first, moved, odd = (sprites.placed(replace(state, x=x)) for x in (0.0, 20.0, 21.0))
    assert first is not None
    assert moved is not None
    assert odd is not None
    assert first.key == moved.key
    assert hash(first.key) == hash(moved.key)
    assert first.key != odd.key
    assert sprites.pixels(first, "high") is sprites.pixels(moved, "high")
    assert first.key != "a word"


def test_a_key_knows_all_that_pixels_depend_on() -> None:
    state = only_layer(BOX)
    box = Box(9, 9)
    turned = replace(state, rotation_deg=30.0)
    keys = {PixelKey(state.content, box, place(layer, box), state.finish) for layer in (state, turned)}
    assert len(keys) == 2
