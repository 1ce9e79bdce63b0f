"""Shows: read, checked as a whole, edited, settled and written back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from scene.animation import AfterRevision
from scene.document import MAX_LAYERS, Scene, parse_scene
from scene.mistakes import SceneInUse, SceneMistakes, UnknownScene
from scene.schema import show_schema
from scene.show import MAX_SCENES, Show, one_scene, parse_show, stored_show
from scene.show_edits import (
    add_scene,
    changed_scenes,
    parse_transition,
    remove_scene,
    rename_scene,
    set_preview,
    settle_show,
    take_scene,
    with_stinger_times,
)
from scene.transitions import CUT, Stinger
from tests.scene.strategies.basics import Document
from tests.scene.strategies.documents import shows

NOW = AfterRevision(revision=2)
FADING = {"property": "opacity", "from": 0, "to": 1, "duration": 1}
TITLE = {"id": "title", "type": "text", "text": "Hello", "animations": [FADING]}
SHOW: dict[str, Any] = {
    "scenes": {"main": {"layers": [TITLE]}, "break": {"background": "#102030", "layers": [TITLE]}, "end": {}},
    "preview": "break",
}


def show(**fields: Any) -> Show:
    return parse_show({**SHOW, **fields}, max_layers=MAX_LAYERS)


def mistakes(document: object, max_layers: int = MAX_LAYERS) -> dict[str, str]:
    with pytest.raises(SceneMistakes) as caught:
        parse_show(document, max_layers=max_layers)
    return {mistake.path: mistake.reason for mistake in caught.value.mistakes}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(shows())
def test_a_show_comes_back_equal(document: Document) -> None:
    parsed = parse_show(document, max_layers=MAX_LAYERS)
    assert parse_show(parsed.to_json(), max_layers=MAX_LAYERS) == parsed
    stored = stored_show(parsed.to_json())
    assert stored == parsed
    assert stored.on_air == parsed.on_air


def test_a_scene_that_stands_alone_is_written_as_itself() -> None:
    scene = parse_scene({"layers": [TITLE]}, max_layers=1)
    assert one_scene(scene).to_json() == scene.to_json()
    assert parse_show(scene.to_json(), max_layers=1) == one_scene(scene) == stored_show(scene.to_json())
    assert one_scene(scene).on_air == scene


@pytest.mark.parametrize(("names", "program"), [(["b", "main"], "main"), (["b", "a"], "b")])
def test_main_is_on_program_or_else_the_first(names: list[str], program: str) -> None:
    assert parse_show({"scenes": {name: {} for name in names}}, max_layers=1).program == program


@pytest.mark.parametrize(
    ("fields", "path", "reason"),
    [
        ({"scenes": {}}, "scenes", "1 to 16 scenes"),
        ({"scenes": [{}]}, "scenes", "1 to 16 scenes"),
        ({"scenes": {f"s{i}": {} for i in range(MAX_SCENES + 1)}}, "scenes", "1 to 16 scenes"),
        ({"scenes": {"main": {"background": 3}}, "preview": None}, "scenes.main.background", "must be"),
        ({"scenes": {"main": {}, "a b": {}}, "preview": None}, "scenes.a b", "the name must be 1 to 64"),
        ({"program": "nothing"}, "program", "there is no 'nothing'"),
        ({"preview": "nothing"}, "preview", "there is no 'nothing'"),
        ({"take": {"from": "x", "transition": {"type": "cut"}, "start": 1}}, "take.from", "no 'x'"),
        (
            {"take": {"from": "end", "transition": {"type": "spin"}, "start": 1}},
            "take.transition.type",
            "one of",
        ),
        (
            {"take": {"from": "end", "transition": {"type": "fade", "duration": -1}, "start": 1}},
            "take.transition.duration",
            "at least 0",
        ),
        ({"layers": []}, "layers", "is not a field that exists here"),
    ],
)
def test_what_is_wrong_is_said_with_its_path(fields: dict[str, Any], path: str, reason: str) -> None:
    assert reason in mistakes({**SHOW, **fields})[path]


def test_each_scene_keeps_to_the_layers_that_are_allowed() -> None:
    two = {"layers": [TITLE, {**TITLE, "id": "other"}]}
    assert list(mistakes({"scenes": {"main": {}, "b": two}}, max_layers=1)) == ["scenes.b.layers"]


def test_only_what_is_asked_for_is_parsed() -> None:
    stored = stored_show(
        {"scenes": {"main": {}, "other": {"background": "of a later version"}}, "program": "main"}
    )
    assert stored.on_air == Scene()
    with pytest.raises(SceneMistakes):
        stored.scene("other")
    with pytest.raises(UnknownScene):
        stored.scene("nothing")


def test_scenes_are_added_copied_renamed_and_removed() -> None:
    more = add_scene(show(), "again", show().scene("break"))
    assert more.scene("again") == show().scene("break")
    assert changed_scenes(show(), more) != []
    assert changed_scenes(more, more) == []
    renamed = rename_scene(more, "break", "pause")
    assert list(renamed.scenes) == ["main", "pause", "end", "again"]
    assert renamed.preview == "pause"
    assert rename_scene(more, "break", "break") == more
    less = remove_scene(renamed, "pause")
    assert (list(less.scenes), less.preview) == (["main", "end", "again"], None)


def test_a_take_swaps_program_and_preview() -> None:
    fade = parse_transition({"type": "fade", "duration": 1})
    taken = take_scene(show(), None, fade, NOW)
    assert (taken.program, taken.preview) == ("break", "main")
    assert taken.take is not None
    assert (taken.take.from_, taken.take.transition, taken.take.start) == ("main", fade, NOW)
    assert taken.since == {"break": NOW}
    again = take_scene(taken, "end", CUT, AfterRevision(revision=3))
    assert (again.program, again.preview, again.take and again.take.from_) == ("end", "break", "break")
    renamed = rename_scene(again, "break", "pause")
    assert (renamed.preview, renamed.take and renamed.take.from_) == ("pause", "pause")
    assert remove_scene(again, "break").take is None
    assert parse_show(again.to_json(), max_layers=1) == again


@pytest.mark.parametrize(
    "edit",
    [
        lambda: take_scene(show(), "main", CUT, NOW),
        lambda: take_scene(show(preview=None), None, CUT, NOW),
        lambda: set_preview(show(), "main"),
        lambda: remove_scene(show(), "main"),
        lambda: add_scene(show(), "end", Scene()),
        lambda: rename_scene(show(), "end", "main"),
    ],
)
def test_what_is_on_air_or_taken_is_in_the_way(edit: Any) -> None:
    with pytest.raises(SceneInUse):
        edit()


@pytest.mark.parametrize(
    "edit",
    [
        lambda: take_scene(show(), "nothing", CUT, NOW),
        lambda: set_preview(show(), "nothing"),
        lambda: remove_scene(show(), "nothing"),
        lambda: rename_scene(show(), "nothing", "other"),
    ],
)
def test_an_unknown_scene_is_said_to_be_unknown(edit: Any) -> None:
    with pytest.raises(UnknownScene, match="'nothing'"):
        edit()


def test_there_is_room_for_so_many_scenes() -> None:
    full = parse_show({"scenes": {f"s{i}": {} for i in range(MAX_SCENES)}}, max_layers=1)
    with pytest.raises(SceneMistakes, match="holds 16 scenes"):
        add_scene(full, "more", Scene())
    with pytest.raises(SceneMistakes, match="name must be"):
        add_scene(show(), "no good", Scene())


def _start(scene: Scene) -> object:
    return scene.layers[0].animations[0].start


def test_what_is_off_program_begins_when_it_is_taken() -> None:
    first = settle_show(show(), None, 1)
    assert _start(first.scene("main")) == AfterRevision(revision=1)
    assert _start(first.scene("break")) == "now"
    taken = settle_show(take_scene(first, None, CUT, NOW), first, 2)
    assert _start(taken.scene("break")) == NOW
    edited = taken.with_scene("end", parse_scene({"layers": [TITLE]}, max_layers=1))
    assert _start(settle_show(edited, taken, 3).scene("end")) == "now"


def test_the_first_revision_may_hold_a_take_that_is_still_to_come() -> None:
    planned = show(program="break", take={"from": "main", "transition": {"type": "fade"}, "start": 2.0})
    assert planned.since == {"break": 2.0}
    assert _start(settle_show(planned, None, 1).scene("break")) == 2.0
    assert _start(settle_show(planned, show(), 7).scene("break")) == AfterRevision(revision=7)


def test_takes_of_another_streams_revisions_are_over() -> None:
    later = {"revision": 40}
    imported = show(
        program="break",
        take={"from": "main", "transition": {"type": "fade"}, "start": later},
        since={"break": later},
    )
    settled = settle_show(imported, show(), 5)
    assert settled.take is None
    assert settled.since == {"break": AfterRevision(revision=5)}


def test_a_stinger_knows_its_pictures_times() -> None:
    stinger = parse_transition({"type": "stinger", "asset": "logo"})
    assert isinstance(stinger, Stinger)
    assert (stinger.seconds, stinger.cut_s) == (1.0, 0.5)
    taken = take_scene(show(), None, stinger, NOW)
    timed = with_stinger_times(taken, {"logo": (100, 300)}.get).take
    assert timed is not None
    assert (timed.transition.seconds, timed.start) == (0.4, NOW)
    assert with_stinger_times(show(), lambda _asset: None) == show()


def test_the_schema_knows_every_kind_of_transition() -> None:
    kinds = {"Cut", "Fade", "Slide", "Push", "Wipe", "Zoom", "Stinger"}
    assert kinds <= set(show_schema()["$defs"])
    assert set(show_schema()["properties"]) == {"scenes", "program", "preview", "take", "since"}


def test_american_spelling_is_understood() -> None:
    assert parse_transition({"type": "fade", "color": "#fff"}) == parse_transition(
        {"type": "fade", "colour": "#fff"}
    )
