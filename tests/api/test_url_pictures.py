"""Layers that name their picture by its URL: loading, then there, or a reason why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from api.http.importer import Importer
from api.http.services import Services
from farm.clock import ManualClock
from farm.errors import AssetRefused, Conflict
from farm.fetch import Fetched
from farm.messages import Event, from_json
from farm.store import keys
from farm.store.imports import RETRY_MS
from tests.api.conftest import Caller
from tests.api.test_assets import _animation, picture

URL = "https://pictures.example/art.png"
LAYER = {"id": "art", "type": "image", "url": URL}

Web = dict[str, bytes | Exception]


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch, farm: Services) -> Web:
    """What the app's fetcher finds at each URL."""
    pages: Web = {}

    def fetch(url: str) -> Fetched:
        found = pages.get(url, AssetRefused("nothing is there"))
        if isinstance(found, Exception):
            raise found
        return Fetched(found, url.rsplit("/", 1)[1])

    monkeypatch.setattr(farm.fetcher, "fetch", fetch)
    return pages


@pytest.fixture
def importer(farm: Services) -> Importer:
    return Importer(farm)


def layer(bob: Caller, show: str, name: str = "art") -> dict[str, Any]:
    found: dict[str, Any] = bob.ask("GET", f"/streams/{show}/layers/{name}")
    return found


def events(farm: Services, show: str) -> list[tuple[str, dict[str, Any]]]:
    """The events about pictures, without their revisions."""
    entries: Any = farm.redis.xrange(keys.events(show))
    kept = [from_json(fields[b"event"], Event) for _, fields in entries]
    about = [event for event in kept if event.type.startswith("asset:")]
    return [(e.type, {k: v for k, v in e.data.items() if k != "revision"}) for e in about]


def test_a_picture_by_url_loads_beside_the_edit_and_then_shows(
    bob: Caller, farm: Services, show: str, web: Web, importer: Importer
) -> None:
    web[URL] = picture(20, 10)
    made = bob.ask("POST", f"/streams/{show}/layers", LAYER, status=201)
    assert made["url"] == URL
    assert not {"content", "problem", "asset"} & set(made)
    assert importer.work_off() == 1
    shown = layer(bob, show)
    [asset] = bob.ask("GET", "/assets")["assets"]
    assert (shown["content"], asset["url"], asset["name"]) == (asset["content"], URL, "art.png")
    assert events(farm, show) == [("asset:loaded", {"layer": "art", "content": asset["content"]})]
    [newest, *_] = bob.ask("GET", f"/streams/{show}/scene/history")["revisions"]
    assert (newest["author"], newest["summary"]) == ("farm", "picture of art")


def test_all_scenes_with_that_url_show_it_and_later_ones_at_once(
    bob: Caller, show: str, web: Web, importer: Importer
) -> None:
    web[URL] = _animation(40, 60)
    feed = {"id": "lot", "type": "feed", "url": URL}
    other = bob.ask("POST", "/streams", {"scene": {"layers": [LAYER, feed]}}, status=201)["id"]
    bob.ask("POST", f"/streams/{show}/layers", LAYER, status=201)
    assert importer.work_off() == 1
    assert layer(bob, other)["frameMs"] == layer(bob, show)["frameMs"] == [40, 60]
    assert layer(bob, other, "lot")["natural"] == [8, 6]
    made = bob.ask("POST", f"/streams/{show}/layers", {**LAYER, "id": "more"}, status=201)
    assert made["content"] == layer(bob, show)["content"]
    assert importer.work_off() == 0


def test_a_picture_that_cannot_be_had_says_why(
    bob: Caller, farm: Services, show: str, web: Web, importer: Importer
) -> None:
    web[URL] = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    bob.ask("POST", f"/streams/{show}/layers", LAYER, status=201)
    importer.work_off()
    problem = layer(bob, show)["problem"]
    assert "not a PNG" in problem
    assert events(farm, show) == [("asset:failed", {"layer": "art", "reason": problem})]
    assert bob.ask("GET", "/assets")["count"] == 0


def test_an_edit_asks_again_for_what_failed_but_not_at_once(
    bob: Caller, show: str, web: Web, importer: Importer, clock: ManualClock
) -> None:
    bob.ask("POST", f"/streams/{show}/layers", LAYER, status=201)
    importer.work_off()
    assert layer(bob, show)["problem"] == "nothing is there"
    web[URL] = picture()
    bob.ask("PATCH", f"/streams/{show}/layers/art", {"opacity": 0.5})
    assert importer.work_off() == 0
    clock.advance_ns(RETRY_MS * 1_000_000)
    assert "problem" not in bob.ask("PATCH", f"/streams/{show}/layers/art", {"opacity": 0.6})
    assert importer.work_off() == 1
    assert "content" in layer(bob, show)


def test_a_busy_fetcher_is_asked_again(
    bob: Caller, farm: Services, show: str, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    importer = Importer(farm)
    waited: list[float] = []

    def wait(timeout_s: float) -> bool:
        waited.append(timeout_s)
        web[URL] = picture()
        return False

    monkeypatch.setattr(importer._ended, "wait", wait)
    web[URL] = Conflict("4 pictures are being fetched already")
    bob.ask("POST", f"/streams/{show}/layers", LAYER, status=201)
    importer.work_off()
    assert "content" in layer(bob, show)
    assert len(waited) == 1


def test_undo_does_not_stop_at_the_farms_own_edits(
    bob: Caller, show: str, web: Web, importer: Importer
) -> None:
    web[URL] = picture()
    bob.ask("POST", f"/streams/{show}/layers", LAYER, status=201)
    importer.work_off()
    assert bob.ask("POST", f"/streams/{show}/scene/undo")["layers"] == []
    bob.ask("POST", f"/streams/{show}/scene/redo")
    assert "content" in layer(bob, show)


def test_an_owner_at_the_limit_is_told_so(
    bob: Caller, farm: Services, show: str, web: Web, importer: Importer
) -> None:
    web[URL] = picture()
    farm.redis.hset(keys.ASSET_USAGE, "bob:count", 1000)
    bob.ask("POST", f"/streams/{show}/layers", LAYER, status=201)
    importer.work_off()
    assert "1000 pictures already" in layer(bob, show)["problem"]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({}, "asset"),
        ({"url": "ftp://x/y"}, "url"),
        ({"url": "https://x/a b"}, "url"),
        ({"url": "https://x/" + "y" * 2048}, "url"),
        ({"url": URL, "asset": "logo"}, "url"),
    ],
)
def test_a_layer_names_one_picture_in_one_way(
    bob: Caller, show: str, fields: dict[str, str], path: str
) -> None:
    order = {"id": "art", "type": "image", **fields}
    error = bob.refused("POST", f"/streams/{show}/layers", order, status=422)
    assert [mistake["path"] for mistake in error["details"]["mistakes"]] == [path]


def test_one_way_takes_the_place_of_the_other(
    bob: Caller, show: str, web: Web, importer: Importer, caller: Callable[..., Caller]
) -> None:
    web[URL] = picture()
    asset = bob.ask("POST", "/assets", data=picture(9, 9), content_type="image/png", status=201)["id"]
    bob.ask("POST", f"/streams/{show}/layers", {"id": "art", "type": "image", "asset": asset}, status=201)
    changed = bob.ask("PATCH", f"/streams/{show}/layers/art", {"asset": None, "url": URL})
    assert "content" not in changed
    importer.work_off()
    assert layer(bob, show)["content"] != asset


def test_the_threads_of_the_importer_end(farm: Services, bob: Caller, show: str, web: Web) -> None:
    web[URL] = picture()
    importer = Importer(farm)
    importer.start()
    bob.ask("POST", f"/streams/{show}/layers", LAYER, status=201)
    for thread in importer._threads:
        assert thread.is_alive()
    importer.stop()
    for thread in importer._threads:
        thread.join(10)
        assert not thread.is_alive()
