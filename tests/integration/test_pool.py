"""A pool in which single workers are slow, lie or grow: the stream goes on, and the farm says who it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from farm.services import reaching_private_redis
from farm.store import keys
from farm.store.connection import FarmRedis, connect
from tests.conftest import wait_until
from tests.coordinator.rig import told
from tests.integration.conftest import StartFarm
from tests.integration.running_farm import RunningFarm, another_worker
from tests.workers.test_loading import png

STREAM = "pooled"


@pytest.fixture(scope="module")
def pool(start_farm: StartFarm) -> RunningFarm:
    """A farm with a stream on air, which may order many frames twice."""
    light = {"STREAM_RESOLUTION": "320x180", "TARGET_FPS": "30", "DEGRADE": "false"}
    farm = start_farm(REDIS_PASSWORD="of-this-test", HEDGE_PERCENT="20", ASSET_PRELOAD="lazy", **light)
    # Its number changes with every frame, so that every one of them is drawn.
    number = {"id": "number", "type": "frame_number", "bits": 16, "cell": 8}
    farm.call("POST", "/streams", {"id": STREAM, "scene": {"layers": [number]}})
    farm.call("POST", f"/streams/{STREAM}/start")
    wait_until(lambda: farm.call("GET", f"/streams/{STREAM}/status")["frameCount"] > 45, "it is on air", 45)
    return farm


def farm_redis(farm: RunningFarm) -> FarmRedis:
    """The farm's own Redis."""
    return connect(reaching_private_redis(farm.settings).broker_url())


def events(farm: RunningFarm, kind: str) -> list[dict[str, Any]]:
    """What people were told, of one kind."""
    with farm_redis(farm) as redis:
        return told(redis, STREAM, kind)


def state(farm: RunningFarm, name: str) -> str:
    """How a worker stands, as the API says it."""
    workers = farm.call("GET", "/workers")["workers"]
    return next((str(worker["state"]) for worker in workers if worker["name"] == name), "")


def second_draws(farm: RunningFarm) -> list[dict[str, Any]]:
    """The frames of which the second draw came first."""
    frames = farm.call("GET", f"/streams/{STREAM}/ledger?limit=2000")["frames"]
    return [frame for frame in frames if frame["hedged"] and frame["secondDraw"]]


def test_what_a_slow_worker_takes_is_drawn_again_in_time_and_it_gets_no_more(pool: RunningFarm) -> None:
    with another_worker(pool, "slow", FAULT_SLOW_MS="400"):
        wait_until(lambda: second_draws(pool), "a second draw is shown", 60)
        wait_until(lambda: events(pool, "workerBlocked"), "the slow one is blocked", 60)
    assert pool.report(STREAM)["secondDraws"] > 0
    assert not any(frame["worker"] == "slow" for frame in second_draws(pool))
    assert {event["worker"]: event["reason"] for event in events(pool, "workerBlocked")} == {"slow": "slow"}


def test_a_worker_that_sends_garbage_is_blocked_and_frames_are_fresh_again(pool: RunningFarm) -> None:
    with another_worker(pool, "liar", FAULT_GARBAGE_PERCENT="100"):
        wait_until(lambda: state(pool, "liar") == "blocked", "the liar is blocked", 30)
        fresh = pool.report(STREAM)["fresh"]
        wait_until(lambda: pool.report(STREAM)["fresh"] > fresh + 30, "the others draw on", 30)
    assert {"worker": "liar", "reason": "garbage", "seconds": 15} in events(pool, "workerBlocked")
    assert pool.report(STREAM)["garbageBy"]["liar"] > 0
    shown = subprocess.run(
        [sys.executable, "-m", "farm", "debug", "workers", "--json"],
        env={**os.environ, **pool.environment},
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert {worker["name"] for worker in json.loads(shown.stdout)["workers"]} >= {"worker-1", "worker-2"}


def test_processes_that_grow_too_large_are_replaced_beside_the_stream(pool: RunningFarm) -> None:
    with another_worker(pool, "large", WORKER_MEMORY_MB="1", RASTER_CACHE_MB="8"):
        wait_until(lambda: state(pool, "large"), "the worker is there", 20)
        before = pool.report(STREAM)
        wait_until(lambda: len(events(pool, "workerReplaced")) >= 2, "it is told", 30)
        after = pool.report(STREAM)
    assert {(event["worker"], event["reason"]) for event in events(pool, "workerReplaced")} == {
        ("large", "grown")
    }
    assert after["fresh"] - before["fresh"] > 30
    assert [output["connects"] for output in after["outputs"]] == [1]


def test_a_layer_that_cannot_be_drawn_costs_itself_only_and_is_told(pool: RunningFarm) -> None:
    with pool.client() as client:
        picture = client.upload("/assets?name=lost", png())
    with farm_redis(pool) as redis:
        redis.delete(keys.asset(picture["content"]))
    pool.call("POST", f"/streams/{STREAM}/layers", {"id": "gone", "type": "image", "asset": picture["id"]})
    wait_until(lambda: events(pool, "layer:error"), "it is told", 20)
    assert {event["layer"] for event in events(pool, "layer:error")} == {"gone"}
    fresh = pool.report(STREAM)["fresh"]
    wait_until(lambda: pool.report(STREAM)["fresh"] > fresh + 15, "frames go on", 30)
