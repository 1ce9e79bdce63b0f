"""Characters over HTTP: told what to do while they are on air, which is no edit of the scene."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable
from typing import Any

import pytest

from api.http.services import Services
from farm.store.acts import MAX_ACTS, Spoken
from farm.store.snapshots import Snapshot
from farm.store.tokens import Scope
from tests.api.conftest import Caller
from tests.farm.test_characters import files, png, zipped

HOST = {"id": "host", "type": "character", "character": "owl", "emotion": "thinking"}


@pytest.fixture
def cast(bob: Caller, show: str) -> str:
    """A stream with a character and a text; where its characters are."""
    bob.ask("POST", f"/streams/{show}/layers", HOST, status=201)
    bob.ask("POST", f"/streams/{show}/layers", {"id": "title", "type": "text", "text": "Hi"}, status=201)
    return f"/streams/{show}/characters"


def newest(farm: Services) -> Snapshot:
    return farm.snapshots.load("show", farm.snapshots.head("show"))


def wav(seconds: float = 0.1, rate: int = 8000) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"\x00\x40\x00\xc0" * int(seconds * rate / 2))
    return out.getvalue()


def test_a_character_does_as_its_layer_says_until_it_is_told(bob: Caller, cast: str) -> None:
    answer = bob.ask("GET", cast)
    assert answer["snapshot"] == 0
    [host] = answer["characters"]
    assert (host["layer"], host["state"], host["emotion"]) == ("host", "idle", "thinking")
    assert host["told"] == {"state": None, "emotion": None}
    assert "happy" in host["emotions"]
    assert "O" in host["visemes"]


def test_it_is_told_its_state_and_emotion_and_gives_them_back(bob: Caller, cast: str) -> None:
    told = bob.ask("PATCH", f"{cast}/host", {"state": "speaking", "emotion": "happy"})
    assert (told["snapshot"], told["state"], told["emotion"]) == (1, "speaking", "happy")
    calm = bob.ask("PATCH", f"{cast}/host", {"emotion": None})
    assert (calm["state"], calm["emotion"]) == ("speaking", "thinking")
    assert bob.ask("DELETE", f"{cast}/host")["told"] == {"state": None, "emotion": None}
    assert bob.ask("GET", f"{cast}/host")["snapshot"] == 3


def test_it_is_no_edit_of_the_scene(bob: Caller, cast: str) -> None:
    before = bob.ask("GET", "/streams/show/scene/history")
    bob.ask("PATCH", f"{cast}/host", {"emotion": "sad"})
    assert bob.ask("GET", "/streams/show/scene/history") == before


def test_data_and_characters_leave_one_another_alone(bob: Caller, cast: str, farm: Services) -> None:
    bob.ask("PUT", "/streams/show/data", {"bid": 1})
    bob.ask("PATCH", f"{cast}/host", {"emotion": "sad"})
    bob.ask("PUT", "/streams/show/data", {"bid": 2})
    assert newest(farm).plain_values() == {"bid": 2}
    assert newest(farm).acts["host"].emotion == "sad"


def test_a_voice_moves_the_mouth(bob: Caller, cast: str, farm: Services) -> None:
    body = {"stepMs": 20, "levels": [0, 0.5, 1], "visemes": [{"atMs": 20, "shape": "O"}]}
    answer = bob.ask("PUT", f"{cast}/host/mouth", body)
    assert answer["voiceMs"] == 60
    assert newest(farm).acts["host"].spoken == Spoken(1, 20, bytes([0, 128, 255]), ((20, "O"),))
    assert bob.ask("DELETE", f"{cast}/host/mouth")["voiceMs"] == 0


def test_the_same_voice_again_begins_again(bob: Caller, cast: str, farm: Services) -> None:
    for number in (1, 2):
        bob.ask("PUT", f"{cast}/host/mouth", {"stepMs": 20, "levels": [1]})
        spoken = newest(farm).acts["host"].spoken
        assert spoken is not None
        assert spoken.snapshot == number


def test_a_wav_file_is_a_voice(bob: Caller, cast: str) -> None:
    answer = bob.raw("PUT", f"{cast}/host/mouth", data=wav(0.1), content_type="audio/wav")
    assert answer.get_json()["data"]["voiceMs"] == 100


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"levels": [1]}, "stepMs"),
        ({"stepMs": 20, "levels": []}, "levels"),
        ({"stepMs": 20, "levels": [1.5]}, "levels[0]"),
        ({"stepMs": 500, "levels": [1] * 241}, "longer than 120 seconds"),
        (
            {
                "stepMs": 20,
                "levels": [1],
                "visemes": [{"atMs": 9, "shape": "O"}, {"atMs": 1, "shape": "A"}],
            },
            "in the order of time",
        ),
        (
            {"stepMs": 20, "levels": [1], "visemes": [{"atMs": 9, "shape": "XX"}]},
            "has no viseme 'XX'",
        ),
    ],
)
def test_a_bad_voice_is_refused(bob: Caller, cast: str, body: dict[str, Any], words: str) -> None:
    error = bob.refused("PUT", f"{cast}/host/mouth", body, status=400)
    assert error["code"] == "INVALID_REQUEST"
    assert words in error["message"]


def test_a_file_that_is_no_wav_is_refused(bob: Caller, cast: str) -> None:
    answer = bob.raw("PUT", f"{cast}/host/mouth", data=b"ID3 mp3", content_type="audio/wav")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (400, "INVALID_REQUEST")
    other = bob.raw("PUT", f"{cast}/host/mouth", data=b"x", content_type="audio/mpeg")
    assert other.status_code == 415


def test_an_emotion_that_it_has_not_is_refused_with_those_that_it_has(bob: Caller, cast: str) -> None:
    error = bob.refused("PATCH", f"{cast}/host", {"emotion": "hungry"}, status=400)
    assert "happy" in error["details"]["emotions"]
    assert bob.refused("PATCH", f"{cast}/host", {"state": "dancing"}, status=400)


def test_only_characters_are_told_what_to_do(bob: Caller, cast: str) -> None:
    assert bob.refused("PATCH", f"{cast}/nobody", {}, status=404)["code"] == "NOT_FOUND"
    assert "is no character" in bob.refused("PATCH", f"{cast}/title", {}, status=400)["message"]


def test_a_viewer_looks_and_touches_not(caller: Callable[..., Caller], cast: str) -> None:
    viewer = caller("bob", Scope.VIEWER)
    assert viewer.ask("GET", f"{cast}/host")["emotion"] == "thinking"
    assert viewer.refused("PATCH", f"{cast}/host", {}, status=403)["code"] == "FORBIDDEN"
    assert viewer.refused("PUT", f"{cast}/host/mouth", {}, status=403)["code"] == "FORBIDDEN"


def test_too_many_at_once_are_refused_and_those_that_are_gone_make_room(bob: Caller, show: str) -> None:
    scene = {"layers": [{**HOST, "id": f"c{i}"} for i in range(MAX_ACTS + 1)]}
    bob.ask("PUT", f"/streams/{show}/scene", scene)
    for number in range(MAX_ACTS):
        bob.ask("PATCH", f"/streams/{show}/characters/c{number}", {"emotion": "sad"})
    last = f"/streams/{show}/characters/c{MAX_ACTS}"
    assert "give some back" in bob.refused("PATCH", last, {"emotion": "sad"}, status=400)["message"]
    bob.ask("DELETE", f"/streams/{show}/layers/c0")
    bob.ask("PATCH", last, {"emotion": "sad"})


def test_characters_of_a_scene_that_is_not_on_air_are_told_too(bob: Caller, cast: str) -> None:
    later = {"layers": [{**HOST, "id": "guest", "character": "robot"}]}
    bob.ask("POST", "/streams/show/scenes", {"name": "later", "scene": later}, status=201)
    bob.refused("PATCH", f"{cast}/guest", {"emotion": "sad"}, status=404)
    guest = "/streams/show/scenes/later/characters/guest"
    assert bob.ask("PATCH", guest, {"emotion": "sad"})["emotion"] == "sad"


def test_a_character_that_is_not_there_is_refused(bob: Caller, show: str) -> None:
    error = bob.refused(
        "POST", f"/streams/{show}/layers", {"type": "character", "character": "ghost"}, status=422
    )
    [mistake] = error["details"]["mistakes"]
    assert mistake["path"] == "character"
    assert "owl, robot" in mistake["reason"]


def upload(who: Caller, data: bytes) -> str:
    kept = who.ask("POST", "/assets?name=Dot", data=data, content_type="application/zip", status=201)
    assert (kept["kind"], kept["width"], kept["height"]) == ("character", 100, 100)
    asset: str = kept["id"]
    return asset


def test_an_uploaded_package_is_a_character(bob: Caller, show: str) -> None:
    data = zipped(files())
    asset = upload(bob, data)
    assert upload(bob, data) == asset
    layer = {"id": "dot", "type": "character", "character": asset}
    bob.ask("POST", f"/streams/{show}/layers", layer, status=201)
    assert bob.ask("GET", f"/streams/{show}/characters/dot")["emotions"] == ["neutral"]
    answer = bob.raw("GET", f"/assets/{asset}/data")
    assert (answer.data, answer.mimetype) == (data, "application/zip")
    assert [kept["id"] for kept in bob.ask("GET", "/assets?kind=character")["assets"]] == [asset]


def test_a_package_with_mistakes_is_refused_with_paths_and_reasons(bob: Caller) -> None:
    data = zipped(files(body__svg=None))
    error = bob.refused("POST", "/assets", data=data, content_type="application/zip", status=422)
    assert error["code"] == "ASSET_REFUSED"
    assert error["details"]["mistakes"] == [
        {"path": "parts[0].image", "reason": "there is no file 'body.svg' in the package"}
    ]


def test_a_character_on_air_cannot_be_deleted_and_none_can_be_replaced(bob: Caller, show: str) -> None:
    asset = upload(bob, zipped(files()))
    bob.ask(
        "POST", f"/streams/{show}/layers", {"id": "dot", "type": "character", "character": asset}, status=201
    )
    assert bob.ask("GET", f"/assets/{asset}")["usedBy"] == [{"stream": show, "layer": "dot"}]
    assert [kept["id"] for kept in bob.ask("GET", "/assets?used=true")["assets"]] == [asset]
    assert "dot" in bob.refused("DELETE", f"/assets/{asset}", status=409)["message"]
    replacing = {"data": zipped(files(hat__png=png(50, 50))), "content_type": "application/zip"}
    error = bob.refused("PUT", f"/assets/{asset}/data", status=422, **replacing)
    assert "only pictures can be replaced" in error["message"]
    bob.ask("DELETE", f"/streams/{show}/layers/dot")
    bob.ask("DELETE", f"/assets/{asset}")


def test_a_character_is_no_picture_and_a_picture_no_character(bob: Caller, show: str) -> None:
    asset = upload(bob, zipped(files()))
    picture = bob.ask("POST", "/assets", data=png(), content_type="image/png", status=201)["id"]
    for layer in (
        {"type": "image", "asset": asset},
        {"type": "character", "character": picture},
    ):
        error = bob.refused("POST", f"/streams/{show}/layers", layer, status=422)
        assert error["code"] == "SCENE_INVALID"


def test_anothers_character_is_none(caller: Callable[..., Caller], bob: Caller, show: str) -> None:
    asset = upload(caller("eve"), zipped(files()))
    layer = {"type": "character", "character": asset}
    assert "is not here" in bob.refused("POST", f"/streams/{show}/layers", layer, status=422)["message"]


def test_a_variants_character_is_checked_too(bob: Caller, show: str) -> None:
    scene = {"layers": [HOST], "variants": {"tall": {"layers": {"host": {"character": "ghost"}}}}}
    error = bob.refused("PUT", f"/streams/{show}/scene", scene, status=422)
    [mistake] = error["details"]["mistakes"]
    assert mistake["path"] == "variants.tall.layers.host.character"
