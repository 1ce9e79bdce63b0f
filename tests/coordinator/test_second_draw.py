"""Late frames in a coordinator that works: ordered again when several workers are there, and written down."""

from __future__ import annotations

from typing import Literal

import msgspec
import pytest

from farm.messages import Credit, FrameTask, StreamConfig, to_json
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.heartbeats import beat
from farm.store.hedges import HedgeStore
from farm.tasks import LANES
from tests.conftest import wait_until
from tests.coordinator.rig import FakeNode, coordinator, credit, queued
from tests.coordinator.test_loop import start, tasks_for

HABIT_MS = (5.0,) * 100


def sign_of_life(redis: FarmRedis, name: str) -> None:
    sign = {"kind": "worker", "name": name, "host": "here", "pid": 1, "processes": 1}
    beat(redis, keys.component(f"worker:{name}"), to_json(sign), expires_ms=60_000)


def late(*frames: int) -> Credit:
    """Frame 0 was emitted, and these are long overdue."""
    absent = tuple((frame, 900.0) for frame in frames)
    return msgspec.structs.replace(credit(0, -1), absent=absent, arrivals_ms=HABIT_MS)


@pytest.mark.parametrize("priority", ["normal", "high"])
def test_a_late_frame_is_ordered_again_by_a_coordinator(
    redis: FarmRedis, redis_url: str, priority: Literal["normal", "high"]
) -> None:
    for name in ("one", "two"):
        sign_of_life(redis, name)
    node = FakeNode(redis)
    node.beat()
    with coordinator(redis_url, "one", hedge_percent=50):
        start(redis, config=StreamConfig(priority=priority))
        first = tasks_for(redis, node, emitted=-1, canvas=-1, lane=LANES[priority])
        found: list[FrameTask] = []

        def again() -> bool:
            node.tick(late(1))
            found.extend(task for task in queued(redis, LANES[priority]) if task.hedge)
            return bool(found)

        wait_until(again, "frame 1 is ordered again")
        assert [(task.frame, task.segments) for task in found] == [(1, first[1].segments)]
        assert HedgeStore(redis).frames("s") == {(1, 1)}


@pytest.mark.parametrize("workers", [("one",), ()], ids=["one", "none"])
def test_where_nobody_else_could_draw_it_nothing_is_ordered_again(
    redis: FarmRedis, redis_url: str, workers: tuple[str, ...]
) -> None:
    for name in workers:
        sign_of_life(redis, name)
    node = FakeNode(redis)
    node.beat()
    with coordinator(redis_url, "one", hedge_percent=50):
        start(redis)
        tasks_for(redis, node, emitted=-1, canvas=-1)
        node.tick(late(1))
        found: list[FrameTask] = []

        def went_on() -> bool:
            node.tick(late(1, 2))
            found.extend(queued(redis))
            return any(task.frame == 3 for task in found)

        wait_until(went_on, "the credit was heard")
        assert not any(task.hedge for task in found)
