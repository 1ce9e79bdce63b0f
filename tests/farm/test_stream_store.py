"""Stream records and their limits over a real Redis."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from farm.clock import ManualClock
from farm.errors import Conflict, NotFound, StreamLimitExceeded
from farm.messages import Desired, OutputSpec, StreamConfig
from farm.store import keys
from farm.store.connection import FarmRedis, connect
from farm.store.streams import StreamRecord, StreamStore


def _store(redis: FarmRedis, *, user: int = 5, farm: int = 20) -> StreamStore:
    return StreamStore(redis, ManualClock(wall_ms=9), user_limit=user, global_limit=farm)


def _create(store: StreamStore, stream: str, owner: str = "bob") -> StreamRecord:
    return store.create(StreamRecord(stream, stream, owner, Desired.STOPPED, StreamConfig(), (), 1))


@pytest.fixture
def store(redis: FarmRedis) -> StreamStore:
    return _store(redis)


def test_an_id_is_taken_once(store: StreamStore) -> None:
    _create(store, "a")
    with pytest.raises(Conflict):
        _create(store, "a")


def test_a_start_is_a_new_generation_and_a_pause_is_not(store: StreamStore) -> None:
    first = _create(store, "a").generation
    assert store.want("a", Desired.LIVE).generation == first + 1
    assert store.want("a", Desired.PAUSED).generation == first + 1
    assert store.want("a", Desired.LIVE).generation == first + 1


def test_only_what_concerns_the_encoder_is_a_new_generation(store: StreamStore) -> None:
    record = _create(store, "a")
    more_layers = msgspec.structs.replace(record.config, max_layers=60)
    assert store.change("a", config=more_layers).generation == record.generation
    assert store.change("a", config=msgspec.structs.replace(more_layers, bitrate_kbps=900)).generation == 2
    assert store.change("a", outputs=(OutputSpec("one", "rtmp://host/app/key"),)).generation == 3


def test_a_change_that_changes_nothing_is_no_change(store: StreamStore) -> None:
    record = _create(store, "a")
    assert store.change("a", config=record.config) == record


def test_a_stopped_stream_is_not_started_by_pausing_it(store: StreamStore) -> None:
    _create(store, "a")
    with pytest.raises(Conflict):
        store.want("a", Desired.PAUSED, only_if_running=True)
    assert store.get("a").desired is Desired.STOPPED


def test_starting_again_is_a_new_generation_unless_stopped(store: StreamStore) -> None:
    _create(store, "a")
    assert store.start_again("a").generation == 1
    store.want("a", Desired.LIVE)
    assert store.start_again("a").generation == 3


def test_a_running_stream_cannot_be_deleted(store: StreamStore) -> None:
    _create(store, "a")
    store.want("a", Desired.LIVE)
    with pytest.raises(Conflict):
        store.delete("a")
    store.want("a", Desired.STOPPED)
    store.delete("a")
    with pytest.raises(NotFound):
        store.delete("a")


def test_what_lives_with_a_stream_goes_with_it(store: StreamStore, redis: FarmRedis) -> None:
    _create(store, "a")
    mine = [keys.program("a"), keys.status("a"), keys.report("a")]
    for key in mine:
        redis.set(key, "x")
    redis.set(keys.status("b"), "x")
    store.delete("a")
    assert redis.exists(*mine) == 0
    assert redis.exists(keys.status("b")) == 1


def test_limits_say_their_numbers(redis: FarmRedis) -> None:
    store = _store(redis, user=1)
    for stream in ("a", "b"):
        _create(store, stream)
    store.want("a", Desired.LIVE)
    with pytest.raises(StreamLimitExceeded, match="Maximum 1 concurrent streams reached") as caught:
        store.want("b", Desired.LIVE)
    assert caught.value.details == {"userCount": 1, "userLimit": 1, "globalCount": 1, "globalLimit": 20}


def test_two_processes_never_admit_more_than_the_limit(redis: FarmRedis, redis_url: str) -> None:
    streams = [f"s{number}" for number in range(12)]
    for stream in streams:
        _create(_store(redis), stream, owner=stream)
    start = threading.Barrier(len(streams))

    def ask(stream: str) -> bool:
        with connect(redis_url) as own:
            start.wait()
            try:
                _store(own, farm=3).want(stream, Desired.LIVE)
            except StreamLimitExceeded:
                return False
            return True

    with ThreadPoolExecutor(len(streams)) as pool:
        admitted = sum(pool.map(ask, streams))
    assert admitted == redis.hlen(keys.LIVE) == 3
