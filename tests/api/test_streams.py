"""Streams: made, listed, configured, sent somewhere, deleted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.http.services import Services
from api.http.streams import MAX_STREAMS_PER_OWNER
from farm.messages import Desired, StreamConfig
from farm.store.connection import FarmRedis
from farm.store.streams import StreamRecord
from scene.document import MAX_LAYERS
from tests.api.conftest import TEXT_LAYER, Caller, report

EXAMPLES = Path(__file__).parents[2] / "examples" / "scenes"
CONFIG = {
    "STREAM_RESOLUTION": "1920x1080",
    "TARGET_FPS": 30,
    "RENDER_QUALITY": "high",
    "MAX_LAYERS": 50,
    "STREAM_BITRATE": "4000k",
    "ENABLE_HARDWARE_ACCELERATION": True,
    "PACE": "live",
    "FRAMES": 0,
    "STREAM_PRIORITY": "normal",
    "FIRST_FRAME": 0,
    "RENDER_CRF": None,
}


def test_a_stream_is_made_as_ordered(bob: Caller, farm: Services) -> None:
    order = {
        "id": "big-show",
        "name": "The big show",
        "config": {"STREAM_RESOLUTION": "1280x720", "TARGET_FPS": 60, "STREAM_BITRATE": "6M"},
        "outputs": [{"url": "rtmp://live.example.com/app/very-secret"}],
        "scene": {"layers": [TEXT_LAYER]},
    }
    made = bob.ask("POST", "/streams", order, status=201)
    assert (made["id"], made["name"], made["owner"]) == ("big-show", "The big show", "bob")
    assert made["config"] == {
        **CONFIG,
        "STREAM_RESOLUTION": "1280x720",
        "TARGET_FPS": 60,
        "STREAM_BITRATE": "6000k",
    }
    assert made["outputs"] == [{"id": "output-1", "url": "rtmp://live.example.com/app/***"}]
    assert bob.ask("GET", "/streams/big-show/layers")["layers"][0]["text"] == "Hello"
    record = farm.streams.get("big-show")
    assert record.outputs[0].url == "rtmp://live.example.com/app/very-secret"
    assert record.config.gop_frames == 120
    assert farm.scenes.head("big-show") == 1


def _with_uploads(bob: Caller, text: str) -> dict[str, Any]:
    """The document in ``text``, after what it shows of examples/assets is uploaded: pictures under their
    names, fonts by the ids that they get."""
    for file in sorted((EXAMPLES.parent / "assets").iterdir()):
        name = file.stem if file.suffix == ".ttf" else file.name
        if f'"{name}"' in text:
            kept = bob.ask("POST", f"/assets?name={file.name}", data=file.read_bytes(), status=201)
            text = text.replace(f'"fontAsset": "{name}"', f'"fontAsset": "{kept["id"]}"')
    document: dict[str, Any] = json.loads(text)
    return document


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.json")), ids=lambda file: file.name)
def test_the_example_scenes_can_be_ordered(bob: Caller, file: Path) -> None:
    document = _with_uploads(bob, file.read_text())
    if "scenes" in document:
        stream = bob.ask("POST", "/streams", {}, status=201)["id"]
        bob.ask("PUT", f"/streams/{stream}/show", document)
    else:
        # The auction has more layers than a stream takes unless it is told to.
        order = {"config": {"MAX_LAYERS": MAX_LAYERS}, "scene": document}
        bob.ask("POST", "/streams", order, status=201)


def test_an_order_of_nothing_is_a_stream_too(bob: Caller) -> None:
    made = bob.ask("POST", "/streams", {}, status=201)
    assert made["config"] == CONFIG
    assert [output["id"] for output in made["outputs"]] == ["farm"]
    assert bob.ask("GET", f"/streams/{made['id']}/scene")["layers"] == []


def test_an_empty_scene_has_the_streams_proportions(bob: Caller) -> None:
    order = {"id": "tall", "config": {"STREAM_RESOLUTION": "1080x1920"}}
    bob.ask("POST", "/streams", order, status=201)
    viewport = bob.ask("GET", "/streams/tall/scene")["viewport"]
    assert (viewport["width"], viewport["height"]) == (1080, 1920)


def test_an_id_is_taken_once(bob: Caller, show: str) -> None:
    assert bob.refused("POST", "/streams", {"id": show}, status=409)["details"] == {"stream": show}


def test_a_stream_with_a_wrong_scene_is_not_made(bob: Caller) -> None:
    error = bob.refused("POST", "/streams", {"id": "x", "scene": {"layers": [{}]}}, status=422)
    assert error["code"] == "SCENE_INVALID"
    bob.refused("GET", "/streams/x", status=404)


def test_streams_are_bounded(bob: Caller, farm: Services) -> None:
    for number in range(MAX_STREAMS_PER_OWNER):
        record = StreamRecord(f"s{number}", "", "bob", Desired.STOPPED, StreamConfig(), (), 1)
        farm.streams.create(record)
    error = bob.refused("POST", "/streams", {}, status=409)
    assert error["details"] == {"limit": MAX_STREAMS_PER_OWNER}


def test_a_deleted_stream_leaves_nothing(bob: Caller, show: str, redis: FarmRedis) -> None:
    bob.ask("POST", f"/streams/{show}/keys", status=201)
    bob.ask("POST", f"/streams/{show}/layers", TEXT_LAYER, status=201)
    bob.ask("DELETE", f"/streams/{show}")
    bob.refused("GET", f"/streams/{show}", status=404)
    assert [key for key in redis.keys("ff:*") if key != b"ff:tokens"] == []


def test_a_stream_on_air_is_not_deleted(bob: Caller, show: str, redis: FarmRedis) -> None:
    bob.ask("POST", f"/streams/{show}/start")
    bob.refused("DELETE", f"/streams/{show}", status=409)
    bob.ask("POST", f"/streams/{show}/stop")
    report(redis, show)
    bob.refused("DELETE", f"/streams/{show}", status=409)


def test_config_has_the_ordered_shape(bob: Caller, show: str) -> None:
    assert bob.ask("GET", f"/streams/{show}/config") == CONFIG


def test_a_patch_of_config_changes_what_it_names(bob: Caller, show: str, farm: Services) -> None:
    changed = bob.ask("PATCH", f"/streams/{show}/config", {"TARGET_FPS": 25, "RENDER_QUALITY": "low"})
    assert changed == {**CONFIG, "TARGET_FPS": 25, "RENDER_QUALITY": "low"}
    assert bob.ask("GET", f"/streams/{show}/config") == changed
    assert farm.streams.get(show).config.gop_frames == 50


@pytest.mark.parametrize(
    "patch",
    [
        {"STREAM_RESOLUTION": "1921x1080"},
        {"STREAM_RESOLUTION": "8x8"},
        {"STREAM_RESOLUTION": "big"},
        {"TARGET_FPS": 0},
        {"TARGET_FPS": 120},
        {"RENDER_QUALITY": "ultra"},
        {"RENDER_QUALITY": 80},
        {"MAX_LAYERS": 0},
        {"MAX_LAYERS": 101},
        {"STREAM_BITRATE": "fast"},
        {"STREAM_BITRATE": "1k"},
        {"STREAM_BITRATE": 4000},
        {"ENABLE_HARDWARE_ACCELERATION": "yes"},
        {"STREAM_PRIORITY": "urgent"},
    ],
)
def test_a_wrong_config_is_refused(bob: Caller, show: str, patch: dict[str, Any]) -> None:
    error = bob.refused("PATCH", f"/streams/{show}/config", patch, status=400)
    assert [mistake["path"] for mistake in error["details"]["mistakes"]] == list(patch)
    assert bob.ask("GET", f"/streams/{show}/config") == CONFIG


def test_fewer_layers_than_there_are_cannot_be_allowed(bob: Caller, show: str) -> None:
    for number in range(3):
        bob.ask("POST", f"/streams/{show}/layers", {**TEXT_LAYER, "id": f"l{number}"}, status=201)
    error = bob.refused("PATCH", f"/streams/{show}/config", {"MAX_LAYERS": 2}, status=409)
    assert error["details"] == {"layers": 3, "maxLayers": 2}
    assert bob.ask("PATCH", f"/streams/{show}/config", {"MAX_LAYERS": 3})["MAX_LAYERS"] == 3


def test_without_an_output_a_stream_goes_to_our_own_server(bob: Caller, show: str, farm: Services) -> None:
    assert bob.ask("GET", f"/streams/{show}/outputs") == {
        "outputs": [{"id": "farm", "url": "rtmp://127.0.0.1:1935/live/***"}]
    }
    key = farm.stream_keys.internal(show).key
    assert farm.streams.get(show).outputs[0].url == f"rtmp://127.0.0.1:1935/live/{show}?key={key}"
    assert farm.stream_keys.use(show, key)


def test_outputs_keep_their_urls_unless_told_another(bob: Caller, show: str, farm: Services) -> None:
    urls = {"a": "rtmp://a.example.com/app/one", "b": "rtmps://b.example.com:443/app/two"}
    path = f"/streams/{show}/outputs"
    bob.ask("PUT", path, {"outputs": [{"id": name, "url": url} for name, url in urls.items()]})
    told = bob.ask("PUT", path, {"outputs": [{"id": "b"}, {"id": "farm"}]})
    assert [output["id"] for output in told["outputs"]] == ["b", "farm"]
    assert farm.streams.get(show).outputs[0].url == urls["b"]
    assert "two" not in str(told)
    assert [o["id"] for o in bob.ask("PUT", path, {"outputs": []})["outputs"]] == ["farm"]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://example.com/app",
        "/tmp/out.flv",
        "rtmp://",
        "rtmp:///app/key",
        "rtmp://host",
        "rtmp://host/",
        "rtmp://host/app/a b",
        "rtmp://host/app/a\nb",
        "rtmp://host:99999/app/key",
        "rtmp://[::1/app/key",
        "concat:rtmp://host/app",
        "rtmp://host/app/" + "x" * 3000,
        "",
    ],
)
def test_a_wrong_output_is_refused_without_repeating_it(bob: Caller, show: str, url: str) -> None:
    error = bob.refused("PUT", f"/streams/{show}/outputs", {"outputs": [{"url": url}]}, status=400)
    assert [mistake["path"] for mistake in error["details"]["mistakes"]] == ["outputs[0].url"]
    assert len(url) < 8 or url not in str(error)


@pytest.mark.parametrize(
    "outputs",
    [
        [{"id": "new"}],
        [{"id": "farm", "url": "rtmp://host/app/key"}],
        [{"id": "a", "url": "rtmp://host/app/1"}, {"id": "a", "url": "rtmp://host/app/2"}],
        [{"url": "rtmp://host/app/1"}] * 9,
        [{}],
    ],
)
def test_outputs_that_make_no_sense_are_refused(bob: Caller, show: str, outputs: list[Any]) -> None:
    bob.refused("PUT", f"/streams/{show}/outputs", {"outputs": outputs}, status=400)


def test_a_start_renews_the_way_to_our_own_server(bob: Caller, show: str, farm: Services) -> None:
    stale = farm.streams.get(show).outputs
    farm.stream_keys.delete_all(show)
    bob.ask("POST", f"/streams/{show}/start")
    fresh = farm.streams.get(show).outputs
    assert fresh != stale
    assert farm.stream_keys.use(show, fresh[0].url.split("key=")[1])


FREE = {"PACE": "free", "FRAMES": 90}


def test_a_free_stream_goes_into_a_file_of_its_own(bob: Caller, farm: Services) -> None:
    made = bob.ask("POST", "/streams", {"id": "film", "config": FREE}, status=201)
    assert made["outputs"] == [{"id": "file", "url": "file:render.flv"}]
    assert (made["config"]["PACE"], made["config"]["FRAMES"]) == ("free", 90)
    named = {"id": "other", "config": FREE, "outputs": [{"url": "file:show-1.flv"}]}
    assert bob.ask("POST", "/streams", named, status=201)["outputs"][0]["url"] == "file:show-1.flv"
    assert farm.streams.get("other").config.pace == "free"
    bob.ask("POST", "/streams/film/start")
    assert "stand still" in bob.refused("POST", "/streams/film/pause", status=409)["message"]


@pytest.mark.parametrize(
    ("config", "outputs", "path"),
    [
        (FREE, [{"url": "rtmp://live.example.com/app/key"}], "outputs"),
        (FREE, [{"url": "file:a.flv"}, {"url": "file:b.flv"}], "outputs"),
        (FREE, [{"url": "file:../a.flv"}], "outputs[0].url"),
        (FREE, [{"url": "file:/etc/a.flv"}], "outputs[0].url"),
        ({}, [{"url": "file:a.flv"}], "outputs"),
        ({"FRAMES": 9}, [], "config.PACE"),
        ({"RENDER_CRF": 9}, [], "config.PACE"),
        ({"PACE": "free", "RENDER_CRF": 9}, [], "config.FRAMES"),
        ({"PACE": "free"}, [{"url": "file:endless.webm"}], "config.FRAMES"),
        ({"PACE": "free", "FRAMES": 9, "RENDER_CRF": 52}, [], "config.RENDER_CRF"),
        ({"PACE": "free", "FRAMES": -1}, [], "config.FRAMES"),
        ({"PACE": "slow"}, [], "config.PACE"),
    ],
)
def test_pace_and_outputs_go_together(
    bob: Caller, config: dict[str, Any], outputs: list[dict[str, str]], path: str
) -> None:
    error = bob.refused("POST", "/streams", {"config": config, "outputs": outputs}, status=400)
    assert error["details"]["mistakes"][0]["path"] == path


def test_a_stream_keeps_the_pace_that_it_was_made_with(bob: Caller, show: str) -> None:
    bob.ask("POST", "/streams", {"id": "film", "config": FREE}, status=201)
    bob.refused("PATCH", "/streams/film/config", {"PACE": "live"}, status=400)
    bob.refused("PUT", "/streams/film/outputs", {"outputs": [{"id": "farm"}]}, status=400)
    bob.refused("PATCH", f"/streams/{show}/config", FREE, status=400)
    assert bob.ask("PATCH", "/streams/film/config", {"FRAMES": 30})["FRAMES"] == 30
