"""A scene's past: what it tells, and the way back and forth."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.http.services import Services
from farm.clock import ManualClock
from farm.store import keys, scenes
from farm.store.connection import FarmRedis
from farm.store.tokens import Scope
from tests.api.conftest import TEXT_LAYER, Caller
from tests.api.test_assets import picture

SCENE = "/streams/show/scene"
LAYERS = "/streams/show/layers"


@pytest.fixture
def title(bob: Caller, show: str) -> str:
    """The path of the one layer of a scene at revision 2."""
    bob.ask("POST", LAYERS, TEXT_LAYER, status=201)
    return f"{LAYERS}/title"


def say(bob: Caller, text: str) -> None:
    bob.ask("PATCH", f"{LAYERS}/title", {"text": text})


def texts(scene: dict[str, Any]) -> list[str]:
    return [layer["text"] for layer in scene["layers"]]


def test_the_history_tells_who_changed_what_and_when(
    bob: Caller, admin: Caller, title: str, clock: ManualClock
) -> None:
    clock.advance_ns(5_000_000_000)
    admin.ask("PATCH", title, {"text": "Bye", "opacity": 0.5})
    told = bob.ask("GET", f"{SCENE}/history")
    assert (told["revision"], told["undo"], told["redo"]) == (3, 2, None)
    assert [entry["summary"] for entry in told["revisions"]] == [
        "title: opacity, text",
        "added title",
        "the first scene",
    ]
    assert [entry["author"] for entry in told["revisions"]] == ["admin", "bob", "bob"]
    first, second = told["revisions"][1]["createdAt"], told["revisions"][0]["createdAt"]
    assert second - first == 5_000


def test_the_history_comes_in_pages(bob: Caller, title: str) -> None:
    for text in "abc":
        say(bob, text)
    page = bob.ask("GET", f"{SCENE}/history?limit=2")
    assert [entry["revision"] for entry in page["revisions"]] == [5, 4]
    page = bob.ask("GET", f"{SCENE}/history?limit=200&before=4")
    assert [entry["revision"] for entry in page["revisions"]] == [3, 2, 1]
    assert bob.ask("GET", f"{SCENE}/history?before=1")["revisions"] == []
    assert len(bob.ask("GET", f"{SCENE}/history?before=99999")["revisions"]) == 5


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "before=0", "before=x", f"before={10**30}"])
def test_a_page_that_cannot_be_is_refused(bob: Caller, title: str, query: str) -> None:
    bob.refused("GET", f"{SCENE}/history?{query}", status=400)


def test_an_older_revision_is_read_and_brought_back(bob: Caller, title: str) -> None:
    say(bob, "Bye")
    old = bob.raw("GET", f"{SCENE}/revisions/2")
    assert old.headers["ETag"] == '"2"'
    scene = old.get_json()["data"]
    assert texts(scene) == ["Hello"]
    assert bob.ask("PUT", SCENE, scene) == scene
    for number in ("5", "0", "02", "first", "9" * 30):
        bob.refused("GET", f"{SCENE}/revisions/{number}", status=404)


def test_undo_and_redo_walk_through_the_edits(bob: Caller, title: str) -> None:
    say(bob, "two")
    say(bob, "three")
    steps = ("undo", "undo", "redo", "undo", "undo")
    walked = [bob.ask("POST", f"{SCENE}/{step}") for step in steps]
    assert [texts(scene) for scene in walked] == [["two"], ["Hello"], ["two"], ["Hello"], []]
    assert bob.refused("POST", f"{SCENE}/undo", status=409)["message"] == "there is nothing to undo"
    for text in (["Hello"], ["two"], ["three"]):
        assert texts(bob.ask("POST", f"{SCENE}/redo")) == text
    assert bob.refused("POST", f"{SCENE}/redo", status=409)["code"] == "CONFLICT"


def test_an_undo_is_a_revision_with_the_older_scene(
    bob: Caller, admin: Caller, title: str, farm: Services
) -> None:
    animation = {"property": "opacity", "from": 0.0, "to": 1.0, "duration": 1.0, "start": "now"}
    bob.ask("PATCH", title, {"animations": [animation]})
    bob.ask("DELETE", title)
    undone = admin.raw("POST", f"{SCENE}/undo")
    assert undone.headers["ETag"] == '"5"'
    assert farm.scenes.load("show", 5) == farm.scenes.load("show", 3)
    newest = bob.ask("GET", f"{SCENE}/history?limit=1")
    assert (newest["revision"], newest["undo"], newest["redo"]) == (5, 2, 4)
    entry = newest["revisions"][0]
    assert (entry["author"], entry["summary"]) == ("admin", "undo: as revision 3")


def test_an_edit_ends_the_way_forth(bob: Caller, title: str) -> None:
    say(bob, "two")
    bob.ask("POST", f"{SCENE}/undo")
    say(bob, "other")
    bob.refused("POST", f"{SCENE}/redo", status=409)
    assert texts(bob.ask("POST", f"{SCENE}/undo")) == ["Hello"]
    assert texts(bob.ask("POST", f"{SCENE}/redo")) == ["other"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["edit", "undo", "redo"]), max_size=12))
def test_undo_and_redo_are_those_of_every_editor(
    bob: Caller, title: str, farm: Services, steps: list[str]
) -> None:
    bob.ask("PUT", SCENE, {"layers": [{**TEXT_LAYER, "text": f"start {farm.scenes.head('show')}"}]})
    done: list[Any] = [bob.ask("GET", SCENE)]
    undone: list[Any] = []
    for number, step in enumerate(steps):
        if step == "edit":
            say(bob, f"{farm.scenes.head('show')}.{number}")
            done, undone = [*done, bob.ask("GET", SCENE)], []
        elif step == "undo" and len(done) > 1:
            undone.append(done.pop())
            assert bob.ask("POST", f"{SCENE}/undo") == done[-1]
        elif step == "redo" and undone:
            done.append(undone.pop())
            assert bob.ask("POST", f"{SCENE}/redo") == done[-1]
        elif step == "redo":
            bob.refused("POST", f"{SCENE}/redo", status=409)
    assert bob.ask("GET", SCENE) == done[-1]


def test_an_undo_of_another_revision_is_refused(bob: Caller, title: str) -> None:
    error = bob.refused("POST", f"{SCENE}/undo", status=412, headers={"If-Match": '"1"'})
    assert error["details"]["revision"] == 2
    assert bob.ask("POST", f"{SCENE}/undo", headers={"If-Match": '"2"'})["layers"] == []


def test_what_is_not_kept_any_more_is_not_brought_back(
    bob: Caller, title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenes, "KEPT_REVISIONS", 2)
    say(bob, "two")
    bob.ask("POST", f"{SCENE}/undo")
    error = bob.refused("POST", f"{SCENE}/undo", status=409)
    assert error["details"] == {"revision": 4, "wanted": 1}
    assert [entry["revision"] for entry in bob.ask("GET", f"{SCENE}/history")["revisions"]] == [4, 3]


def test_a_picture_that_was_deleted_is_not_brought_back(bob: Caller, title: str) -> None:
    asset = bob.ask("POST", "/assets", data=picture(), content_type="image/png", status=201)["id"]
    bob.ask("POST", LAYERS, {"id": "logo", "type": "image", "asset": asset}, status=201)
    bob.ask("DELETE", f"{LAYERS}/logo")
    bob.ask("DELETE", f"/assets/{asset}")
    error = bob.refused("POST", f"{SCENE}/undo", status=422)
    assert [mistake["path"] for mistake in error["details"]["mistakes"]] == ["layers[1].asset"]


def test_listeners_are_told_of_an_undo(bob: Caller, title: str, redis: FarmRedis) -> None:
    bob.ask("POST", f"{SCENE}/undo")
    bob.ask("POST", f"{SCENE}/redo")
    entries: Any = redis.xrange(keys.events("show"))
    events = [json.loads(fields[b"event"]) for _, fields in entries]
    assert [(event["type"], event["data"]) for event in events[-2:]] == [
        ("scene:update", {"action": "undo", "revision": 3}),
        ("scene:update", {"action": "redo", "revision": 4}),
    ]


def test_a_scene_is_checked_without_being_changed(bob: Caller, title: str) -> None:
    verdict = {"valid": True, "mistakes": [], "hints": []}
    assert bob.ask("POST", f"{SCENE}/validate", {"layers": [TEXT_LAYER]}) == verdict
    shown = {"layers": [{**TEXT_LAYER, "text": "{data.bid}"}]}
    [hint] = bob.ask("POST", f"{SCENE}/validate", shown)["hints"]
    assert (hint["path"], hint["reason"][:32]) == ("layers[0].text", "shows nothing for {data.bid} unt")
    wrong = {
        "backdrop": 1,
        "layers": [TEXT_LAYER, TEXT_LAYER, {"id": "x", "type": "colour", "colour": "red-ish"}],
    }
    verdict = bob.ask("POST", f"{SCENE}/validate", wrong)
    assert verdict["valid"] is False
    assert {mistake["path"] for mistake in verdict["mistakes"]} == {
        "backdrop",
        "layers[1].id",
        "layers[2].colour",
    }
    assert all(mistake["reason"] for mistake in verdict["mistakes"])
    missing = {"layers": [{"id": "logo", "type": "image", "asset": "0" * 64}]}
    assert bob.ask("POST", f"{SCENE}/validate", missing)["mistakes"][0]["path"] == "layers[0].asset"
    assert bob.ask("GET", f"{SCENE}/history")["revision"] == 2


def test_an_exported_scene_comes_back_by_put(bob: Caller, title: str) -> None:
    file = bob.raw("GET", f"{SCENE}/export")
    assert file.headers["Content-Disposition"] == "attachment; filename=show-scene-2.json"
    assert (file.mimetype, file.headers["ETag"]) == ("application/json", '"2"')
    bob.ask("DELETE", title)
    assert bob.ask("PUT", SCENE, json.loads(file.data)) == json.loads(file.data)


def test_the_schema_describes_every_layer(bob: Caller, caller: Callable[..., Caller]) -> None:
    answer = caller("vera", Scope.VIEWER).raw("GET", "/scene/schema")
    assert answer.mimetype == "application/schema+json"
    schema = json.loads(answer.data)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert {"viewport", "background", "layers"} <= set(schema["properties"])
    assert "fontSize" in schema["$defs"]["TextLayer"]["properties"]


def test_a_viewer_reads_the_past_and_leaves_it(
    bob: Caller, title: str, caller: Callable[..., Caller]
) -> None:
    viewer = caller("bob", Scope.VIEWER)
    for path in ("history", "revisions/1", "export"):
        assert viewer.raw("GET", f"{SCENE}/{path}").status_code == 200
    for step in ("undo", "redo", "validate"):
        viewer.refused("POST", f"{SCENE}/{step}", {"layers": []}, status=403)
    caller("eve").refused("GET", f"{SCENE}/history", status=404)
