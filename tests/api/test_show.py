"""Scenes by name: made, edited, taken; each edit of any of them a revision of the show."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.http.services import Services
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.tokens import Scope
from scene.show import MAX_SCENES
from tests.api.conftest import TEXT_LAYER, Caller
from tests.api.test_assets import picture

FADE = {"type": "fade", "duration": 1.0}
FADING = {"property": "opacity", "from": 0.0, "to": 1.0, "duration": 1.0}
MOVING = {**TEXT_LAYER, "animations": [FADING]}


@pytest.fixture
def path(bob: Caller, show: str) -> str:
    """The path of a stream with the scenes main and break, which is on preview."""
    bob.ask("POST", f"/streams/{show}/scenes", {"name": "break", "scene": {"layers": [MOVING]}}, status=201)
    bob.ask("PUT", f"/streams/{show}/preview", {"scene": "break"})
    return f"/streams/{show}"


def _events(redis: FarmRedis, stream: str) -> list[tuple[str, dict[str, Any]]]:
    entries: Any = redis.xrange(keys.events(stream))
    events = (json.loads(fields[b"event"]) for _, fields in entries)
    return [(event["type"], event["data"]) for event in events]


def _start(scene: dict[str, Any]) -> object:
    return scene["layers"][0]["animations"][0]["start"]


def test_a_stream_has_one_scene_on_program(bob: Caller, show: str) -> None:
    told = bob.ask("GET", f"/streams/{show}/scenes")
    entry = {"name": "main", "layers": 0, "onProgram": True, "onPreview": False}
    assert told == {"program": "main", "preview": None, "scenes": [entry], "take": None}
    assert bob.ask("GET", f"/streams/{show}/scenes/main") == bob.ask("GET", f"/streams/{show}/scene")


def test_a_scene_is_copied_changed_renamed_and_deleted(bob: Caller, path: str) -> None:
    copied = bob.ask("POST", f"{path}/scenes", {"name": "again", "copyOf": "break"}, status=201)
    assert copied == bob.ask("GET", f"{path}/scenes/break")
    empty = bob.ask("POST", f"{path}/scenes", {"name": "empty"}, status=201)
    assert empty["viewport"] == bob.ask("GET", f"{path}/scene")["viewport"]
    changed = bob.ask("PATCH", f"{path}/scenes/again", {"background": "#123456", "name": "other"})
    assert (changed["background"], changed["layers"]) == ("#123456", copied["layers"])
    bob.refused("GET", f"{path}/scenes/again", status=404)
    bob.ask("DELETE", f"{path}/scenes/other")
    assert [scene["name"] for scene in bob.ask("GET", f"{path}/scenes")["scenes"]] == [
        "main",
        "break",
        "empty",
    ]


def test_the_layers_of_any_scene_can_be_edited(bob: Caller, path: str, show: str, redis: FarmRedis) -> None:
    layers = f"{path}/scenes/break/layers"
    bob.ask("POST", layers, {**TEXT_LAYER, "id": "second"}, status=201)
    assert bob.ask("PATCH", f"{layers}/second", {"text": "Soon"})["text"] == "Soon"
    bob.ask("DELETE", f"{layers}/title")
    assert bob.ask("GET", layers)["count"] == 1
    assert bob.ask("GET", f"{layers}/second")["text"] == "Soon"
    assert bob.ask("GET", f"{path}/layers")["count"] == 0
    put = bob.ask("PUT", f"{path}/scenes/break", {"background": "#ffffff"})
    assert bob.ask("GET", f"{path}/scenes/break") == put
    assert {data["scene"] for kind, data in _events(redis, show) if kind == "layer:update"} == {"break"}
    assert _events(redis, show)[-1] == ("scene:update", {"scene": "break", "revision": 7})


def test_a_take_puts_the_preview_on_program(bob: Caller, path: str, show: str, redis: FarmRedis) -> None:
    assert _start(bob.ask("GET", f"{path}/scenes/break")) == "now"
    told = bob.ask("POST", f"{path}/take", {"transition": FADE})
    assert (told["program"], told["preview"]) == ("break", "main")
    assert told["take"]["from"] == "main"
    assert told["take"]["start"] == {"revision": 4}
    assert told["take"]["transition"] == {
        "type": "fade",
        "duration": 1.0,
        "easing": "linear",
        "colour": None,
        "linearLight": False,
    }
    scene = bob.ask("GET", f"{path}/scene")
    assert scene["layers"][0]["id"] == "title"
    assert _start(scene) == {"revision": 4}
    assert _events(redis, show)[-1] == ("show:update", {"action": "take", "scene": "break", "revision": 4})
    assert bob.ask("POST", f"{path}/take")["program"] == "main"
    assert _start(bob.ask("GET", f"{path}/scenes/break")) == {"revision": 4}


def test_a_take_is_noted_for_the_coordinator(bob: Caller, path: str, farm: Services) -> None:
    bob.ask("POST", f"{path}/take", {"scene": "break", "transition": {**FADE, "duration": 0.1}})
    [note] = farm.scenes.notes("show", [4])
    assert note is not None
    assert note.take is not None
    assert (note.take.scene, note.take.from_, note.take.transition) == ("break", "main", "fade")
    assert str(note.take.seconds) == "1/10"
    assert note.summary == "took break: fade"


def test_a_take_is_undone_and_redone(bob: Caller, path: str) -> None:
    bob.ask("POST", f"{path}/take", {"transition": FADE})
    bob.ask("POST", f"{path}/scene/undo")
    assert bob.ask("GET", f"{path}/scenes")["program"] == "main"
    bob.ask("POST", f"{path}/scene/redo")
    told = bob.ask("GET", f"{path}/scenes")
    assert (told["program"], told["take"]["start"]) == ("break", {"revision": 4})
    summaries = [entry["summary"] for entry in bob.ask("GET", f"{path}/scene/history")["revisions"]]
    assert bob.ask("GET", f"{path}/show/revisions/3")["program"] == "main"
    bob.refused("GET", f"{path}/show/revisions/x", status=404)
    assert summaries[2:] == ["took break: fade", "break on preview", "added scene break", "the first scene"]


def test_a_stinger_needs_its_picture(bob: Caller, path: str) -> None:
    error = bob.refused("POST", f"{path}/take", {"transition": {"type": "stinger", "asset": "x"}}, status=422)
    assert [mistake["path"] for mistake in error["details"]["mistakes"]] == ["transition.asset"]
    asset = bob.ask("POST", "/assets", data=picture(), content_type="image/png", status=201)["id"]
    transition = {"type": "stinger", "asset": asset, "duration": 1}
    assert (
        bob.ask("POST", f"{path}/take", {"transition": transition})["take"]["transition"]["content"] == asset
    )


@pytest.mark.parametrize(
    ("body", "path_in_body"),
    [
        ({"transition": {"type": "spin"}}, "transition.type"),
        ({"transition": {"type": "fade", "duration": 1000}}, "transition.duration"),
        ({"transition": {"type": "cut", "direction": "left"}}, "transition.direction"),
        ({"transition": {"type": "wipe", "easing": "fast"}}, "transition.easing"),
        ({"scene": 3}, "scene"),
        ({"nothing": 3}, "nothing"),
    ],
)
def test_a_wrong_take_is_refused_with_its_path(
    bob: Caller, path: str, body: dict[str, Any], path_in_body: str
) -> None:
    error = bob.refused("POST", f"{path}/take", body, status=422)
    assert error["code"] == "SCENE_INVALID"
    assert [mistake["path"] for mistake in error["details"]["mistakes"]] == [path_in_body]
    assert bob.ask("GET", f"{path}/scenes")["program"] == "main"


@pytest.mark.parametrize(
    ("method", "route", "body", "status"),
    [
        ("POST", "/take", {"scene": "main"}, 409),
        ("POST", "/take", {"scene": "nothing"}, 404),
        ("PUT", "/preview", {"scene": "main"}, 409),
        ("PUT", "/preview", {"scene": "nothing"}, 404),
        ("PUT", "/preview", {}, 400),
        ("POST", "/scenes", {"name": "break"}, 409),
        ("POST", "/scenes", {"name": "a b"}, 422),
        ("POST", "/scenes", {"name": "x", "copyOf": "nothing"}, 404),
        ("POST", "/scenes", {"name": "x", "scene": {"background": 3}}, 422),
        ("GET", "/scenes/nothing", None, 404),
        ("PUT", "/scenes/nothing", {}, 404),
        ("PATCH", "/scenes/nothing", {}, 404),
        ("PATCH", "/scenes/break", {"name": "main"}, 409),
        ("PATCH", "/scenes/break", {"name": 3}, 422),
        ("PATCH", "/scenes/break", {"background": 3}, 422),
        ("DELETE", "/scenes/nothing", None, 404),
        ("DELETE", "/scenes/main", None, 409),
        ("GET", "/scenes/nothing/layers", None, 404),
        ("PUT", "/show", {"scenes": {}}, 422),
    ],
)
def test_what_cannot_be_is_said_so(
    bob: Caller, path: str, method: str, route: str, body: object, status: int
) -> None:
    before = bob.raw("GET", f"{path}/show").headers["ETag"]
    bob.refused(method, path + route, body, status=status)
    assert bob.raw("GET", f"{path}/show").headers["ETag"] == before


def test_without_a_preview_a_take_must_name_its_scene(bob: Caller, path: str) -> None:
    bob.ask("PUT", f"{path}/preview", {"scene": None})
    assert "no scene on preview" in bob.refused("POST", f"{path}/take", status=409)["message"]


def test_there_is_room_for_so_many_scenes(bob: Caller, path: str) -> None:
    for number in range(MAX_SCENES - 2):
        bob.ask("POST", f"{path}/scenes", {"name": f"s{number}"}, status=201)
    error = bob.refused("POST", f"{path}/scenes", {"name": "more"}, status=422)
    assert [mistake["path"] for mistake in error["details"]["mistakes"]] == ["scenes"]


@pytest.mark.parametrize(
    ("method", "route", "body"),
    [
        ("PUT", "/scenes/break", {}),
        ("PATCH", "/scenes/break", {"background": "#fff"}),
        ("DELETE", "/scenes/break", None),
        ("POST", "/scenes", {"name": "x"}),
        ("PUT", "/preview", {"scene": None}),
        ("POST", "/take", {}),
        ("PUT", "/show", {}),
    ],
)
def test_an_edit_of_another_revision_is_refused(
    bob: Caller, path: str, method: str, route: str, body: object
) -> None:
    bob.refused(method, path + route, body, status=412, headers={"If-Match": '"1"'})
    assert bob.raw(method, path + route, json=body, headers={"If-Match": '"3"'}).status_code in (200, 201)


def test_a_whole_show_comes_back_as_it_was_put(bob: Caller, path: str) -> None:
    bob.ask("POST", f"{path}/take", {"transition": {"type": "push", "direction": "up"}})
    kept = bob.ask("GET", f"{path}/show")
    exported = bob.raw("GET", f"{path}/show/export")
    assert exported.get_json() == kept
    assert "show-show-4.json" in exported.headers["Content-Disposition"]
    assert bob.ask("PUT", f"{path}/show", kept) == kept
    assert bob.raw("GET", f"{path}/show").headers["ETag"] == '"4"'
    assert bob.ask("POST", "/streams", {"id": "other", "scene": kept}, status=201)["id"] == "other"
    other = bob.ask("GET", "/streams/other/scenes")
    assert (other["program"], other["take"]) == ("break", None)


def test_a_show_is_checked_without_a_change(bob: Caller, path: str) -> None:
    wrong = {"scenes": {"a": {"layers": [{"id": "p", "type": "image", "asset": "none"}]}, "b": {}}}
    verdict = bob.ask("POST", f"{path}/show/validate", wrong)
    assert [mistake["path"] for mistake in verdict["mistakes"]] == ["scenes.a.layers[0].asset"]
    assert bob.ask("POST", f"{path}/show/validate", {"scenes": {"a": {}}})["valid"]
    assert bob.raw("GET", "/show/schema").get_json()["title"] == "Framefarm show"


def test_a_scene_that_is_alone_again_is_kept_as_itself(bob: Caller, path: str, farm: Services) -> None:
    bob.ask("DELETE", f"{path}/scenes/break")
    assert "scenes" not in farm.scenes.load("show", 4)


def test_pictures_of_scenes_off_the_air_are_in_use_too(bob: Caller, path: str) -> None:
    asset = bob.ask("POST", "/assets", data=picture(), content_type="image/png", status=201)["id"]
    bob.ask("POST", f"{path}/scenes/break/layers", {"type": "image", "asset": asset}, status=201)
    bob.refused("DELETE", f"/assets/{asset}", status=409)


def test_viewers_look_and_take_nothing(caller: Any, bob: Caller, path: str) -> None:
    viewer = caller("bob", Scope.VIEWER)
    viewer.ask("GET", f"{path}/scenes")
    viewer.refused("POST", f"{path}/take", {}, status=403)
