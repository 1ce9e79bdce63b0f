"""The scene and its layers: edited by several people at once, each edit a revision."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from api.http.services import Services
from farm.store import keys
from farm.store.connection import FarmRedis
from tests.api.conftest import ADMIN_TOKEN, TEXT_LAYER, Caller

SCENE: dict[str, Any] = {"background": "#112233", "layers": [TEXT_LAYER]}


@pytest.fixture
def layers(bob: Caller, show: str) -> str:
    """The path of a stream's layers, of which there is one."""
    bob.ask("PUT", f"/streams/{show}/scene", SCENE)
    return f"/streams/{show}/layers"


def _events(redis: FarmRedis, stream: str) -> list[dict[str, Any]]:
    entries: Any = redis.xrange(keys.events(stream))
    return [json.loads(fields[b"event"]) for _, fields in entries]


def test_layers_have_the_ordered_shape(bob: Caller, layers: str) -> None:
    told = bob.ask("GET", layers)
    assert set(told) == {"layers", "count"}
    assert told["count"] == 1
    assert told["layers"] == [bob.ask("GET", f"{layers}/title")]
    assert told["layers"][0]["zIndex"] == 0


def test_a_scene_is_changed_without_its_layers(bob: Caller, layers: str, show: str, redis: FarmRedis) -> None:
    path = f"/streams/{show}/scene"
    changed = bob.ask("PATCH", path, {"viewport": {"fit": "cover"}, "variants": {"tall": {}}})
    assert (changed["viewport"]["fit"], changed["background"]) == ("cover", "#112233")
    assert [layer["id"] for layer in changed["layers"]] == ["title"]
    assert _events(redis, show)[-1]["type"] == "scene:update"
    error = bob.refused("PATCH", path, {"layers": []}, status=422)
    assert error["details"]["mistakes"][0]["path"] == "layers"
    bob.refused("PATCH", path, {"background": "#fff"}, status=412, headers={"If-Match": '"1"'})


def test_edits_snap_to_the_grid_unless_they_ask_not_to(
    bob: Caller, layers: str, show: str, redis: FarmRedis
) -> None:
    bob.ask("PUT", f"/streams/{show}/scene", {**SCENE, "viewport": {"grid": {"size": 50}}})
    box = {"id": "box", "type": "colour", "colour": "#fff", "size": {"width": 120}}
    assert bob.ask("POST", layers, box, status=201)["size"] == {"width": 100.0}
    moved = bob.ask("PATCH", f"{layers}/box", {"position": {"x": 130}, "opacity": 0.5})
    assert moved["position"] == {"x": 150.0, "y": 0.0, "origin": "topLeft"}
    assert _events(redis, show)[-1]["data"]["changes"] == {"position": {"x": 150}, "opacity": 0.5}
    free = bob.ask("PATCH", f"{layers}/box?snap=false", {"position": {"y": 31}})
    assert free["position"] == {"x": 150.0, "y": 31.0, "origin": "topLeft"}
    error = bob.refused("PATCH", f"{layers}/box?snap=maybe", {"opacity": 1}, status=400)
    assert error["code"] == "INVALID_REQUEST"


def test_a_layer_is_added_changed_and_removed(bob: Caller, layers: str, show: str, redis: FarmRedis) -> None:
    added = bob.raw("POST", layers, json={"type": "colour", "colour": "#ff0000", "zIndex": -1})
    assert added.status_code == 201
    layer = added.get_json()["data"]
    assert added.headers["X-Scene-Revision"] == "3"
    changed = bob.ask("PATCH", f"{layers}/{layer['id']}", {"opacity": 0.5, "position": {"x": 10}})
    assert (changed["opacity"], changed["position"]) == (0.5, {"x": 10.0, "y": 0.0, "origin": "topLeft"})
    bob.ask("DELETE", f"{layers}/{layer['id']}")
    assert bob.ask("GET", layers)["count"] == 1
    events = [(event["type"], event["data"]) for event in _events(redis, show)]
    assert events == [
        ("scene:update", {"revision": 2}),
        ("layer:update", {"id": layer["id"], "action": "added", "changes": layer, "revision": 3}),
        (
            "layer:update",
            {
                "id": layer["id"],
                "action": "changed",
                "changes": {"opacity": 0.5, "position": {"x": 10}},
                "revision": 4,
            },
        ),
        ("layer:update", {"id": layer["id"], "action": "removed", "changes": {}, "revision": 5}),
    ]


def test_every_ordered_field_can_be_patched(bob: Caller, layers: str) -> None:
    patch = {
        "visible": False,
        "position": {"x": 5.0, "y": "50%", "origin": "center"},
        "within": "safe",
        "size": {"width": 100.0},
        "opacity": 0.25,
        "zIndex": 7,
        "rotation": 45.0,
        "anchor": {"x": 0.5, "y": 1.0},
        "text": "Bye",
        "fontSize": 20.0,
    }
    changed = bob.ask("PATCH", f"{layers}/title", patch)
    assert {name: changed[name] for name in patch} == patch


def test_a_patch_that_changes_nothing_makes_no_revision(bob: Caller, layers: str, farm: Services) -> None:
    head = farm.scenes.head("show")
    bob.ask("PATCH", f"{layers}/title", {"text": "Hello"})
    assert farm.scenes.head("show") == head


@pytest.mark.parametrize(
    ("patch", "path"),
    [
        ({"opacity": 2}, "opacity"),
        ({"opacity": "half"}, "opacity"),
        ({"nothing": 1}, "nothing"),
        ({"position": {"x": "far"}}, "position.x"),
        ({"text": None}, "text"),
        ({"type": "hologram"}, "type"),
    ],
)
def test_a_wrong_patch_is_refused_with_its_path(
    bob: Caller, layers: str, patch: dict[str, Any], path: str
) -> None:
    error = bob.refused("PATCH", f"{layers}/title", patch, status=422)
    assert error["code"] == "SCENE_INVALID"
    assert path in [mistake["path"] for mistake in error["details"]["mistakes"]]
    assert bob.ask("GET", f"{layers}/title")["text"] == "Hello"


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_an_unknown_layer_is_not_found(bob: Caller, layers: str, method: str) -> None:
    body = {"visible": True} if method == "PATCH" else None
    error = bob.refused(method, f"{layers}/nothing", body, status=404)
    assert error["details"] == {"layer": "nothing"}


def test_a_layer_may_get_another_id(bob: Caller, layers: str) -> None:
    assert bob.ask("PATCH", f"{layers}/title", {"id": "headline"})["id"] == "headline"
    bob.refused("GET", f"{layers}/title", status=404)


def test_more_layers_than_the_stream_allows_are_refused(bob: Caller, layers: str, show: str) -> None:
    bob.ask("PATCH", f"/streams/{show}/config", {"MAX_LAYERS": 2})
    bob.ask("POST", layers, {**TEXT_LAYER, "id": "second"}, status=201)
    error = bob.refused("POST", layers, {**TEXT_LAYER, "id": "third"}, status=422)
    assert error["details"]["mistakes"][0]["path"] == "layers"
    three = {"layers": [{**TEXT_LAYER, "id": f"l{number}"} for number in range(3)]}
    bob.refused("PUT", f"/streams/{show}/scene", three, status=422)


def test_all_mistakes_of_a_scene_are_named(bob: Caller, show: str) -> None:
    scene = {"layers": [TEXT_LAYER, TEXT_LAYER, {"id": "x", "type": "colour", "colour": "red-ish"}]}
    error = bob.refused("PUT", f"/streams/{show}/scene", scene, status=422)
    assert {m["path"] for m in error["details"]["mistakes"]} == {"layers[1].id", "layers[2].colour"}


def test_a_picture_must_be_there_to_be_shown(bob: Caller, layers: str, show: str) -> None:
    layer = {"id": "logo", "type": "image", "asset": "0" * 64}
    error = bob.refused("POST", layers, layer, status=422)
    assert [mistake["path"] for mistake in error["details"]["mistakes"]] == ["asset"]
    error = bob.refused("PUT", f"/streams/{show}/scene", {"layers": [layer]}, status=422)
    assert [mistake["path"] for mistake in error["details"]["mistakes"]] == ["layers[0].asset"]


def test_a_scene_comes_back_as_it_was_put(bob: Caller, show: str) -> None:
    put = bob.ask("PUT", f"/streams/{show}/scene", SCENE)
    got = bob.ask("GET", f"/streams/{show}/scene")
    assert put == got
    assert bob.ask("PUT", f"/streams/{show}/scene", got) == got
    assert (got["background"], got["layers"][0]["text"]) == ("#112233", "Hello")


def test_the_etag_is_the_revision(bob: Caller, layers: str, show: str) -> None:
    answer = bob.raw("GET", f"/streams/{show}/scene")
    assert answer.headers["ETag"] == '"2"'
    unchanged = bob.raw("GET", f"/streams/{show}/scene", headers={"If-None-Match": '"2"'})
    assert (unchanged.status_code, unchanged.data) == (304, b"")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST"])
def test_an_edit_of_another_revision_is_refused(bob: Caller, layers: str, show: str, method: str) -> None:
    path = {
        "PUT": f"/streams/{show}/scene",
        "PATCH": f"{layers}/title",
        "DELETE": f"{layers}/title",
        "POST": layers,
    }
    body = {
        "PUT": {"layers": []},
        "PATCH": {"text": "new"},
        "DELETE": None,
        "POST": {"type": "colour", "colour": "#000"},
    }
    for stale in ('"1"', '"3"', '"abc"', 'W/"2"'):
        error = bob.refused(method, path[method], body[method], status=412, headers={"If-Match": stale})
        assert error["code"] == "CHANGED_MEANWHILE"
        assert error["details"]["revision"] == 2
    answer = bob.raw(method, path[method], json=body[method], headers={"If-Match": '"1", "2"'})
    assert answer.headers["ETag"] == '"3"'


def test_an_animation_that_starts_now_starts_with_its_revision(bob: Caller, layers: str) -> None:
    animation = {"property": "opacity", "from": 0.0, "to": 1.0, "duration": 1.0, "start": "now"}
    changed = bob.ask("PATCH", f"{layers}/title", {"animations": [animation]})
    assert changed["animations"][0]["start"] == {"revision": 3}


def test_edits_at_once_are_all_kept(app: Flask, bob: Caller, layers: str, farm: Services) -> None:
    def add(number: int) -> int:
        layer = {"id": f"l{number}", "type": "colour", "colour": "#ff0000"}
        return Caller(app.test_client(), ADMIN_TOKEN).raw("POST", layers, json=layer).status_code

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(add, range(18))) == [201] * 18
    assert bob.ask("GET", layers)["count"] == 19
    assert farm.scenes.head("show") == 2 + 18


def test_another_layout_is_a_way_from_the_old_boxes(bob: Caller, show: str) -> None:
    path = f"/streams/{show}/scene"
    layer = {"id": "stage", "type": "colour", "colour": "#fff", "slot": "main"}
    scene = {"layout": {"type": "grid", "margin": 16}, "layers": [layer]}
    (first,) = bob.ask("PUT", path, scene)["layers"]
    assert "layoutMove" not in first
    other = {**scene, "layout": {"type": "pictureInPicture"}}
    (moved,) = bob.ask("PUT", path, other)["layers"]
    revision = moved["layoutMove"].pop("start")["revision"]
    assert bob.raw("GET", path).headers["ETag"] == f'"{revision}"'
    assert (moved["layoutMove"]["x"], moved["layoutMove"]["y"]) == (16, 16)
    assert bob.ask("PUT", path, other)["layers"][0]["layoutMove"]["start"] == {"revision": revision}
    assert bob.raw("GET", path).headers["ETag"] == f'"{revision}"'


def test_a_change_may_take_its_time(bob: Caller, show: str) -> None:
    bob.ask("POST", "/streams/show/layers", TEXT_LAYER, status=201)
    path = "/streams/show/layers/title"
    layer = bob.ask("PATCH", path, {"opacity": 0.5, "transition": {"duration": 2}})
    assert layer["opacity"] == 0.5
    assert layer["glides"] == [
        {"duration": 2, "easing": "easeInOutCubic", "from": {"opacity": 1}, "start": {"revision": 3}}
    ]
    error = bob.refused("PATCH", path, {"opacity": 1, "transition": {"duration": "long"}}, status=422)
    assert error["details"]["mistakes"][0]["path"] == "transition.duration"
    assert bob.ask("PATCH", path, {"opacity": 1})["glides"] == []
