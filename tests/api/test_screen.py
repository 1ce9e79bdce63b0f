"""Pointing at the picture: what lies there, and putting a layer there."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from api.http.services import Services
from farm.store.leases import LeaseStore
from farm.store.programs import Program, ProgramStore
from farm.store.tokens import Scope
from scene.time import Segment
from tests.api.conftest import Caller
from tests.api.test_assets import picture

BOX = {"type": "shape", "shape": "rectangle", "size": {"width": 100, "height": 100}}
SCENE: dict[str, Any] = {
    "viewport": {"width": 960, "height": 540, "grid": {"size": 20}},
    "layers": [
        {"id": "ground", "type": "colour", "colour": "#000"},
        {"id": "box", **BOX, "position": {"x": 50, "y": 50}},
        {"id": "title", "type": "text", "text": "Hello", "position": {"x": 500, "y": "50%"}},
    ],
}


@pytest.fixture
def stream(bob: Caller, show: str) -> str:
    """The path of a stream of 1920 x 1080 with a scene half as large."""
    bob.ask("PUT", f"/streams/{show}/scene", SCENE)
    return f"/streams/{show}"


def hit(who: Caller, stream: str, x: float, y: float) -> list[str]:
    return [found["id"] for found in who.ask("GET", f"{stream}/scene/hit?x={x}&y={y}")["hits"]]


def test_what_lies_at_a_point_comes_topmost_first(bob: Caller, stream: str) -> None:
    told = bob.ask("GET", f"{stream}/scene/hit?x=150&y=200")
    assert told["viewport"] == {"x": 75, "y": 100}
    assert [found["id"] for found in told["hits"]] == ["box", "ground"]
    assert told["hits"][0] == {
        "id": "box",
        "type": "shape",
        "anchor": {"x": 100, "y": 100},
        "corners": [{"x": x, "y": y} for x, y in ((100, 100), (300, 100), (300, 300), (100, 300))],
        "own": {"x": 50, "y": 100},
        "guessed": False,
    }
    assert bob.ask("GET", f"{stream}/scene/hit?x=1010&y=560")["hits"][0]["guessed"] is True
    assert hit(bob, stream, -5, 20) == []


def test_a_picture_is_as_large_as_its_file(bob: Caller, stream: str) -> None:
    asset = bob.ask("POST", "/assets", data=picture(80, 60), content_type="image/png", status=201)["id"]
    sheet = {"columns": 2, "rows": 1, "fps": 5}
    for name, y in (("whole", 300), ("sheet", 400)):
        layer = {"id": name, "type": "image", "asset": asset, "position": {"x": 0, "y": y}}
        extra = {"sprite": sheet} if name == "sheet" else {}
        bob.ask("POST", f"{stream}/layers", {**layer, **extra}, status=201)
    assert hit(bob, stream, 155, 610) == ["whole", "ground"]
    assert hit(bob, stream, 75, 810) == ["sheet", "ground"]
    assert hit(bob, stream, 155, 810) == ["ground"]


def test_what_moves_is_hit_where_it_is_on_air(bob: Caller, stream: str, farm: Services) -> None:
    move = {"property": "position.x", "from": 0, "to": 800, "duration": 10, "start": 0}
    bob.ask("PATCH", f"{stream}/layers/box", {"animations": [move]})
    assert hit(bob, stream, 10, 200) == ["box", "ground"]
    lease = LeaseStore(farm.redis, ttl_ms=60_000).acquire("show", "tester")
    assert lease is not None
    segment = Segment(0, 3, Fraction(0), Fraction(1))
    program = Program(1, "0" * 32, lease.fence, Fraction(30), (segment,), emitted=150, started_wall_ms=1)
    assert ProgramStore(farm.redis).write(lease, program, {})
    assert hit(bob, stream, 10, 200) == ["ground"]
    assert hit(bob, stream, 810, 200) == ["box", "ground"]


@pytest.mark.parametrize("query", ["", "?x=1", "?x=1&y=nan", "?x=1&y=1e9"])
def test_a_point_is_two_numbers(bob: Caller, stream: str, query: str) -> None:
    assert bob.refused("GET", f"{stream}/scene/hit{query}", status=400)["code"] == "INVALID_REQUEST"


def test_a_layer_is_put_where_somebody_points(bob: Caller, stream: str) -> None:
    placed = bob.ask("PUT", f"{stream}/layers/title/place?snap=false", {"x": 333.0, "y": 270.0})
    assert placed["position"] == {"x": 166.5, "y": "25.000%", "origin": "topLeft"}
    placed = bob.ask("PUT", f"{stream}/layers/title/place", {"x": 335.0, "y": 540.0})
    assert placed["position"] == {"x": 160, "y": "50.000%", "origin": "topLeft"}
    assert bob.ask("GET", f"{stream}/layers/title") == placed


def test_a_layer_of_a_scene_off_the_air_is_placed_by_its_name(bob: Caller, stream: str) -> None:
    bob.ask("POST", f"{stream}/scenes", {"name": "break", "scene": SCENE}, status=201)
    bob.ask("PUT", f"{stream}/scenes/break/layers/box/place", {"x": 400.0, "y": 400.0})
    assert bob.ask("GET", f"{stream}/scenes/break/layers/box")["position"]["x"] == 200
    assert bob.ask("GET", f"{stream}/layers/box")["position"]["x"] == 50
    bob.ask("POST", f"{stream}/take", {"scene": "break", "transition": {"type": "cut"}})
    assert hit(bob, stream, 450, 450) == ["box", "ground"]


def test_wrong_places_are_refused(bob: Caller, stream: str, caller: Callable[..., Caller]) -> None:
    point = {"x": 10.0, "y": 10.0}
    assert bob.refused("PUT", f"{stream}/layers/nobody/place", point, status=404)["code"] == "NOT_FOUND"
    assert bob.refused("PUT", f"{stream}/layers/box/place", {"x": 10.0}, status=400)["code"]
    move = {"property": "position.x", "to": 800, "duration": 10}
    bob.ask("PATCH", f"{stream}/layers/box", {"animations": [move]})
    error = bob.refused("PUT", f"{stream}/layers/box/place", point, status=422)
    assert error["details"]["mistakes"][0]["path"] == "animations[0]"
    stale = {"If-Match": '"1"'}
    bob.refused("PUT", f"{stream}/layers/title/place", point, status=412, headers=stale)
    viewer = caller("bob", Scope.VIEWER)
    assert hit(viewer, stream, 150, 200) == ["box", "ground"]
    viewer.refused("PUT", f"{stream}/layers/title/place", point, status=403)
