"""Layouts: who gets which box, and how a change of layout moves them."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scene.content import LayerState
from scene.document import Scene, parse_scene
from scene.fields import Within
from scene.layout import MAX_MOVES, Layout, LayoutName, Slot, arranged
from scene.mistakes import SceneMistakes
from scene.slots import with_layout_moves
from scene.state import scene_at
from scene.time import Segment
from scene.version import SceneVersion
from scene.viewport import Box, Viewport
from tests.scene.strategies.documents import viewports

VIEWPORT = (1600, 900)


def document(layout: str, *slots: str | None, **fields: Any) -> Scene:
    """A scene of shapes called a, b, c … with these slots."""
    sides = {"position": {"x": 10, "y": 20}, "size": {"width": 300, "height": 200}}
    layers = [
        {"id": chr(97 + index), "type": "shape", "shape": "rectangle", **sides}
        | ({} if slot is None else {"slot": slot})
        for index, slot in enumerate(slots)
    ]
    viewport = {"width": VIEWPORT[0], "height": VIEWPORT[1]}
    layout_document = {"type": layout, "gap": 20, "margin": 40, **fields}
    easing = {"duration": 1, "easing": "linear"}
    return parse_scene(
        {"viewport": viewport, "layout": layout_document, "layoutTransition": easing, "layers": layers},
        max_layers=50,
    )


def shown(scene: Scene, time_s: int | Fraction = 0, births: dict[int, Fraction] | None = None) -> list[Box]:
    """Where the layers of revision 2 lie at ``time_s``."""
    version = SceneVersion(2, scene, births or {2: Fraction(0)}, VIEWPORT)
    state = scene_at(version, 0, Segment(0, 2, Fraction(time_s), Fraction(0)), Fraction(30))
    return [box_of(layer) for layer in sorted(state.layers, key=lambda layer: layer.id)]


def box_of(layer: LayerState) -> Box:
    assert layer.width is not None
    assert layer.height is not None
    x, y = layer.x - layer.anchor_x * layer.width, layer.y - layer.anchor_y * layer.height
    return Box(x, y, layer.width, layer.height)


@pytest.mark.parametrize(
    ("layout", "slots", "boxes"),
    [
        ("grid", ["side"], [(40, 40, 1520, 820)]),
        ("grid", ["side"] * 3, [(40, 40, 750, 400), (810, 40, 750, 400), (425, 460, 750, 400)]),
        ("sideBySide", ["side", "main"], [(40, 40, 750, 820), (810, 40, 750, 820)]),
        (
            "speaker",
            ["side", "main", "side"],
            [(1160, 40, 400, 400), (40, 40, 1100, 820), (1160, 460, 400, 400)],
        ),
        ("speaker", ["side"], [(40, 40, 1520, 820)]),
        ("pictureInPicture", ["main", "side"], [(0, 0, 1600, 900), (1180, 655, 380, 205)]),
        ("chatColumn", ["chat", "side"], [(1160, 40, 400, 820), (40, 40, 1100, 820)]),
        ("chatColumn", ["side", "side"], [(40, 40, 1100, 820), (1160, 40, 400, 820)]),
        ("free", ["side"], [(10, 20, 300, 200)]),
    ],
)
def test_each_layout_gives_its_boxes(layout: str, slots: list[str], boxes: list[Box]) -> None:
    assert shown(document(layout, *slots)) == boxes


def test_a_layer_without_a_slot_or_out_of_sight_takes_no_box() -> None:
    scene = document("sideBySide", "main", None, "side")
    hidden = scene.layers[2].model_copy(update={"visible": False})
    scene = scene.model_copy(update={"layers": (*scene.layers[:2], hidden)})
    assert shown(scene) == [(40, 40, 1520, 820), (10, 20, 300, 200)]


@given(
    st.sampled_from([name for name in get_args(LayoutName) if name not in ("free", "pictureInPicture")]),
    st.lists(st.sampled_from(get_args(Slot)), max_size=40),
    st.floats(0, 1000),
    st.floats(0, 1000),
    viewports.map(Viewport.model_validate),
    st.sampled_from(get_args(Within)),
)
def test_boxes_lie_in_their_area_beside_one_another(
    name: LayoutName, slots: list[Slot], gap: float, margin: float, viewport: Viewport, within: Within
) -> None:
    boxes = arranged(Layout(type=name, gap=gap, margin=margin, within=within), slots, viewport)
    assert len(boxes) == len(slots)
    area, near = viewport.area(within), 1e-6 * max(viewport.size)
    for box in boxes:
        assert box.width > 0
        assert box.height > 0
        assert area.x - near <= box.x <= box.x + box.width <= area.x + area.width + near
        assert area.y - near <= box.y <= box.y + box.height <= area.y + area.height + near
    for a, b in combinations(boxes, 2):
        beside = a.x + a.width <= b.x + near or b.x + b.width <= a.x + near
        assert beside or a.y + a.height <= b.y + near or b.y + b.height <= a.y + near


def test_another_layout_moves_its_layers_from_the_birth_of_the_edit_on() -> None:
    old, new = document("free", "main", None), document("grid", "main", None)
    moved = with_layout_moves(old, new, 2)
    births = {2: Fraction(7)}
    assert shown(moved, 7, births) == [(10, 20, 300, 200)] * 2
    assert shown(moved, Fraction(15, 2), births)[0] == (25, 30, 910, 510)
    assert shown(moved, 8, births) == shown(moved, 99, births) == [(40, 40, 1520, 820), (10, 20, 300, 200)]


def test_back_to_free_a_layer_goes_to_its_own_box() -> None:
    grid, free = document("grid", "main", "main"), document("free", "main", "main")
    moved = with_layout_moves(grid, free, 2)
    assert shown(moved, 0) == shown(grid)
    assert shown(moved, 1) == shown(free)


def test_the_document_is_enough_and_comes_back_as_it_was() -> None:
    moved = with_layout_moves(document("free", "main"), document("grid", "main"), 2)
    again = parse_scene(moved.to_json(), max_layers=50)
    assert again == moved
    assert shown(again, Fraction(1, 2)) == shown(moved, Fraction(1, 2))


def test_an_edit_meanwhile_neither_stops_nor_restarts_a_move() -> None:
    old, new = document("free", "main"), document("grid", "main")
    moved = with_layout_moves(old, new, 2)
    edited = with_layout_moves(moved, new.model_copy(update={"background": "#123456"}), 3)
    assert edited.layers == moved.layers


def test_one_more_layer_makes_room_for_itself() -> None:
    moved = with_layout_moves(document("sideBySide", "main"), document("sideBySide", "main", "side"), 2)
    assert shown(moved, 0) == [(40, 40, 1520, 820), (810, 40, 750, 820)]
    assert shown(moved, 1) == [(40, 40, 750, 820), (810, 40, 750, 820)]


def test_without_a_layout_an_edit_moves_at_once() -> None:
    old = document("free", "main")
    there = old.layers[0].model_copy(update={"rotation": 5.0})
    new = old.model_copy(update={"layers": (there,)})
    assert with_layout_moves(old, new, 2) == new


def test_an_animation_of_its_own_overrides_the_layouts_way() -> None:
    old, new = document("free", "main"), document("grid", "main")
    animated = {
        **new.to_json()["layers"][0],
        "animations": [{"property": "position.x", "to": 5, "duration": 0, "start": 0}],
    }
    scene = parse_scene({**new.to_json(), "layers": [animated]}, max_layers=50)
    assert shown(with_layout_moves(old, scene, 2), Fraction(1, 2))[0].x == 5


def test_what_is_no_layout_is_named() -> None:
    layer = {"id": "n", "type": "frame_number", "slot": "main"}
    with pytest.raises(SceneMistakes) as caught:
        parse_scene({"layout": {"type": "heap", "gap": -1}, "layers": [layer]}, max_layers=5)
    assert [mistake.path for mistake in caught.value.mistakes] == [
        "layout.type",
        "layout.gap",
        "layers[0].slot",
    ]


def test_a_layer_that_is_sent_elsewhere_on_its_way_begins_where_it_is() -> None:
    free, grid, speaker = (
        document("free", "main"),
        document("grid", "main"),
        document("speaker", "main", "side"),
    )
    third = with_layout_moves(with_layout_moves(free, grid, 2), speaker, 3)
    births = {2: Fraction(0), 3: Fraction(1, 2)}
    version = SceneVersion(3, third, births, VIEWPORT)

    def box(time_s: Fraction) -> Box:
        state = scene_at(version, 0, Segment(0, 3, time_s, Fraction(0)), Fraction(30))
        return box_of(state.layers[0])

    assert box(Fraction(0)) == (10, 20, 300, 200)
    # Half of the way from there to the grid's one box, and from there on to the speaker's.
    assert box(Fraction(1, 2)) == (25, 30, 910, 510)
    assert box(Fraction(1)) == (32.5, 35, 1005, 665)
    assert box(Fraction(3, 2)) == box(Fraction(99)) == (40, 40, 1100, 820)


def test_one_that_had_arrived_begins_at_its_box() -> None:
    free, grid = document("free", "main"), document("grid", "main")
    back = with_layout_moves(with_layout_moves(free, grid, 2), free, 3)
    births = {2: Fraction(0), 3: Fraction(5)}
    assert shown(back, 5, births) == [(40, 40, 1520, 820)]
    assert shown(back, 6, births) == [(10, 20, 300, 200)]


def test_only_the_last_few_moves_are_kept() -> None:
    scene = document("free", "main")
    for revision in range(2, 60):
        layout = "grid" if revision % 2 == 0 else "free"
        scene = with_layout_moves(scene, document(layout, "main"), revision)
    move, count = scene.layers[0].layout_move, 0
    while move is not None:
        move, count = move.after, count + 1
    assert count == MAX_MOVES
    births = {revision: Fraction(revision, 10) for revision in range(2, 60)}
    assert shown(scene, 99, births) == [(10, 20, 300, 200)]
    assert parse_scene(scene.to_json(), max_layers=50) == scene
