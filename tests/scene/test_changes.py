"""What changed between two frames, and the few rectangles that hold it."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scene.changes import changed_between
from scene.colour import Colour
from scene.content import ColourContent, LayerState
from scene.document import Scene
from scene.geometry import MAX_RECTS, Rect, area, even_inside, merge_rects, outside, overlap
from scene.state import SceneState, scene_at
from scene.time import Segment
from scene.version import SceneVersion
from tests.scene.strategies.basics import canvases, segments
from tests.scene.strategies.documents import scenes

WIDTH, HEIGHT = 640, 360
Pixel = tuple[int, int]


def box(name: str, x: float, y: float = 0, side: float = 20, shade: int = 0) -> LayerState:
    """An even square."""
    content = ColourContent(Colour(shade, 0, 0))
    return LayerState(name, content, x, y, side, side, 0, 0, 0, 1)


def picture(*layers: LayerState, shade: int = 0, width: int = WIDTH) -> SceneState:
    """A small canvas."""
    return SceneState(width, HEIGHT, Colour(shade, 0, 0), layers)


def extent(layer: LayerState, width: int = WIDTH, height: int = HEIGHT) -> Rect | None:
    """Of an upright box."""
    left, top = math.floor(layer.x), math.floor(layer.y)
    right = math.ceil(layer.x + (layer.width or 30))
    bottom = math.ceil(layer.y + (layer.height or 30))
    return even_inside((left, top, right - left, bottom - top), width, height)


def topmost(state: SceneState, pixel: Pixel) -> object:
    """What decides a pixel's colour, as a real compositor would: all that lies there, in order."""
    here = []
    for layer in state.layers:
        rect = extent(layer, state.width, state.height)
        if rect is not None and overlap(rect, (*pixel, 1, 1)):
            here.append(layer)
    return state.background, tuple(here)


def holds(rects: list[Rect] | tuple[Rect, ...], pixel: Pixel) -> bool:
    """Whether ``pixel`` lies in one of ``rects``."""
    return any(overlap(rect, (*pixel, 1, 1)) for rect in rects)


A, B, C = box("a", 0), box("b", 10), box("c", 16)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (picture(A, B), picture(A, B), set()),
        (picture(A, B), picture(A), {(10, 0, 20, 20)}),
        (picture(A), picture(A, B), {(10, 0, 20, 20)}),
        (picture(A), picture(replace(A, x=100)), {(0, 0, 20, 20), (100, 0, 20, 20)}),
        (picture(A), picture(replace(A, opacity=0.5)), {(0, 0, 20, 20)}),
        (picture(A), picture(box("a", 0, shade=9)), {(0, 0, 20, 20)}),
        (picture(A), picture(replace(A, x=WIDTH)), {(0, 0, 20, 20)}),
        # swapped: one of the two holds what they share
        (picture(A, B), picture(B, A), {(0, 0, 20, 20)}),
        # one of three went from the bottom to the top: it alone
        (picture(A, B, C), picture(B, C, A), {(0, 0, 20, 20)}),
        (picture(A, B, C), picture(C, A, B), {(16, 0, 20, 20)}),
        # the picture as a whole
        (picture(A), picture(A, shade=1), {(0, 0, WIDTH, HEIGHT)}),
        (picture(A), picture(A, width=320), {(0, 0, 320, HEIGHT)}),
    ],
)
def test_what_changed(before: SceneState, after: SceneState, expected: set[Rect]) -> None:
    assert set(changed_between(before, after, extent)) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # the same layer, of which more is known
        (picture(A, B), picture(box("a", 0, shade=9), B), {(2, 2, 4, 4)}),
        # came, went
        (picture(A), picture(A, B), {(10, 0, 20, 20)}),
        (picture(A, B), picture(A), {(10, 0, 20, 20)}),
        # the other one is compared as well where a third one comes
        (picture(A), picture(box("a", 0, shade=9), B), {(2, 2, 4, 4), (10, 0, 20, 20)}),
        # out of order: what lies below shows elsewhere too, so the whole layer counts
        (picture(A, B), picture(B, box("a", 0, shade=9)), {(2, 2, 4, 4), (0, 0, 20, 20)}),
    ],
)
def test_what_changed_where_states_of_one_layer_can_be_compared(
    before: SceneState, after: SceneState, expected: set[Rect]
) -> None:
    assert set(changed_between(before, after, extent, lambda _old, _new: [(2, 2, 4, 4)])) == expected


def test_states_that_cannot_be_compared_count_whole() -> None:
    before, after = picture(A), picture(replace(A, x=100))
    assert changed_between(before, after, extent, lambda _old, _new: None) == [
        (0, 0, 20, 20),
        (100, 0, 20, 20),
    ]


def test_states_that_look_alike_change_nothing() -> None:
    assert changed_between(picture(A), picture(box("a", 0, shade=9)), extent, lambda _old, _new: []) == []


def test_a_layer_that_moved_and_came_back_changed_over_the_steps() -> None:
    way = [0, 100, 200, 100, 0]
    states = [picture(box("a", x)) for x in way]
    assert changed_between(states[0], states[-1], extent) == []
    steps = [rect for a, b in pairwise(states) for rect in changed_between(a, b, extent)]
    assert {rect[0] for rect in steps} == set(way)


positions = st.integers(-20, 60)
boxes = st.lists(
    st.builds(box, st.sampled_from("abcdef"), positions, positions, st.integers(1, 40), st.integers(0, 1)),
    unique_by=lambda layer: layer.id,
    max_size=6,
)


@given(boxes, boxes)
def test_every_pixel_that_may_differ_is_held(before: list[LayerState], after: list[LayerState]) -> None:
    a, b = picture(*before), picture(*after)
    rects = changed_between(a, b, extent)
    for pixel in ((x, y) for x in range(0, 104, 3) for y in range(0, 104, 3)):
        if topmost(a, pixel) != topmost(b, pixel):
            assert holds(rects, pixel)


@given(boxes)
def test_nothing_changes_between_equal_pictures(layers: list[LayerState]) -> None:
    copies = [replace(layer) for layer in layers]
    assert changed_between(picture(*layers), picture(*copies), extent) == []


@given(boxes, st.randoms(use_true_random=False))
def test_a_new_order_changes_nothing_outside_the_layers_that_share_pixels(
    layers: list[LayerState], random: Random
) -> None:
    shuffled = random.sample(layers, len(layers))
    a, b = picture(*layers), picture(*shuffled)
    rects = changed_between(a, b, extent)
    assert len(rects) < max(len(layers), 1)
    for pixel in ((x, y) for x in range(0, 104, 4) for y in range(0, 104, 4)):
        if topmost(a, pixel) != topmost(b, pixel):
            assert holds(rects, pixel)


@given(scenes(), canvases, segments, st.integers(100, 200))
def test_a_moving_scene_changes_only_where_it_says(
    scene: Scene, canvas: tuple[int, int], segment: Segment, n: int
) -> None:
    version = SceneVersion(3, scene, {1: Fraction(1), 3: Fraction(2)}, canvas)
    a, b = (scene_at(version, frame, segment, Fraction(30)) for frame in (n, n + 7))
    width, height = canvas
    rects = merge_rects(changed_between(a, b, lambda layer: extent(layer, width, height)), width, height)
    for pixel in ((x, y) for x in range(0, width, 41) for y in range(0, height, 37)):
        if topmost(a, pixel) != topmost(b, pixel):
            assert holds(rects, pixel)


# Merging

rects = st.tuples(st.integers(-40, 700), st.integers(-40, 400), st.integers(0, 300), st.integers(0, 200))


@given(st.lists(rects, max_size=40))
def test_merged_rects_cover_everything_and_are_few_even_inside_and_disjoint(wanted: list[Rect]) -> None:
    merged = merge_rects(wanted, WIDTH, HEIGHT)
    assert len(merged) <= MAX_RECTS
    for x, y, width, height in merged:
        assert width > 0
        assert height > 0
        assert not (x | y | width | height) & 1
        assert 0 <= x < x + width <= WIDTH
        assert 0 <= y < y + height <= HEIGHT
    assert not any(overlap(a, b) for a, b in combinations(merged, 2))
    for rect in wanted:
        left = [part for part in [even_inside(rect, WIDTH, HEIGHT)] if part is not None]
        for done in merged:
            left = [
                piece for part in left for piece in (outside(part, done) if overlap(part, done) else [part])
            ]
        assert left == []


@given(st.lists(rects, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_rects_does_not_matter(wanted: list[Rect], random: Random) -> None:
    assert merge_rects(random.sample(wanted, len(wanted)), WIDTH, HEIGHT) == merge_rects(
        wanted, WIDTH, HEIGHT
    )


@pytest.mark.parametrize(
    ("wanted", "merged"),
    [
        ([], ()),
        ([(10, 10, 0, 5)], ()),
        ([(-50, 0, 20, 20), (700, 0, 20, 20)], ()),
        ([(1, 1, 1, 1)], ((0, 0, 2, 2),)),
        ([(3, 3, 2, 2)], ((2, 2, 4, 4),)),
        ([(-5, -5, 9, 9), (636, 356, 9, 9)], ((0, 0, 4, 4), (636, 356, 4, 4))),
        # side by side: one; far apart: two
        ([(0, 0, 100, 100), (100, 0, 100, 100)], ((0, 0, 200, 100),)),
        ([(0, 0, 100, 100), (500, 200, 100, 100)], ((0, 0, 100, 100), (500, 200, 100, 100))),
        # a cross stays narrow: its arms are cut, not its bounds drawn
        (
            [(0, 160, 640, 20), (300, 0, 20, 360)],
            ((0, 160, 640, 20), (300, 0, 20, 160), (300, 180, 20, 180)),
        ),
        # most of the canvas: all of it
        ([(0, 0, 640, 260)], ((0, 0, 640, 360),)),
        ([(0, 0, 640, 250)], ((0, 0, 640, 250),)),
    ],
)
def test_merging(wanted: list[Rect], merged: tuple[Rect, ...]) -> None:
    assert merge_rects(wanted, WIDTH, HEIGHT) == merged


def test_many_small_rects_do_not_become_the_whole_canvas() -> None:
    dots = [(x, y, 4, 4) for x in range(0, 640, 160) for y in range(0, 360, 120)]
    merged = merge_rects(dots, WIDTH, HEIGHT)
    assert len(merged) <= MAX_RECTS
    assert sum(map(area, merged)) < WIDTH * HEIGHT // 2
