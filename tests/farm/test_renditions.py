"""Streams that follow another stream's scene, as they are kept."""

from __future__ import annotations

import pytest

from farm.clock import ManualClock
from farm.errors import Conflict, NotFound
from farm.messages import Desired, FrameTask, StreamConfig, VariantOf, from_json, to_json
from farm.store.connection import FarmRedis
from farm.store.streams import StreamRecord, StreamStore
from tests.workers.farmhand import task


@pytest.fixture
def store(redis: FarmRedis) -> StreamStore:
    return StreamStore(redis, ManualClock(wall_ms=9), user_limit=5, global_limit=20)


def _create(store: StreamStore, stream: str, source: VariantOf | None = None) -> StreamRecord:
    config = StreamConfig()
    return store.create(
        StreamRecord(stream, stream, "bob", Desired.STOPPED, config, (), 1, variant_of=source)
    )


def test_a_rendition_shows_what_it_follows(store: StreamStore) -> None:
    assert _create(store, "wide").scene_stream == "wide"
    assert _create(store, "tall", VariantOf("wide", "vertical")).scene_stream == "wide"
    assert store.get("tall").variant_of == VariantOf("wide", "vertical")
    assert [record.id for record in store.renditions("wide")] == ["tall"]
    assert store.renditions("tall") == []


def test_what_there_is_not_cannot_be_followed(store: StreamStore) -> None:
    with pytest.raises(NotFound, match="no stream 'wide' to follow"):
        _create(store, "tall", VariantOf("wide", "vertical"))
    with pytest.raises(NotFound):
        store.get("tall")


def test_what_is_followed_is_not_deleted(store: StreamStore) -> None:
    _create(store, "wide")
    _create(store, "tall", VariantOf("wide", "vertical"))
    with pytest.raises(Conflict, match="has renditions: tall; delete those first"):
        store.delete("wide")
    store.delete("tall")
    store.delete("wide")
    assert store.all() == []


def test_a_task_says_whose_scene_it_shows() -> None:
    of_its_own, of_another = task(1), task(1, variant_of=VariantOf("wide", "vertical"))
    assert (of_its_own.scene_stream, of_another.scene_stream) == ("s", "wide")
    assert from_json(to_json(of_another), FrameTask) == of_another
