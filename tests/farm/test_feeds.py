"""Pictures of live feeds in Redis."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from farm.clock import ManualClock
from farm.errors import AssetRefused
from farm.settings import load_settings
from farm.store import feeds, keys
from farm.store.connection import FarmRedis
from farm.store.feeds import KEPT_MS, FeedStore
from farm.store.snapshots import NO_SNAPSHOT, FeedEntry, Snapshot

SETTINGS = load_settings({"FEED_STORE_MB": "1"})


def jpeg(shade: int = 2, side: int = 64, pad: int = 0) -> bytes:
    """A picture; ``pad`` bytes behind its end make it larger."""
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), (40 * shade % 256, 90, 90)).save(buffer, "JPEG")
    return buffer.getvalue() + bytes(pad)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(wall_ms=1_000_000)


@pytest.fixture
def store(redis: FarmRedis, clock: ManualClock) -> FeedStore:
    return FeedStore(redis, clock, SETTINGS)


def kept(redis: FarmRedis, entry: FeedEntry) -> bool:
    return bool(redis.exists(keys.asset(entry.address)))


def test_a_picture_is_kept_under_the_address_of_its_content(store: FeedStore, redis: FarmRedis) -> None:
    entry = store.put("s", jpeg(), NO_SNAPSHOT, "camera")
    assert (entry.width, entry.height, entry.bytes) == (64, 64, len(jpeg()))
    assert redis.get(keys.asset(entry.address)) == jpeg()
    assert redis.ttl(keys.asset(entry.address)) > 0
    assert store.put("s", jpeg(), NO_SNAPSHOT, "other").address == entry.address
    assert store.put("t", jpeg(), NO_SNAPSHOT, "camera").address != entry.address


def test_an_overtaken_picture_goes_after_a_while_but_not_a_current_one(
    store: FeedStore, redis: FarmRedis, clock: ManualClock
) -> None:
    still = store.put("s", jpeg(1), NO_SNAPSHOT, "still")
    shown = NO_SNAPSHOT.with_feed("still", still)
    entries = [still]
    for shade in (2, 3, 4):
        # Each was current for long before it is overtaken: its time counts from then.
        entries.append(store.put("s", jpeg(shade), shown, "camera"))
        shown = shown.with_feed("camera", entries[-1])
        clock.advance_ns(KEPT_MS * 1_000_000 + 1_000_000)
    assert [kept(redis, entry) for entry in entries] == [True, False, True, True]
    entries.append(store.put("s", jpeg(5), shown, "camera"))
    assert [kept(redis, entry) for entry in entries] == [True, False, False, True, True]


def test_what_a_stream_keeps_is_bounded(store: FeedStore, redis: FarmRedis, clock: ManualClock) -> None:
    entries = []
    for shade in range(5):
        entries.append(store.put("s", jpeg(shade, pad=300_000), NO_SNAPSHOT, "camera"))
        clock.advance_ns(1_000_000)
    assert [kept(redis, entry) for entry in entries] == [False, False, True, True, True]


def test_current_pictures_may_not_take_more(store: FeedStore) -> None:
    shown = NO_SNAPSHOT
    for name in ("a", "b"):
        shown = shown.with_feed(name, store.put("s", jpeg(len(name), pad=400_000), shown, name))
    with pytest.raises(AssetRefused, match="1,000,000 bytes"):
        store.put("s", jpeg(9, pad=400_000), shown, "c")
    store.put("s", jpeg(9, pad=400_000), shown, "b")


def test_a_stream_has_so_many_feeds(store: FeedStore) -> None:
    entry = store.put("s", jpeg(), NO_SNAPSHOT, "0")
    shown = Snapshot(feeds={str(number): entry for number in range(feeds.MAX_FEEDS)})
    with pytest.raises(AssetRefused, match="16 feeds"):
        store.put("s", jpeg(), shown, "one more")
    store.put("s", jpeg(), shown, "3")


@pytest.mark.parametrize("data", [b"nonsense", jpeg()[:200], jpeg()[: len(jpeg()) // 2]])
def test_a_damaged_picture_leaves_the_last_good_one(store: FeedStore, redis: FarmRedis, data: bytes) -> None:
    good = store.put("s", jpeg(1), NO_SNAPSHOT, "camera")
    with pytest.raises(AssetRefused):
        store.put("s", data, NO_SNAPSHOT.with_feed("camera", good), "camera")
    assert kept(redis, good)
    assert redis.hlen(keys.feed_pictures("s")) == 1


def test_a_streams_pictures_are_forgotten_with_it(store: FeedStore, redis: FarmRedis) -> None:
    entry = store.put("s", jpeg(), NO_SNAPSHOT, "camera")
    store.delete("s")
    store.delete("s")
    assert not kept(redis, entry)
    assert not redis.exists(keys.feed_pictures("s"))
