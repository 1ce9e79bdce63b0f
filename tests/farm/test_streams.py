"""Stream records and their status over a real Redis: who changed what, and what is read back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import msgspec
import pytest

from farm.clock import ManualClock
from farm.errors import NotFound
from farm.messages import Desired, OutputSpec, State, StreamConfig, to_json
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.streams import StreamRecord, StreamStatus, StreamStore


@pytest.fixture
def store(redis: FarmRedis) -> StreamStore:
    return StreamStore(redis, ManualClock(wall_ms=42), user_limit=5, global_limit=5)


def record(stream: str, created_wall_ms: int = 1) -> StreamRecord:
    config = StreamConfig(fps=Fraction(30000, 1001))
    outputs = (OutputSpec("main", "rtmp://host/live/key"),)
    return StreamRecord(stream, stream, "owner", Desired.STOPPED, config, outputs, created_wall_ms)


def test_a_record_comes_back_as_it_was_written(store: StreamStore) -> None:
    assert store.create(record("s")) == record("s") == store.get("s")


def test_an_unknown_stream_is_not_found(store: StreamStore) -> None:
    for ask in (store.get, store.delete, store.change, lambda name: store.want(name, Desired.LIVE)):
        with pytest.raises(NotFound):
            ask("nobody")


def test_records_come_oldest_first(store: StreamStore) -> None:
    for stream, created in [("late", 9), ("b", 3), ("a", 3)]:
        store.create(record(stream, created))
    assert [found.id for found in store.all()] == ["a", "b", "late"]


def test_a_start_is_dated_and_a_pause_is_not(store: StreamStore, redis: FarmRedis) -> None:
    store.create(record("s"))
    assert store.want("s", Desired.LIVE).started_wall_ms == 42
    later = StreamStore(redis, ManualClock(wall_ms=50), user_limit=5, global_limit=5)
    assert later.want("s", Desired.PAUSED).started_wall_ms == 42
    later.want("s", Desired.STOPPED)
    assert later.want("s", Desired.LIVE).started_wall_ms == 50


def test_of_changes_at_once_none_is_lost(store: StreamStore) -> None:
    store.create(record("s"))

    def change(bitrate_kbps: int) -> None:
        config = store.get("s").config
        store.change("s", config=msgspec.structs.replace(config, bitrate_kbps=bitrate_kbps))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(change, range(1000, 1020)))
    assert store.get("s").version == 21
    assert store.get("s").generation == 21


def test_a_change_is_said_on_the_channel(store: StreamStore, redis: FarmRedis) -> None:
    store.create(record("s"))
    with redis.pubsub() as heard:  # type: ignore[no-untyped-call]
        heard.subscribe(keys.CHANGES)
        assert heard.get_message(timeout=5)["type"] == "subscribe"
        store.want("s", Desired.LIVE)
        assert heard.get_message(timeout=5)["data"] == b"s"
        store.want("s", Desired.LIVE)
        store.want("s", Desired.STOPPED)
        store.delete("s")
        assert [heard.get_message(timeout=5)["data"] for _ in range(2)] == [b"s", b"s"]
        assert heard.get_message(timeout=0) is None


def test_a_stream_nobody_spoke_of_is_idle(store: StreamStore, redis: FarmRedis) -> None:
    assert store.status("s") == StreamStatus()
    told = StreamStatus(State.FAILED, "the codec refused", 7, "node", 3, 2)
    redis.set(keys.status("s"), to_json(told))
    assert store.status("s") == told


def test_a_record_with_fields_of_a_newer_version_is_read(store: StreamStore, redis: FarmRedis) -> None:
    store.create(record("s"))
    newer = to_json(record("s")).replace(b"{", b'{"colour":"blue",', 1)
    redis.hset(keys.STREAMS, "s", newer)
    assert store.get("s") == record("s")
