"""Live feeds: pictures that come while the stream is on air."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from api.http.services import Services
from farm.store.tokens import Scope
from tests.api.conftest import Caller
from tests.api.test_assets import picture


def put(who: Caller, show: str, name: str = "camera", data: bytes | None = None) -> dict[str, object]:
    body = picture(32, 18, "JPEG") if data is None else data
    path = f"/streams/{show}/feeds/{name}/picture"
    told: dict[str, object] = who.ask("PUT", path, data=body, content_type="image/jpeg")
    return told


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_live_without_an_edit(bob: Caller, farm: Services, show: str, kind: str) -> None:
    head = farm.scenes.head(show)
    told = put(bob, show, data=picture(32, 18, kind))
    assert (told["name"], told["width"], told["height"], told["snapshot"]) == ("camera", 32, 18, 1)
    assert farm.scenes.head(show) == head
    entry = farm.snapshots.load(show, 1).feeds["camera"]
    assert farm.assets.data(entry.address) == picture(32, 18, kind)
    assert bob.ask("GET", f"/streams/{show}/feeds") == {"feeds": [told], "count": 1}


def test_the_same_picture_again_is_news(bob: Caller, show: str) -> None:
    assert [put(bob, show)["snapshot"] for _ in range(3)] == [1, 2, 3]


def test_feeds_and_data_stand_beside_each_other(bob: Caller, farm: Services, show: str) -> None:
    put(bob, show)
    bob.ask("PUT", f"/streams/{show}/data", {"bid": 3})
    put(bob, show, "other")
    newest = farm.snapshots.load(show, 3)
    assert (set(newest.feeds), newest.plain_values()) == ({"camera", "other"}, {"bid": 3})


def test_a_feed_is_forgotten(bob: Caller, farm: Services, show: str) -> None:
    put(bob, show)
    bob.ask("DELETE", f"/streams/{show}/feeds/camera")
    assert bob.ask("GET", f"/streams/{show}/feeds")["count"] == 0
    assert bob.refused("DELETE", f"/streams/{show}/feeds/camera", status=404)["details"] == {"feed": "camera"}


def test_a_layer_shows_a_feed_that_has_no_picture_yet(bob: Caller, show: str) -> None:
    order = {"id": "cam", "type": "feed", "feed": "camera", "staleAfter": 3}
    made = bob.ask("POST", f"/streams/{show}/layers", order, status=201)
    assert (made["feed"], made["staleAfter"]) == ("camera", 3)
    bad = {**order, "id": "cam2", "staleAfter": 0.1}
    assert bob.refused("POST", f"/streams/{show}/layers", bad, status=422)["code"] == "SCENE_INVALID"


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 400, "INVALID_REQUEST"),
        (b"nonsense", 422, "ASSET_REFUSED"),
        (picture(400, 300, "JPEG")[:400], 422, "ASSET_REFUSED"),
        (b"x" * 100_001, 413, "BODY_TOO_LARGE"),
    ],
)
def test_what_is_no_picture_is_refused_and_the_last_one_stays(
    bob: Caller, farm: Services, show: str, data: bytes, status: int, code: str
) -> None:
    put(bob, show)
    path = f"/streams/{show}/feeds/camera/picture"
    assert bob.refused("PUT", path, data=data, content_type="image/jpeg", status=status)["code"] == code
    assert farm.snapshots.head(show) == 1


def test_a_feeds_name_is_a_name(bob: Caller, show: str) -> None:
    path = f"/streams/{show}/feeds/{'x' * 65}/picture"
    bob.refused("PUT", path, data=picture(), content_type="image/png", status=400)


def test_others_cannot_feed_a_stream(caller: Callable[..., Caller], bob: Caller, show: str) -> None:
    path = f"/streams/{show}/feeds/camera/picture"
    caller("eve").refused("PUT", path, data=picture(), content_type="image/png", status=404)
    viewer = caller("bob", Scope.VIEWER)
    viewer.refused("PUT", path, data=picture(), content_type="image/png", status=403)
    put(bob, show)
    assert viewer.ask("GET", f"/streams/{show}/feeds")["count"] == 1
    viewer.refused("DELETE", f"/streams/{show}/feeds/camera", status=403)


def test_a_deleted_stream_takes_its_feeds_along(bob: Caller, farm: Services, show: str) -> None:
    put(bob, show)
    address = farm.snapshots.load(show, 1).feeds["camera"].address
    bob.ask("DELETE", f"/streams/{show}")
    assert not farm.redis.keys(f"*{address}*")
