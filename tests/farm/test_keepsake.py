"""What is on air is put back into a Redis that lost everything, and nothing is put back anywhere else."""

from __future__ import annotations

from fractions import Fraction

import pytest

from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.keepsake import Keepsake, OnAir, founded
from tests.births import kept_births, set_birth

SHOWN = OnAir("wide", "wide", frozenset({3}), frozenset({7}), newest=4, fence=12)


@pytest.fixture
def keepsake(redis: FarmRedis) -> Keepsake:
    """Of a farm with a stream on air, and another that is stopped."""
    redis.hset(keys.STREAMS, mapping={"wide": "its record", "idle": "another"})
    redis.hset(keys.assignments("node-1"), "wide", "its spec")
    redis.set(keys.scene("wide", 3), "shown")
    redis.set(keys.scene("wide", 4), "edited")
    redis.set(keys.scene("wide", 2), "of yesterday")
    redis.set(keys.scene_head("wide"), 4)
    set_birth(redis, "wide", 3, "1/2")
    redis.set(keys.snapshot("wide", 7), "live")
    redis.set(keys.program("wide"), "what is on air")
    redis.set(keys.FENCE, 12)
    keepsake = Keepsake(redis)
    assert not keepsake.mend()
    keepsake.remember([SHOWN], ["node-1"])
    return keepsake


def test_what_is_on_air_comes_back(redis: FarmRedis, keepsake: Keepsake) -> None:
    redis.flushall()
    assert keepsake.mend()
    assert redis.hgetall(keys.STREAMS) == {b"wide": b"its record", b"idle": b"another"}
    assert redis.hgetall(keys.assignments("node-1")) == {b"wide": b"its spec"}
    assert redis.smembers(keys.ASSIGNED_NODES) == {b"node-1"}
    assert redis.mget([keys.scene("wide", 3), keys.scene("wide", 4)]) == [b"shown", b"edited"]
    assert kept_births(redis, "wide") == {3: Fraction(1, 2)}
    assert redis.get(keys.snapshot("wide", 7)) == b"live"
    assert redis.get(keys.program("wide")) == b"what is on air"
    assert redis.get(keys.FENCE) == b"12"
    assert redis.get(keys.scene("wide", 2)) is None


def test_it_is_put_back_once(redis: FarmRedis, keepsake: Keepsake) -> None:
    redis.flushall()
    assert keepsake.mend()
    redis.hdel(keys.STREAMS, "wide")
    assert not keepsake.mend()
    assert not redis.hexists(keys.STREAMS, "wide")


def test_what_was_written_since_stays(redis: FarmRedis, keepsake: Keepsake) -> None:
    redis.flushall()
    redis.hset(keys.STREAMS, "wide", "newer")
    redis.set(keys.scene_head("wide"), 9)
    redis.set(keys.FENCE, 40)
    keepsake.mend()
    assert redis.hget(keys.STREAMS, "wide") == b"newer"
    assert redis.get(keys.scene_head("wide")) == b"9"
    assert redis.get(keys.FENCE) == b"40"


def test_everybody_sees_that_it_was_emptied_though_somebody_was_faster(
    redis: FarmRedis, keepsake: Keepsake
) -> None:
    other = Keepsake(redis)
    other.mend()
    redis.flushall()
    assert other.mend()
    assert keepsake.mend()
    assert redis.hexists(keys.STREAMS, "wide")


def test_a_newcomer_puts_nothing_back(redis: FarmRedis, keepsake: Keepsake) -> None:
    mark = founded(redis)
    assert mark is not None
    assert not Keepsake(redis).mend()
    assert founded(redis) == mark
    assert not keepsake.mend()


def test_what_is_no_longer_shown_is_forgotten(redis: FarmRedis, keepsake: Keepsake) -> None:
    keepsake.remember([], [])
    redis.flushall()
    assert keepsake.mend()
    assert redis.keys("ff:s*") == []


def test_an_edit_is_remembered_with_its_birth(redis: FarmRedis, keepsake: Keepsake) -> None:
    redis.set(keys.scene("wide", 5), "newest")
    set_birth(redis, "wide", 5, "3/4")
    keepsake.remember([SHOWN._replace(revisions=frozenset({5}), newest=5)], ["node-1"])
    redis.flushall()
    keepsake.mend()
    assert redis.get(keys.scene("wide", 5)) == b"newest"
    assert redis.get(keys.scene("wide", 3)) is None
    assert kept_births(redis, "wide")[5] == Fraction(3, 4)
