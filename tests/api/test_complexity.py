"""What a scene costs, told by the API."""

from __future__ import annotations

from collections.abc import Callable

from tests.api.conftest import Caller

MOVING = {
    "id": "bar",
    "type": "shape",
    "shape": "rectangle",
    "fill": "#ffffff",
    "size": {"width": 400, "height": 100},
    "animations": [{"property": "rotation", "from": 0, "to": 360, "duration": 5, "loop": True}],
}


def test_a_scene_is_estimated_and_its_dearest_layers_are_named(bob: Caller, show: str) -> None:
    before = bob.ask("GET", f"/streams/{show}/scene/complexity")
    bob.ask("POST", f"/streams/{show}/layers", MOVING, status=201)
    found = bob.ask("GET", f"/streams/{show}/scene/complexity")
    assert found["frameMs"] > before["frameMs"]
    assert found["score"] > 0
    assert found["layers"][0]["id"] == "bar"
    assert found["layers"][0]["reason"] == "turns"
    assert set(found) == {"score", "frameMs", "peakMs", "wholeMs", "openingMs", "changed", "layers"}


def test_my_stream_has_an_estimate_too(bob: Caller, show: str) -> None:
    assert bob.ask("GET", "/stream/scene/complexity") == bob.ask("GET", f"/streams/{show}/scene/complexity")


def test_nobody_else_learns_of_it(caller: Callable[..., Caller], show: str) -> None:
    caller("eve").refused("GET", f"/streams/{show}/scene/complexity", status=404)
