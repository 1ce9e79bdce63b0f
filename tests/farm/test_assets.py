"""Uploaded pictures in Redis."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from farm.clock import ManualClock
from farm.errors import AssetRefused, NotFound
from farm.settings import load_settings
from farm.store import keys
from farm.store.asset_names import entry, put_in
from farm.store.assets import MAX_ASSETS, RETIRED_S, AssetStore
from farm.store.connection import FarmRedis


@pytest.fixture
def store(redis: FarmRedis) -> AssetStore:
    return AssetStore(redis, ManualClock(wall_ms=1_000), load_settings({"ASSET_MAX_PIXELS": "10000"}))


def png(colour: str = "red", side: int = 10) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_picture_comes_back_with_its_record(store: AssetStore) -> None:
    record = store.put(png(), "logo.png", "ann")
    assert (record.format, record.width, record.height, record.bytes) == ("PNG", 10, 10, len(png()))
    assert store.get(record.id) == record
    assert store.data(record.id) == png()
    assert store.list() == [record]


def test_the_same_upload_twice_is_one_asset(store: AssetStore) -> None:
    assert store.put(png(), "a", "ann") == store.put(png(), "b", "ann")
    assert len(store.list()) == 1


def test_another_owner_has_an_asset_of_their_own(store: AssetStore) -> None:
    anns, bobs = store.put(png(), "a", "ann"), store.put(png(), "a", "bob")
    store.delete(anns.id)
    assert store.data(bobs.id) == png()


@pytest.mark.parametrize("data", [b"nonsense", png()[:50], png(side=101)])
def test_a_refused_picture_leaves_nothing_behind(store: AssetStore, redis: FarmRedis, data: bytes) -> None:
    with pytest.raises(AssetRefused):
        store.put(data, "bad", "ann")
    assert not redis.keys("ff:asset*")


def limited(redis: FarmRedis, **settings: str) -> AssetStore:
    return AssetStore(redis, ManualClock(wall_ms=1_000), load_settings(settings))


def test_an_owner_has_so_many_pictures(redis: FarmRedis) -> None:
    store = limited(redis, ASSET_MAX_COUNT="2")
    kept = [store.put(png(colour), colour, "ann") for colour in ("red", "green")]
    with pytest.raises(AssetRefused, match="2 pictures already"):
        store.put(png("blue"), "one more", "ann")
    assert store.put(png("red"), "known", "ann") == kept[0]
    store.put(png("blue"), "another owner's", "bob")
    store.delete(kept[0].id)
    store.put(png("blue"), "now", "ann")
    assert store.usage("ann") == (2, sum(record.bytes for record in store.list() if record.owner == "ann"))


def test_an_owners_pictures_take_so_many_bytes(redis: FarmRedis) -> None:
    store = limited(redis, ASSET_OWNER_MB="1")
    redis.hset(keys.ASSET_USAGE, "ann:bytes", 1_000_000 - len(png()) + 1)
    with pytest.raises(AssetRefused, match="1,000,000 bytes"):
        store.put(png(), "one more", "ann")
    redis.hset(keys.ASSET_USAGE, "ann:bytes", 1_000_000 - len(png()))
    store.put(png(), "fits", "ann")


def test_all_pictures_together_are_bounded(store: AssetStore, redis: FarmRedis) -> None:
    redis.hset(keys.ASSETS, mapping={str(i): "{}" for i in range(MAX_ASSETS)})
    with pytest.raises(AssetRefused, match="10000 pictures already"):
        store.put(png(), "one more", "ann")


def test_a_replaced_picture_keeps_its_id_and_its_old_bytes_for_a_day(
    store: AssetStore, redis: FarmRedis
) -> None:
    first = store.put(png(), "logo.png", "ann")
    second = store.replace(first.id, png("green", 20))
    assert (second.id, second.name, second.width) == (first.id, "logo.png", 20)
    assert second.address != first.address == first.id
    assert (store.data(first.address), store.data(second.address)) == (png(), png("green", 20))
    assert 0 < redis.ttl(keys.asset(first.address)) <= RETIRED_S
    assert redis.ttl(keys.asset(second.address)) == -1
    assert store.usage("ann") == (1, second.bytes)
    assert store.replace(first.id, png("green", 20)) == second


def test_what_lay_under_a_replaced_id_can_be_uploaded_again(store: AssetStore) -> None:
    first = store.put(png(), "a", "ann")
    store.replace(first.id, png("green"))
    again = store.put(png(), "b", "ann")
    assert again.id != first.id
    assert store.put(png(), "c", "ann") == again
    assert (store.data(again.address), store.data(store.get(first.id).address)) == (png(), png("green"))


def test_a_picture_that_went_meanwhile_is_not_replaced(store: AssetStore, redis: FarmRedis) -> None:
    with pytest.raises(NotFound):
        store.replace("nothing", png())
    first = store.put(png(), "a", "ann")
    with pytest.raises(AssetRefused, match="not a PNG"):
        store.replace(first.id, b"nonsense")
    assert store.get(first.id) == first


def test_a_picture_is_found_by_its_id_or_the_newest_of_its_name(redis: FarmRedis) -> None:
    clock = ManualClock(wall_ms=1_000)
    store = AssetStore(redis, clock, load_settings({}))
    old = store.put(png("red"), "logo.png", "ann")
    clock.advance_ns(1_000_000_000)
    new = store.put(png("green"), "logo.png", "ann")
    assert store.find(old.id, ("ann",)) == old
    assert store.find("logo.png", ("ann", "admin")) == new
    for wanted in ("logo.png", old.id):
        with pytest.raises(NotFound):
            store.find(wanted, ("bob",))


def asked(redis: FarmRedis) -> set[str]:
    return set(redis.info("commandstats")) - {"cmdstat_info", "cmdstat_config|resetstat"}


def test_a_picture_is_found_by_name_without_a_walk_through_all(store: AssetStore, redis: FarmRedis) -> None:
    record = store.put(png(), "logo.png", "ann")
    store.put(png("green"), "logo", "ann")
    redis.config_resetstat()
    assert store.find("logo.png", ("ann",)) == record
    assert asked(redis) == {"cmdstat_hget", "cmdstat_zrange", "cmdstat_hmget"}


def test_names_follow_what_happens_to_pictures(store: AssetStore) -> None:
    first, second = store.put(png(), "a", "ann"), store.put(png("green"), "a", "ann")
    store.describe(second.id, name="b")
    assert store.find("a", ("ann",)) == first
    assert store.find("b", ("ann",)).id == second.id
    replaced = store.replace(first.id, png("blue"))
    assert store.find("a", ("ann",)) == replaced
    store.delete(first.id)
    with pytest.raises(NotFound):
        store.find("a", ("ann",))


def test_pictures_of_a_version_without_names_are_found_and_put_into_the_index(
    store: AssetStore, redis: FarmRedis
) -> None:
    record = store.put(png(), "logo.png", "ann")
    redis.delete(keys.ASSET_NAMES)
    assert store.find("logo.png", ("ann",)) == record
    redis.config_resetstat()
    assert store.find("logo.png", ("ann",)) == record
    assert "cmdstat_hvals" not in asked(redis)


def test_an_entry_of_a_picture_that_is_gone_does_no_harm(store: AssetStore, redis: FarmRedis) -> None:
    record = store.put(png(), "logo.png", "ann")
    put_in(redis, [entry("logo.png", "gone"), entry("other", record.id)])
    assert store.find("logo.png", ("ann",)) == record
    with pytest.raises(NotFound):
        store.find("other", ("ann",))


def test_a_picture_has_a_name_and_tags(store: AssetStore) -> None:
    record = store.put(png(), "a", "ann")
    assert store.describe(record.id, name="logo", tags=["b", "a", "b"]).tags == ("b", "a")
    assert (store.get(record.id).name, store.get(record.id).tags) == ("logo", ("b", "a"))
    assert store.describe(record.id).name == "logo"


def test_a_deleted_picture_is_gone(store: AssetStore) -> None:
    record = store.put(png(), "logo.png", "ann")
    store.delete(record.id)
    for ask in (store.get, store.data, store.delete):
        with pytest.raises(NotFound, match=record.id):
            ask(record.id)
