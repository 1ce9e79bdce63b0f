"""The registry of pictures: what is known of them, who shows them, and what replacing them does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from api.http.services import Services
from farm.fetch import Fetched
from farm.store.tokens import Scope
from tests.api.conftest import Caller
from tests.api.test_assets import _animation, _upload, picture


def layer(bob: Caller, show: str) -> dict[str, Any]:
    found: dict[str, Any] = bob.ask("GET", f"/streams/{show}/layers/logo")
    return found


@pytest.fixture
def logo(bob: Caller, show: str) -> str:
    """A picture that the layer "logo" shows."""
    asset = _upload(bob, picture())
    bob.ask("POST", f"/streams/{show}/layers", {"id": "logo", "type": "image", "asset": asset}, status=201)
    return asset


def test_a_picture_says_what_it_is_and_who_shows_it(bob: Caller, show: str, logo: str) -> None:
    known = bob.ask("GET", f"/assets/{logo}")
    assert known["usedBy"] == [{"stream": show, "layer": "logo"}]
    assert (known["kind"], known["frames"], known["durationMs"]) == ("picture", 1, 0)
    assert (known["content"], known["url"], known["tags"]) == (logo, "", [])
    film = bob.ask("GET", f"/assets/{_upload(bob, _animation(100, 200))}")
    assert (film["kind"], film["frames"], film["durationMs"]) == ("animation", 2, 300)


def test_pictures_are_found_by_name_tag_kind_and_use(bob: Caller, logo: str) -> None:
    film = _upload(bob, _animation(100, 200))
    bob.ask("PATCH", f"/assets/{logo}", {"name": "The Logo", "tags": ["brand", "2026"]})

    def found(query: str) -> list[str]:
        return [asset["id"] for asset in bob.ask("GET", f"/assets?{query}")["assets"]]

    assert found("name=logo") == found("tag=brand") == found("kind=picture") == found("used=true") == [logo]
    assert found("kind=animation") == found("used=false") == [film]
    assert found("tag=brand&kind=animation") == found("tag=bran") == []
    bob.refused("GET", "/assets?kind=sound", status=400)


@pytest.mark.parametrize(
    "body", [{"name": None}, {"tags": ["x"] * 21}, {"tags": [""]}, {"owner": "eve"}, {"name": "x" * 201}]
)
def test_a_picture_is_not_described_by_nonsense(bob: Caller, logo: str, body: dict[str, Any]) -> None:
    bob.refused("PATCH", f"/assets/{logo}", body, status=400)


def test_a_layer_may_call_a_picture_by_its_name(bob: Caller, show: str) -> None:
    asset = bob.ask("POST", "/assets?name=logo.png", data=picture(), content_type="image/png", status=201)
    order = {"id": "logo", "type": "image", "asset": "logo.png", "content": "spoofed"}
    made = bob.ask("POST", f"/streams/{show}/layers", order, status=201)
    assert (made["asset"], made["content"]) == ("logo.png", asset["id"])
    assert bob.refused("DELETE", f"/assets/{asset['id']}", status=409)["details"]["layer"] == "logo"


def test_replacing_a_picture_changes_the_scenes_that_show_it(
    bob: Caller, farm: Services, show: str, logo: str
) -> None:
    before = layer(bob, show)
    head = farm.scenes.head(show)
    kept = bob.ask("PUT", f"/assets/{logo}/data", data=picture(20, 10), content_type="image/png")
    assert (kept["id"], kept["width"]) == (logo, 20)
    after = layer(bob, show)
    assert (after["asset"], after["content"]) == (logo, kept["content"])
    assert after["content"] != before["content"]
    assert farm.scenes.head(show) == head + 1
    assert bob.raw("GET", f"/assets/{logo}/data").data == picture(20, 10)
    bob.ask("PUT", f"/assets/{logo}/data", data=picture(20, 10), content_type="image/png")
    assert farm.scenes.head(show) == head + 1


def test_an_animation_that_replaces_a_still_picture_plays(bob: Caller, show: str, logo: str) -> None:
    bob.ask("PUT", f"/assets/{logo}/data", data=_animation(40, 60), content_type="image/gif")
    assert layer(bob, show)["frameMs"] == [40, 60]


def test_undo_goes_on_over_a_replaced_picture(bob: Caller, show: str, logo: str) -> None:
    bob.ask("PATCH", f"/streams/{show}/layers/logo", {"opacity": 0.5})
    kept = bob.ask("PUT", f"/assets/{logo}/data", data=picture(20, 10), content_type="image/png")
    bob.ask("POST", f"/streams/{show}/scene/undo")
    undone = layer(bob, show)
    assert (undone["opacity"], undone["content"]) == (1, kept["content"])


def test_a_feed_knows_the_size_of_its_picture(bob: Caller, show: str) -> None:
    asset = _upload(bob, picture(20, 10))
    order = {"id": "lot", "type": "feed", "asset": asset, "natural": [1, 1]}
    made = bob.ask("POST", f"/streams/{show}/layers", order, status=201)
    assert made["natural"] == [20, 10]
    bob.ask("PUT", f"/assets/{asset}/data", data=picture(9, 9), content_type="image/png")
    assert bob.ask("GET", f"/streams/{show}/layers/lot")["natural"] == [9, 9]


def test_a_picture_may_be_replaced_by_what_lies_at_a_url(
    bob: Caller, farm: Services, logo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(farm.fetcher, "fetch", lambda _url: Fetched(picture(9, 9), "x.png"))
    assert bob.ask("PUT", f"/assets/{logo}/data", {"url": "https://pictures.example/x.png"})["width"] == 9


@pytest.mark.parametrize(("data", "status"), [(b"", 400), (b"nonsense", 422), (b"x" * 100_001, 413)])
def test_a_picture_is_not_replaced_by_nonsense(
    bob: Caller, show: str, logo: str, data: bytes, status: int
) -> None:
    before = layer(bob, show)
    bob.refused("PUT", f"/assets/{logo}/data", data=data, content_type="image/png", status=status)
    assert layer(bob, show) == before


def test_others_cannot_replace_or_rename_a_picture(caller: Callable[..., Caller], logo: str) -> None:
    eve = caller("eve")
    eve.refused("PUT", f"/assets/{logo}/data", data=picture(9, 9), content_type="image/png", status=404)
    eve.refused("PATCH", f"/assets/{logo}", {"name": "mine"}, status=404)
    viewer = caller("bob", Scope.VIEWER)
    viewer.refused("PUT", f"/assets/{logo}/data", data=picture(9, 9), content_type="image/png", status=403)


def test_who_keeps_a_picture_is_told_that_it_changed(bob: Caller, logo: str) -> None:
    tag = bob.raw("GET", f"/assets/{logo}/data").headers["ETag"]
    assert bob.raw("GET", f"/assets/{logo}/data", headers={"If-None-Match": tag}).status_code == 304
    bob.ask("PUT", f"/assets/{logo}/data", data=picture(9, 9), content_type="image/png")
    assert bob.raw("GET", f"/assets/{logo}/data", headers={"If-None-Match": tag}).status_code == 200
