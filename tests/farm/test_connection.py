"""The edge to Redis: what passes it, and what is translated."""

from __future__ import annotations

import pytest

from farm.errors import StoreUnavailable
from farm.perf.ports import free_port
from farm.store.connection import FarmRedis, connect


def test_a_script_is_loaded_again_when_redis_has_forgotten_it(redis: FarmRedis) -> None:
    script = redis.register_script("return ARGV[1] + 1")
    redis.script_flush()
    assert script(args=[1]) == 2
    redis.script_flush()
    assert script(args=[2]) == 3


def test_a_redis_that_is_away_is_our_error_without_its_address() -> None:
    with connect(f"redis://:hidden-word@127.0.0.1:{free_port()}/0") as client:
        with pytest.raises(StoreUnavailable) as caught:
            client.get("anything")
        assert "hidden-word" not in str(caught.value)


def test_a_wrong_command_is_our_error_too(redis: FarmRedis) -> None:
    redis.set("text", "x")
    with pytest.raises(StoreUnavailable):
        redis.hgetall("text")
