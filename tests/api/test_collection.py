"""Assets that nothing shows any more."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from api.http.collector import HOUR_MS, collect, collect_when_due, unused_assets
from api.http.services import Services
from farm.clock import ManualClock
from farm.settings import Settings
from farm.store.tokens import Scope
from tests.api.conftest import Caller
from tests.api.test_assets import _upload, picture


@pytest.fixture
def unused(bob: Caller, clock: ManualClock) -> str:
    """A picture that nothing shows, two days old."""
    asset = _upload(bob, picture())
    clock.advance_ns(48 * HOUR_MS * 1_000_000)
    return asset


def found(who: Caller, **body: Any) -> list[str]:
    told = who.ask("POST", "/assets/collect", body)
    assert told["count"] == len(told["assets"])
    assert told["bytes"] == sum(asset["bytes"] for asset in told["assets"])
    return [asset["id"] for asset in told["assets"]]


def test_a_dry_run_tells_and_deletes_nothing(bob: Caller, unused: str) -> None:
    assert found(bob) == found(bob, dryRun=True) == [unused]
    assert found(bob, dryRun=False) == [unused]
    assert found(bob) == []
    bob.refused("GET", f"/assets/{unused}", status=404)


def test_what_is_new_or_to_be_kept_stays(bob: Caller, unused: str) -> None:
    new = _upload(bob, picture(9, 9))
    assert found(bob) == [unused]
    assert set(found(bob, olderThanHours=0)) == {unused, new}
    bob.ask("PATCH", f"/assets/{unused}", {"tags": ["keep"]})
    assert found(bob, olderThanHours=0) == [new]


def test_what_an_older_revision_shows_stays(bob: Caller, show: str, unused: str) -> None:
    layer = {"id": "art", "type": "image", "asset": unused}
    bob.ask("POST", f"/streams/{show}/layers", layer, status=201)
    assert found(bob) == []
    bob.ask("DELETE", f"/streams/{show}/layers/art")
    assert found(bob) == []
    bob.ask("DELETE", f"/streams/{show}")
    assert found(bob) == [unused]


def test_what_a_scene_calls_by_its_name_stays(bob: Caller, show: str, clock: ManualClock) -> None:
    bob.ask("POST", "/assets?name=logo.png", data=picture(), content_type="image/png", status=201)
    clock.advance_ns(48 * HOUR_MS * 1_000_000)
    layer = {"id": "art", "type": "feed", "asset": "logo.png"}
    bob.ask("POST", f"/streams/{show}/layers", layer, status=201)
    assert found(bob) == []


def test_everybody_collects_their_own(
    bob: Caller, admin: Caller, caller: Callable[..., Caller], unused: str
) -> None:
    assert found(caller("eve"), dryRun=False) == []
    assert found(admin) == [unused]
    caller("bob", Scope.VIEWER).refused("POST", "/assets/collect", {}, status=403)


@pytest.mark.parametrize("body", [{"olderThanHours": -1}, {"dryRun": "no"}, {"all": True}])
def test_an_order_of_nonsense_is_refused(bob: Caller, body: dict[str, Any]) -> None:
    bob.refused("POST", "/assets/collect", body, status=400)


def test_what_an_edit_shows_meanwhile_is_not_deleted(
    bob: Caller, farm: Services, show: str, unused: str
) -> None:
    candidates = unused_assets(farm, ["bob"], 24)
    layer = {"id": "art", "type": "image", "asset": unused}
    bob.ask("POST", f"/streams/{show}/layers", layer, status=201)
    assert collect(farm, candidates) == []
    bob.ask("GET", f"/assets/{unused}")


def test_the_farm_collects_by_itself_when_it_is_told_to(
    farm: Services, settings: Settings, unused: str
) -> None:
    assert collect_when_due(farm) == []
    told = dataclasses.replace(farm, settings=settings.model_copy(update={"asset_gc_after_h": 24}))
    assert [record.id for record in collect_when_due(told)] == [unused]
    assert collect_when_due(told) == []
