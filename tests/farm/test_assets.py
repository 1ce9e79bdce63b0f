"""Uploaded pictures in Redis."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from farm.clock import ManualClock
from farm.errors import AssetRefused, NotFound
from farm.settings import load_settings
from farm.store import keys
from farm.store.assets import AssetStore
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


def test_the_number_of_pictures_is_bounded(store: AssetStore, redis: FarmRedis) -> None:
    redis.hset(keys.ASSETS, mapping={str(i): "{}" for i in range(1000)})
    with pytest.raises(AssetRefused, match="1000 pictures already"):
        store.put(png(), "one more", "ann")


def test_a_deleted_picture_is_gone(store: AssetStore) -> None:
    record = store.put(png(), "logo.png", "ann")
    store.delete(record.id)
    for ask in (store.get, store.data, store.delete):
        with pytest.raises(NotFound, match=record.id):
            ask(record.id)
