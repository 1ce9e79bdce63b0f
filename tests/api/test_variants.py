"""Variants of a scene, and the renditions that show them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import Caller

SCENE: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 720},
    "layers": [{"id": "title", "type": "text", "text": "Hello", "fontSize": 90}],
    "variants": {
        "vertical": {
            "viewport": {"width": 720, "height": 1280},
            "layers": {"title": {"fontSize": 60}},
        },
        "square": {"viewport": {"width": 601, "height": 601}},
    },
}
TALL = {"id": "tall", "variantOf": {"stream": "show", "variant": "vertical"}}


@pytest.fixture
def scene(bob: Caller, show: str) -> str:
    """The path of bob's scene with variants."""
    bob.ask("PUT", f"/streams/{show}/scene", SCENE)
    return f"/streams/{show}/scene"


@pytest.fixture
def tall(bob: Caller, scene: str) -> str:
    """The path of a rendition of it."""
    bob.ask("POST", "/streams", TALL, status=201)
    return "/streams/tall"


def test_a_rendition_is_encoded_like_its_stream_in_the_variants_proportions(bob: Caller, scene: str) -> None:
    bob.ask("PATCH", "/streams/show/config", {"TARGET_FPS": 25, "STREAM_BITRATE": "2500k"})
    made = bob.ask("POST", "/streams", TALL, status=201)
    assert made["variantOf"] == TALL["variantOf"]
    assert made["config"]["STREAM_RESOLUTION"] == "1080x1920"
    assert (made["config"]["TARGET_FPS"], made["config"]["STREAM_BITRATE"]) == (25, "2500k")
    assert [output["id"] for output in made["outputs"]] == ["farm"]
    own = {"config": {"STREAM_RESOLUTION": "360x360", "STREAM_BITRATE": "900k"}}
    square = {**own, "variantOf": {"stream": "show", "variant": "square"}}
    made = bob.ask("POST", "/streams", square, status=201)
    assert (made["config"]["STREAM_RESOLUTION"], made["config"]["STREAM_BITRATE"]) == ("360x360", "900k")


def test_variants_are_listed_with_who_shows_them(bob: Caller, tall: str) -> None:
    assert bob.ask("GET", "/streams/show/variants") == {
        "variants": [
            {"name": "vertical", "width": 720, "height": 1280, "renditions": ["tall"]},
            {"name": "square", "width": 601, "height": 601, "renditions": []},
        ],
        "count": 2,
    }
    assert bob.ask("GET", f"{tall}/variants")["count"] == 0


def test_a_rendition_shows_the_variant_of_the_newest_revision(bob: Caller, tall: str) -> None:
    shown = bob.ask("GET", f"{tall}/scene")
    assert shown["viewport"]["width"] == 720
    assert shown["layers"][0]["fontSize"] == 60
    bob.ask("PATCH", "/streams/show/layers/title", {"text": "Bye"})
    answer = bob.raw("GET", f"{tall}/layers/title")
    assert answer.get_json()["data"]["text"] == "Bye"
    assert answer.headers["X-Scene-Revision"] == "3"
    assert bob.ask("GET", f"{tall}/scene/history")["revision"] == 3


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/scene", {}),
        ("PATCH", "/layers/title", {"opacity": 0.5}),
        ("POST", "/layers", {"type": "colour", "colour": "#fff"}),
        ("DELETE", "/layers/title", None),
        ("POST", "/scene/undo", None),
    ],
)
def test_a_rendition_is_edited_by_editing_what_it_follows(
    bob: Caller, tall: str, method: str, path: str, body: object
) -> None:
    error = bob.refused(method, f"{tall}{path}", body, status=409)
    assert error["code"] == "CONFLICT"
    assert error["details"] == {"stream": "tall", "edit": "show"}


def test_live_data_is_one_for_all_renditions(bob: Caller, tall: str) -> None:
    bob.ask("PATCH", f"{tall}/data", {"score": 3})
    assert bob.ask("GET", "/streams/show/data") == bob.ask("GET", f"{tall}/data")


def test_a_scene_that_loses_the_variant_is_shown_as_it_is(bob: Caller, tall: str) -> None:
    bob.ask("PUT", "/streams/show/scene", {**SCENE, "variants": {}})
    assert bob.ask("GET", f"{tall}/scene")["viewport"]["width"] == 1280


def test_what_has_renditions_is_not_deleted_before_them(bob: Caller, tall: str) -> None:
    error = bob.refused("DELETE", "/streams/show", status=409)
    assert error["details"] == {"stream": "show", "renditions": ["tall"]}
    bob.ask("DELETE", tall)
    assert bob.ask("GET", "/streams/show/scene")["viewport"]["width"] == 1280
    bob.ask("DELETE", "/streams/show")


def test_a_rendition_counts_as_a_stream_on_air(bob: Caller, tall: str) -> None:
    before = bob.ask("GET", "/streams/show/can-start")["userCount"]
    bob.ask("POST", f"{tall}/start")
    assert bob.ask("GET", "/streams/show/can-start")["userCount"] == before + 1
    assert bob.ask("GET", "/streams/show/status")["desired"] == "stopped"


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        (
            {"variantOf": {"stream": "show", "variant": "wide"}},
            404,
            "there is no variant 'wide' of the scene; it has vertical, square",
        ),
        (
            {"variantOf": {"stream": "nothing", "variant": "vertical"}},
            404,
            "there is no stream 'nothing'",
        ),
        ({"variantOf": {"stream": "Show!", "variant": "vertical"}}, 400, "variantOf.stream"),
        ({"variantOf": {"stream": "show"}}, 400, "variantOf.variant"),
        ({"scene": {}}, 400, "scene: must be left out"),
        ({"id": "show"}, 409, "stream 'show' exists already"),
    ],
)
def test_wrong_orders_are_refused(
    bob: Caller, scene: str, changes: dict[str, Any], status: int, told: str
) -> None:
    assert told in bob.refused("POST", "/streams", {**TALL, **changes}, status=status)["message"]


def test_a_rendition_has_no_renditions(bob: Caller, tall: str) -> None:
    body = {"variantOf": {"stream": "tall", "variant": "vertical"}}
    error = bob.refused("POST", "/streams", body, status=409)
    assert error["details"] == {"stream": "tall", "follow": "show"}


def test_others_streams_are_not_followed(caller: Callable[..., Caller], admin: Caller, scene: str) -> None:
    error = caller("eve").refused("POST", "/streams", TALL, status=404)
    assert error["message"] == "there is no stream 'show'"
    assert admin.ask("POST", "/streams", TALL, status=201)["owner"] == "bob"


def test_the_default_stream_is_no_rendition(bob: Caller, tall: str) -> None:
    assert bob.ask("GET", "/stream")["id"] == "show"
