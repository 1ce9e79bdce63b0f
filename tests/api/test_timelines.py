"""Timelines over HTTP: what they do, what is told of it, and how it goes with edits, undo and live data."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask

from api.http.services import Services
from farm.messages import Event, from_json, to_json
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.programs import Program
from farm.store.tokens import Scope
from scene.time import Segment
from tests.api.conftest import Caller
from tests.births import set_birth

TIMELINES = "/streams/show/timelines"
SCENE = "/streams/show/scene"
FLASH = {
    "id": "flash",
    "steps": [{"animate": "title", "property": "opacity", "from": 0, "to": 1, "duration": 4}],
}
DOCUMENT: dict[str, Any] = {
    "layers": [{"id": "title", "type": "text", "text": "Hello {data.bid}"}],
    "timelines": [FLASH, {"id": "alert", "queue": "alerts", "steps": [{"wait": 2}]}],
    "triggers": [{"on": "bid", "start": ["flash", "alert"]}, {"on": "quiet", "cancel": ["flash", "alert"]}],
}


@pytest.fixture
def played(bob: Caller, show: str) -> Caller:
    """Who has a scene with timelines, at revision 2."""
    bob.ask("PUT", SCENE, DOCUMENT)
    return bob


def on_air(redis: FarmRedis, second: float, **births: int) -> None:
    """Do the coordinator's part: show revisions since these seconds, and scene time by now."""
    now = Segment(0, 2, Fraction(str(second)), Fraction(0))
    program = Program(
        epoch=1, nonce="0", fence=1, fps=Fraction(30), segments=(now,), emitted=9, started_wall_ms=1
    )
    redis.set(keys.program("show"), to_json(program))
    for revision, born in births.items():
        set_birth(redis, "show", int(revision.removeprefix("r")), born)


def told(redis: FarmRedis, kind: str) -> list[dict[str, Any]]:
    entries: Any = redis.xrange(keys.events("show"))
    events = [from_json(fields[b"event"], Event) for _, fields in entries]
    return [event.data for event in events if event.type == kind]


def states(answer: dict[str, Any]) -> dict[str, str]:
    return {timeline["id"]: timeline["state"] for timeline in answer["timelines"]}


def test_timelines_wait_to_be_started(played: Caller) -> None:
    answer = played.ask("GET", TIMELINES)
    assert answer["timelines"][0] == {
        "id": "flash",
        "state": "idle",
        "time": None,
        "duration": 4.0,
        "play": None,
        "plays": 1,
        "queue": None,
        "waiting": 0,
    }
    assert answer["sceneTime"] == 0


def test_one_is_started_paused_sought_resumed_and_cancelled(played: Caller, redis: FarmRedis) -> None:
    on_air(redis, 10, r2=0)
    started = played.ask("POST", f"{TIMELINES}/flash/start", {})
    assert (started["state"], started["time"]) == ("playing", 0)
    on_air(redis, 11.5, r3=10)
    assert played.ask("GET", TIMELINES)["timelines"][0]["time"] == 1.5
    assert played.ask("POST", f"{TIMELINES}/flash/pause")["state"] == "paused"
    on_air(redis, 99, r4=12)
    sought = played.ask("POST", f"{TIMELINES}/flash/seek", {"to": 3})
    assert (sought["state"], sought["time"]) == ("paused", 3)
    on_air(redis, 99, r5=99)
    played.ask("POST", f"{TIMELINES}/flash/resume", {"rate": 0.5})
    on_air(redis, 100, r6=99)
    assert played.ask("GET", TIMELINES)["timelines"][0]["time"] == 3.5
    cancelled = played.raw("POST", f"{TIMELINES}/flash/cancel")
    assert cancelled.get_json()["data"]["state"] == "cancelled"
    assert cancelled.headers["ETag"] == '"7"'
    assert [data["action"] for data in told(redis, "timeline:update")] == [
        "start",
        "pause",
        "seek",
        "resume",
        "cancel",
    ]


def test_a_trigger_starts_what_the_scene_says_with_its_data(
    played: Caller, redis: FarmRedis, farm: Services
) -> None:
    answer = played.ask("POST", "/streams/show/triggers/bid", {"data": {"bid": 120}})
    assert states(answer) == {"flash": "playing", "alert": "playing"}
    assert played.ask("GET", "/streams/show/data")["values"] == {"bid": 120}
    assert told(redis, "timeline:update") == [{"trigger": "bid", "revision": 3}]
    again = played.ask("POST", "/streams/show/triggers/bid", {})
    assert [timeline["waiting"] for timeline in again["timelines"]] == [0, 1]
    assert states(played.ask("POST", "/streams/show/triggers/quiet", {})) == {
        "flash": "idle",
        "alert": "idle",
    }
    assert farm.scenes.head("show") == 5


def test_what_changes_nothing_makes_no_revision(played: Caller, farm: Services, redis: FarmRedis) -> None:
    played.ask("POST", f"{TIMELINES}/flash/cancel")
    played.ask("POST", "/streams/show/triggers/quiet", {})
    assert farm.scenes.head("show") == 2
    assert not told(redis, "timeline:update")


def test_undo_steps_over_actions_and_stops_nothing(played: Caller) -> None:
    played.ask("PATCH", "/streams/show/layers/title", {"text": "two"})
    played.ask("POST", f"{TIMELINES}/flash/start", {})
    history = played.ask("GET", f"{SCENE}/history")
    assert (history["undo"], history["revisions"][0]["summary"]) == (2, "timeline flash: start")
    runs = played.ask("GET", SCENE)["runs"]
    for step, text in (("undo", "Hello {data.bid}"), ("redo", "two")):
        scene = played.ask("POST", f"{SCENE}/{step}")
        assert scene["layers"][0]["text"] == text
        assert scene["runs"] == runs


def test_an_edit_of_the_scene_stops_nothing_and_decides_nothing(played: Caller) -> None:
    played.ask("POST", f"{TIMELINES}/flash/start", {})
    scene = played.ask("GET", SCENE)
    assert [run["revision"] for run in scene["runs"]] == [3]
    edited = played.ask("PUT", SCENE, {**scene, "runs": [], "background": "#123456"})
    assert edited["runs"] == scene["runs"]
    assert "runs" not in played.ask("PUT", SCENE, {"layers": []})


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("timelines/nope/start", {}, 404),
        ("timelines/nope/pause", None, 404),
        ("timelines/flash/pause", None, 409),
        ("timelines/flash/resume", {}, 409),
        ("timelines/alert/seek", {"to": 1}, 409),
        ("timelines/flash/seek", {}, 400),
        ("timelines/flash/seek", {"to": -1}, 400),
        ("timelines/flash/start", {"at": "soon"}, 400),
        ("timelines/flash/start", {"rate": 0}, 400),
        ("timelines/flash/start", {"data": {"bid": []}}, 400),
        ("timelines/flash/start", {"speed": 2}, 400),
        ("triggers/nope", {}, 404),
        ("triggers/nope", {"data": {"bid": 1}}, 404),
        (f"timelines/{'x' * 65}/start", {}, 400),
    ],
)
def test_what_cannot_be_is_refused(played: Caller, farm: Services, path: str, body: Any, status: int) -> None:
    played.refused("POST", f"/streams/show/{path}", body, status=status)
    assert farm.scenes.head("show") == 2
    assert played.ask("GET", "/streams/show/data")["values"] == {}


def test_a_viewer_may_look_and_no_more(played: Caller, caller: Callable[..., Caller]) -> None:
    viewer = caller("bob", Scope.VIEWER)
    viewer.ask("GET", TIMELINES)
    for path in ("timelines/flash/start", "timelines/flash/cancel", "triggers/bid"):
        viewer.refused("POST", f"/streams/show/{path}", {}, status=403)


def test_a_rendition_tells_of_its_streams_timelines_and_plays_none(played: Caller) -> None:
    tall = {"viewport": {"width": 1080, "height": 1920}}
    played.ask("PUT", SCENE, {**DOCUMENT, "variants": {"tall": tall}})
    rendition = {"id": "tall", "variantOf": {"stream": "show", "variant": "tall"}}
    played.ask("POST", "/streams", rendition, status=201)
    played.ask("POST", f"{TIMELINES}/flash/start", {})
    assert states(played.ask("GET", "/streams/tall/timelines"))["flash"] == "playing"
    error = played.refused("POST", "/streams/tall/triggers/bid", {}, status=409)
    assert error["details"] == {"stream": "tall", "play": "show"}


def test_an_editor_need_not_load_again_what_only_played(played: Caller) -> None:
    tag = {"If-Match": played.raw("GET", SCENE).headers["ETag"]}
    for action in ("start", "pause", "cancel"):
        played.ask("POST", f"{TIMELINES}/flash/{action}", {} if action == "start" else None)
    played.ask("PATCH", "/streams/show/layers/title", {"text": "two"}, headers=tag)
    played.ask("POST", f"{TIMELINES}/flash/start", {})
    played.refused("PATCH", "/streams/show/layers/title", {"text": "three"}, headers=tag, status=412)


def test_a_take_starts_what_starts_on_air(played: Caller) -> None:
    intro = {"id": "intro", "start": "onAir", "steps": [{"wait": 1}]}
    named = {"name": "break", "scene": {"timelines": [intro]}}
    played.ask("POST", "/streams/show/scenes", named, status=201)
    assert "runs" not in played.ask("GET", "/streams/show/scenes/break")
    for _ in range(2):
        played.ask("POST", "/streams/show/take", {"scene": "break"})
        assert states(played.ask("GET", TIMELINES)) == {"intro": "playing"}
        runs = played.ask("GET", SCENE)["runs"]
        assert [run["revision"] for run in runs] == [played.ask("GET", f"{SCENE}/history")["revision"]]
        played.ask("POST", "/streams/show/take", {"scene": "main"})


def test_a_stream_without_a_scene_has_no_timelines(app: Flask, bob: Caller, show: str) -> None:
    assert bob.ask("GET", TIMELINES)["timelines"] == []
    bob.refused("POST", f"{TIMELINES}/flash/start", {}, status=404)


def test_a_trigger_on_a_timeline_that_is_not_there_is_a_mistake(bob: Caller, show: str) -> None:
    wrong = {**DOCUMENT, "triggers": [{"on": "bid", "start": ["flash", "nope"]}, {"on": "idle"}]}
    assert bob.ask("POST", f"{SCENE}/validate", wrong)["mistakes"] == [
        {"path": "triggers[1]", "reason": "does nothing; name timelines in cancel, pause, resume, start"}
    ]
    wrong["triggers"] = wrong["triggers"][:1]
    error = bob.refused("PUT", SCENE, wrong, status=422)
    assert error["details"]["mistakes"][0]["path"] == "triggers[0].start[1]"
