"""Edits: a new scene each, the old one as it was."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scene.document import Scene, layer_to_json, parse_scene
from scene.edits import add_layer, change_layer, find_layer, remove_layer, settle_starts
from scene.layers import TextLayer
from scene.mistakes import Mistake, SceneMistakes, UnknownLayer
from tests.scene.strategies.documents import scenes
from tests.scene.strategies.layers import layers

GROUND = {"id": "ground", "type": "colour", "colour": "#222222"}
TITLE = {
    "id": "title",
    "type": "text",
    "text": "hello",
    "position": {"x": 10, "y": "50%"},
    "size": {"width": 400},
    "zIndex": 4,
}
SCENE = parse_scene({"layers": [GROUND, TITLE]}, max_layers=2)


def ids(scene: Scene) -> list[str]:
    """The layers' ids in the document's order."""
    return [layer.id for layer in scene.layers]


def refused(edit: Any, *arguments: Any, **options: Any) -> list[Mistake]:
    """The mistakes for which ``edit`` is refused."""
    with pytest.raises(SceneMistakes) as caught:
        edit(*arguments, **options)
    return caught.value.mistakes


def test_a_layer_is_added_behind_the_others_of_the_list() -> None:
    assert ids(add_layer(SCENE, {"id": "n", "type": "frame_number"})) == ["ground", "title", "n"]
    assert ids(SCENE) == ["ground", "title"]


def test_an_added_layers_mistakes_have_paths_inside_it() -> None:
    data = {"id": "x y", "type": "text", "text": 4, "animations": [{"property": "opacity"}]}
    assert {mistake.path for mistake in refused(add_layer, SCENE, data)} == {
        "id",
        "text",
        "animations[0].to",
        "animations[0].duration",
    }
    assert refused(add_layer, SCENE, {"id": "a"}) == [Mistake("type", "is required; add it")]
    assert refused(add_layer, SCENE, "text") == [Mistake(".", "must be an object with fields")]


def test_an_id_is_given_once() -> None:
    taken = [Mistake("id", "title is another layer's id; choose another")]
    assert refused(add_layer, SCENE, {"id": "title", "type": "frame_number"}) == taken
    assert refused(change_layer, SCENE, "ground", {"id": "title"}) == taken
    assert ids(change_layer(SCENE, "ground", {"id": "sky"})) == ["sky", "title"]


def test_no_more_layers_are_added_than_allowed() -> None:
    assert refused(add_layer, SCENE, {"id": "n", "type": "frame_number"}, max_layers=2) == [
        Mistake("layers", "holds 2 layers already; remove one first")
    ]


def test_a_change_merges_objects_and_leaves_the_rest() -> None:
    changes = {"position": {"x": "25%"}, "opacity": 0.5, "color": "#f00"}
    title = find_layer(change_layer(SCENE, "title", changes), "title")
    assert isinstance(title, TextLayer)
    assert (title.position.x, title.position.y, title.opacity) == ("25%", "50%", 0.5)
    assert (title.text, title.colour, title.z_index) == ("hello", "#f00", 4)


def test_null_sets_a_field_back_to_its_default() -> None:
    title = find_layer(change_layer(SCENE, "title", {"zIndex": None, "position": {"y": None}}), "title")
    assert (title.z_index, title.position.x, title.position.y) == (0, 10, 0)
    without_size = find_layer(change_layer(SCENE, "title", {"size": None}), "title")
    assert without_size.size is None


def test_a_list_is_replaced_as_a_whole() -> None:
    fade = {"property": "opacity", "to": 0, "duration": 1}
    faded = change_layer(SCENE, "title", {"animations": [fade, fade]})
    assert len(find_layer(faded, "title").animations) == 2
    assert len(find_layer(change_layer(faded, "title", {"animations": [fade]}), "title").animations) == 1


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        (7, "."),
        (["opacity"], "."),
        ({"position": 5}, "position"),
        ({"position": {"z": 5}}, "position.z"),
        ({"opacity": 3}, "opacity"),
        ({"text": None}, "text"),
        ({"fill": "#fff"}, "fill"),
        ({"size": {"width": {"px": 4}}}, "size.width"),
    ],
)
def test_a_wrong_change_is_refused_with_its_path(changes: object, path: str) -> None:
    assert [mistake.path for mistake in refused(change_layer, SCENE, "title", changes)] == [path]


def test_a_removed_layer_is_gone() -> None:
    assert ids(remove_layer(SCENE, "ground")) == ["title"]


def test_an_unknown_layer_is_named() -> None:
    with pytest.raises(UnknownLayer, match="'nobody'"):
        remove_layer(SCENE, "nobody")
    with pytest.raises(UnknownLayer, match="'nobody'"):
        change_layer(SCENE, "nobody", {})


@pytest.mark.parametrize(
    ("start", "settled"),
    [
        ("now", {"revision": 5}),
        ({"revision": 4}, {"revision": 4}),
        ({"revision": 5}, {"revision": 5}),
        ({"revision": 9}, {"revision": 5}),
        (1.5, 1.5),
    ],
)
def test_now_becomes_the_revision_that_the_scene_becomes(start: object, settled: object) -> None:
    fade = {"property": "opacity", "to": 0, "duration": 1, "start": start}
    scene = settle_starts(change_layer(SCENE, "title", {"animations": [fade]}), 5)
    assert scene.to_json()["layers"][1]["animations"][0]["start"] == settled


@given(scenes(), st.integers(1, 9))
def test_settling_twice_is_settling_once(scene: Scene, revision: int) -> None:
    once = settle_starts(scene, revision)
    assert settle_starts(once, revision + 1) == once
    assert parse_scene(once.to_json(), max_layers=5) == once


@given(scenes(), layers())
def test_what_was_added_can_be_removed_and_a_change_to_itself_changes_nothing(
    scene: Scene, layer: dict[str, Any]
) -> None:
    new = {**layer, "id": "a.name.that.no.strategy.makes"}
    added = add_layer(scene, new)
    assert change_layer(added, new["id"], layer_to_json(added.layers[-1])) == added
    assert remove_layer(added, new["id"]) == scene
