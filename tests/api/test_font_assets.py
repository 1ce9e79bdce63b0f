"""Fonts over HTTP: uploaded, named by texts, and kept while a text is written in them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from farm.clock import ManualClock
from tests.api.conftest import TEXT_LAYER, Caller
from tests.golden.dot_matrix import DOTS, dot_matrix

FONT = dot_matrix()


@pytest.fixture
def font(bob: Caller) -> str:
    """A font of bob's."""
    asset: str = bob.ask("POST", "/assets?name=led", status=201, data=FONT)["id"]
    return asset


def test_a_font_is_kept_as_it_is(bob: Caller, font: str) -> None:
    record = bob.ask("GET", f"/assets/{font}")
    assert (record["kind"], record["format"], record["name"], record["bytes"]) == (
        "font",
        "TTF",
        "led",
        len(FONT),
    )
    assert bob.ask("GET", "/assets?kind=font")["count"] == 1
    answer = bob.raw("GET", f"/assets/{font}/data")
    assert (answer.mimetype, answer.get_data()) == ("font/ttf", FONT)


def test_a_damaged_font_is_refused_with_its_reason(bob: Caller) -> None:
    error = bob.refused("POST", "/assets", status=422, data=FONT[:5000])
    assert (error["code"], error["message"][:19]) == ("ASSET_REFUSED", "the font is cut off")


def test_a_text_is_written_in_a_font_that_there_is(
    bob: Caller, show: str, font: str, caller: Callable[..., Caller]
) -> None:
    layers = f"/streams/{show}/layers"
    made = bob.ask("POST", layers, {**TEXT_LAYER, "fontAsset": font}, status=201)
    assert made["fontAsset"] == font
    error = bob.refused("PATCH", f"{layers}/title", {"fontAsset": "nowhere"}, status=422)
    assert error["details"]["mistakes"] == [
        {"path": "fontAsset", "reason": "is not the id or the name of an uploaded font; POST /assets first"}
    ]
    eve = caller("eve")
    eve.ask("POST", "/streams", {"id": "theirs"}, status=201)
    eve.refused("POST", "/streams/theirs/layers", {**TEXT_LAYER, "fontAsset": font}, status=422)


def test_a_font_in_use_stays_and_is_not_replaced(bob: Caller, show: str, font: str) -> None:
    bob.ask("POST", f"/streams/{show}/layers", {**TEXT_LAYER, "fontAsset": font}, status=201)
    assert bob.ask("GET", f"/assets/{font}")["usedBy"] == [{"stream": show, "layer": "title"}]
    assert bob.ask("GET", "/assets?used=true")["count"] == 1
    assert bob.refused("DELETE", f"/assets/{font}", status=409)["details"]["layer"] == "title"
    assert bob.refused("PUT", f"/assets/{font}/data", status=422, data=FONT)["code"] == "ASSET_REFUSED"
    bob.ask("DELETE", f"/streams/{show}/layers/title")
    bob.ask("DELETE", f"/assets/{font}")


def test_a_font_is_no_picture_and_a_picture_no_font(bob: Caller, show: str, font: str) -> None:
    image = {"id": "i", "type": "image", "asset": font}
    bob.refused("POST", f"/streams/{show}/layers", image, status=422)


def test_a_font_may_be_called_by_its_name(bob: Caller, show: str, font: str, clock: ManualClock) -> None:
    layers, scene = f"/streams/{show}/layers", f"/streams/{show}/scene"
    bob.ask("POST", layers, {**TEXT_LAYER, "fontAsset": "led"}, status=201)
    assert bob.ask("GET", scene)["fonts"] == {"led": font}
    assert bob.ask("GET", f"/assets/{font}")["usedBy"] == [{"stream": show, "layer": "title"}]
    clock.advance_ns(1_000_000_000)
    newer = bob.ask("POST", "/assets?name=led", status=201, data=dot_matrix({"A": DOTS["A"]}))["id"]
    bob.ask("PATCH", f"{layers}/title", {"text": "same font"})
    assert bob.ask("GET", scene)["fonts"] == {"led": font}
    bob.ask("PATCH", f"{layers}/title", {"fontAsset": None})
    assert "fonts" not in bob.ask("GET", scene)
    bob.ask("PATCH", f"{layers}/title", {"fontAsset": "led"})
    assert bob.ask("GET", scene)["fonts"] == {"led": newer}


def test_nobody_writes_fonts_of_others_into_a_scene(
    bob: Caller, font: str, caller: Callable[..., Caller]
) -> None:
    eve = caller("eve")
    eve.ask("POST", "/streams", {"id": "theirs"}, status=201)
    mine = eve.ask("POST", "/assets?name=own", status=201, data=FONT)["id"]
    scene = {"layers": [{**TEXT_LAYER, "fontAsset": "own"}], "fonts": {"own": font}}
    assert eve.ask("PUT", "/streams/theirs/scene", scene)["fonts"] == {"own": mine}
