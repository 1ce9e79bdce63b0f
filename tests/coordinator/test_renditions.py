"""A rendition follows the revisions and the live data of another stream, and keeps its own time."""

from __future__ import annotations

import msgspec

from coordinator.view import Reader
from farm.messages import Desired, VariantOf
from farm.store import keys
from farm.store.connection import FarmRedis
from tests.births import kept_births
from tests.conftest import wait_until
from tests.coordinator.rig import (
    FakeNode,
    commit_data,
    commit_scene,
    coordinator,
    credit,
    queued,
    record,
    streams,
    told,
)

SOURCE = VariantOf("wide", "vertical")


def order_both(redis: FarmRedis) -> None:
    """Two streams, "wide" and its rendition "tall"; only the latter is wanted on air."""
    streams(redis).create(record("wide"))
    streams(redis).create(msgspec.structs.replace(record("tall"), variant_of=SOURCE))
    commit_scene(redis, "wide")
    commit_scene(redis, "wide")
    streams(redis).want("tall", Desired.LIVE)


def test_a_rendition_is_seen_with_the_scene_that_it_follows(redis: FarmRedis) -> None:
    order_both(redis)
    commit_data(redis, 7, "wide")
    views = Reader(redis).view(["tall", "wide"])
    assert [(views[name].revision, views[name].snapshot) for name in ("tall", "wide")] == [(2, 1), (2, 1)]
    order = views["tall"].order(replacing=False)
    assert order is not None
    assert order.variant_of == SOURCE
    assert views["wide"].order(replacing=False) is None


def test_an_edit_and_data_of_the_followed_stream_go_on_air_in_the_rendition(
    redis: FarmRedis, redis_url: str
) -> None:
    node = FakeNode(redis)
    node.beat()
    order_both(redis)
    with coordinator(redis_url, "one"):

        def ordered() -> bool:
            node.tick(credit(-1, -1, stream="tall"))
            return bool(tasks := queued(redis)) and tasks[0].variant_of == SOURCE

        wait_until(ordered, "frames of the rendition are ordered")
        commit_scene(redis, "wide")
        commit_data(redis, 7, "wide")
        node.tick(credit(0, -1, stream="tall"))
        wait_until(lambda: len(told(redis, "tall", "scene:applied")) == 2, "the edit is on air")
        newest = queued(redis)[-1].segments[-1]
        assert (newest.revision, newest.snapshot) == (3, 1)
        assert set(kept_births(redis, "tall")) == {2, 3}
        assert redis.exists(keys.scene_births("wide")) == 0
        assert told(redis, "wide", "scene:applied") == []
