"""The whole coordinator against a real Redis and pretended encoder nodes."""

from __future__ import annotations

import pytest

from farm.messages import Desired, FrameTask, State, StreamConfig, to_json
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.leases import LeaseStore
from farm.store.programs import Program, ProgramStore
from farm.store.reading import readable
from farm.store.snapshots import SnapshotStore
from farm.store.streams import StreamStatus
from tests.conftest import wait_until
from tests.coordinator.rig import (
    DEFAULT_CONFIG,
    LEAD,
    FakeNode,
    commit_data,
    commit_scene,
    coordinator,
    credit,
    queued,
    record,
    status,
    streams,
    told,
)


@pytest.fixture
def node(redis: FarmRedis) -> FakeNode:
    made = FakeNode(redis)
    made.beat()
    return made


def start(redis: FarmRedis, stream: str = "s", config: StreamConfig = DEFAULT_CONFIG) -> None:
    streams(redis).create(record(stream, config=config))
    commit_scene(redis, stream)
    streams(redis).want(stream, Desired.LIVE)


def tasks_for(
    redis: FarmRedis,
    node: FakeNode,
    emitted: int,
    canvas: int,
    fence: int = 0,
    lane: str = keys.QUEUE,
) -> list[FrameTask]:
    """The tasks that follow from a credit; it is said again until somebody hears it."""
    found: list[FrameTask] = []

    def answered() -> bool:
        node.tick(credit(emitted, canvas, fence=fence))
        found.extend(queued(redis, lane))
        return bool(found)

    wait_until(answered, f"tasks after frame {emitted}")
    return found


def fence_of(redis: FarmRedis, stream: str = "s") -> int:
    mark = redis.get(keys.lease(stream))
    return int(mark.split()[0]) if mark else 0


def test_a_stream_that_is_started_gets_a_node_and_goes_live(
    redis: FarmRedis, redis_url: str, node: FakeNode
) -> None:
    with coordinator(redis_url, "one"):
        start(redis)
        wait_until(lambda: "s" in node.assigned(), "the node gets the stream")
        wait_until(lambda: status(redis).state is State.STARTING, "starting")
        node.runs("s")
        tasks = tasks_for(redis, node, emitted=-1, canvas=-1)
        assert [task.frame for task in tasks] == [0, 1, 2]
        wait_until(lambda: status(redis).state is State.LIVE, "live")
        assert status(redis).node == node.name
        # The status is written first, then told.
        wait_until(lambda: len(told(redis, "s", "stream:status")) == 2, "both states are told")
        assert [data["state"] for data in told(redis, "s", "stream:status")] == ["starting", "live"]
        assert told(redis, "s", "scene:applied") == [{"revision": 1, "frame": 0, "epoch": 1}]


def test_an_edit_is_shown_by_the_next_frame_that_is_ordered(
    redis: FarmRedis, redis_url: str, node: FakeNode
) -> None:
    with coordinator(redis_url, "one"):
        start(redis)
        tasks_for(redis, node, emitted=-1, canvas=-1)
        commit_scene(redis)
        node.tick(credit(0, -1))
        wait_until(lambda: len(told(redis, "s", "scene:applied")) == 2, "the edit is on air")
        assert told(redis, "s", "scene:applied")[1] == {"revision": 2, "frame": 3, "epoch": 1}
        assert queued(redis)[-1].segments[-1].revision == 2


def test_live_data_is_shown_by_the_next_frame_that_is_ordered(
    redis: FarmRedis, redis_url: str, node: FakeNode
) -> None:
    with coordinator(redis_url, "one"):
        start(redis)
        tasks_for(redis, node, emitted=-1, canvas=-1)
        for bid in range(50):
            commit_data(redis, bid)
        node.tick(credit(0, -1))
        wait_until(lambda: told(redis, "s", "data:applied"), "the data is on air")
        assert told(redis, "s", "data:applied") == [{"snapshot": 50, "frame": 3, "epoch": 1}]
        assert queued(redis)[-1].segments[-1].snapshot == 50
        assert SnapshotStore(redis).births("s", 50).numbers == (50,)
        assert len(told(redis, "s", "scene:applied")) == 1


def test_data_that_was_set_while_nobody_listened_is_found(
    redis: FarmRedis, redis_url: str, node: FakeNode
) -> None:
    commit_data(redis, 1)
    with coordinator(redis_url, "one"):
        start(redis)
        assert tasks_for(redis, node, emitted=-1, canvas=-1)[0].segments[-1].snapshot == 1
        births = SnapshotStore(redis).births("s", 1)
        assert (births.numbers, births.times_s) == ((1,), (None,))
        redis.publish(keys.SNAPSHOTS, "s nonsense")
        redis.publish(keys.SNAPSHOTS, "unknown 9")
        assert tasks_for(redis, node, emitted=0, canvas=-1)[-1].segments[-1].snapshot == 1


def test_a_stream_that_is_stopped_is_taken_from_its_node(
    redis: FarmRedis, redis_url: str, node: FakeNode
) -> None:
    with coordinator(redis_url, "one"):
        start(redis)
        wait_until(lambda: "s" in node.assigned(), "the node gets the stream")
        node.runs("s")
        streams(redis).want("s", Desired.STOPPED)
        wait_until(lambda: status(redis).state is State.STOPPING, "stopping")
        assert node.assigned() == {}
        node.processes.clear()
        node.beat()
        wait_until(lambda: status(redis).state is State.IDLE, "idle")


def test_a_deleted_stream_leaves_nothing_behind(redis: FarmRedis, redis_url: str, node: FakeNode) -> None:
    with coordinator(redis_url, "one"):
        start(redis)
        wait_until(lambda: "s" in node.assigned(), "the node gets the stream")
        streams(redis).want("s", Desired.STOPPED)
        streams(redis).delete("s")
        wait_until(lambda: "s" not in node.assigned(), "the node loses the stream")
        wait_until(lambda: redis.get(keys.lease("s")) is None, "nobody drives it")
        kept = [keys.program("s"), keys.status("s"), keys.events("s"), keys.snapshot_births("s")]
        assert redis.exists(*kept) == 0


def test_a_node_that_gives_up_fails_the_stream_until_it_is_started_again(
    redis: FarmRedis, redis_url: str, node: FakeNode
) -> None:
    with coordinator(redis_url, "one"):
        start(redis)
        wait_until(lambda: "s" in node.assigned(), "the node gets the stream")
        node.runs("s", "failed", "the codec refused 64x36")
        wait_until(lambda: status(redis).state is State.FAILED, "failed")
        assert status(redis).reason == "the codec refused 64x36"
        wait_until(lambda: node.assigned() == {}, "the node is rid of it")
        streams(redis).start_again("s")
        wait_until(lambda: status(redis).state is State.STARTING, "tried again")


def test_without_a_node_the_stream_waits_and_says_why(redis: FarmRedis, redis_url: str) -> None:
    with coordinator(redis_url, "one"):
        start(redis)
        wait_until(lambda: status(redis).state is State.WAITING, "waiting")
        assert status(redis).reason == "no encoder node is alive"
        FakeNode(redis, capacity=0).beat()
        wait_until(lambda: status(redis).reason == "every encoder node is full", "the reason changes")
        FakeNode(redis, "node-2", capacity=1).beat()
        wait_until(lambda: status(redis).state is State.STARTING, "starting")
        assert status(redis).node == "node-2"


def test_another_coordinator_goes_on_at_the_next_frame(
    redis: FarmRedis, redis_url: str, node: FakeNode
) -> None:
    with coordinator(redis_url, "one"):
        start(redis)
        tasks_for(redis, node, emitted=-1, canvas=-1)
        first_fence = fence_of(redis)
    with coordinator(redis_url, "two"):
        wait_until(lambda: fence_of(redis) > first_fence, "the other one takes over")
        tasks = tasks_for(redis, node, emitted=10, canvas=10, fence=first_fence)
        assert [task.frame for task in tasks] == [11, 12, 13]
        assert {task.fence for task in tasks} == {fence_of(redis)}
        assert {task.base for task in tasks} == {-1}
        assert tasks[0].segments == (tasks_segment(redis),)
        assert tasks[0].segments[0].from_frame == 0


def tasks_segment(redis: FarmRedis) -> object:
    program = ProgramStore(redis).load("s")
    assert program is not None
    return program.segments[-1]


def test_a_lease_that_ran_out_is_taken_by_another(redis: FarmRedis, redis_url: str, node: FakeNode) -> None:
    redis.set(keys.lease("s"), "7 a killed one", px=300)
    redis.set(keys.FENCE, 7)
    with coordinator(redis_url, "two"):
        start(redis)
        wait_until(lambda: "s" in node.assigned(), "the orphan is taken")
        assert fence_of(redis) > 7


def test_a_fence_that_redis_forgot_is_passed(redis: FarmRedis, redis_url: str, node: FakeNode) -> None:
    with coordinator(redis_url, "one"):
        start(redis)
        wait_until(lambda: "s" in node.assigned(), "the node gets the stream")
        tasks_for(redis, node, emitted=0, canvas=0, fence=1000)
        assert fence_of(redis) > 1000


def test_a_fence_that_no_counter_could_pass_leaves_the_counter_alone(
    redis: FarmRedis, redis_url: str, node: FakeNode
) -> None:
    with coordinator(redis_url, "one"):
        start(redis)
        tasks_for(redis, node, emitted=0, canvas=0)
        fence = fence_of(redis)
        node.tick(credit(1, 1, fence=(1 << 63) - 1))
        assert tasks_for(redis, node, emitted=2, canvas=2, fence=fence)
        assert fence_of(redis) == fence


def test_no_more_frames_are_ordered_than_workers_take(
    redis: FarmRedis, redis_url: str, node: FakeNode
) -> None:
    with coordinator(redis_url, "one"):
        start(redis)
        tasks_for(redis, node, emitted=-1, canvas=-1)
        redis.lpush(keys.QUEUE, *["an old task"] * 100)
        node.tick(credit(0, -1))
        commit_scene(redis)
        for emitted in range(1, 20):
            node.tick(credit(emitted, -1))
        streams(redis).create(record("later"))
        wait_until(lambda: redis.get(keys.lease("later")), "the credits were heard")
        assert (
            redis.llen(keys.QUEUE) <= 100 + LEAD
        )  # how many wait is heard with the answer to what was added
        redis.delete(keys.QUEUE)
        assert tasks_for(redis, node, emitted=20, canvas=-1)


def test_the_coordinator_shows_that_it_lives_and_takes_the_sign_away(
    redis: FarmRedis, redis_url: str
) -> None:
    key = keys.component("coordinator:one")
    with coordinator(redis_url, "one"):
        wait_until(lambda: redis.get(key), "a sign of life")
        sign = readable(redis.get(key), dict)
        assert sign is not None
        assert {"streams": 0, "hedged": 0, "moved": 0, "moves_abandoned": 0}.items() <= sign.items()
        assert 0 < redis.pttl(key) <= 3000
    assert redis.get(key) is None


def test_a_stream_that_cannot_be_driven_does_not_stop_the_others(
    redis: FarmRedis, redis_url: str, node: FakeNode
) -> None:
    start(redis, "broken")
    poison = ProgramStore(redis)
    lease = LeaseStore(redis, ttl_ms=10_000).acquire("broken", "test")
    assert lease is not None
    said = credit(0, stream="broken")
    started_wall_ms = streams(redis).get("broken").started_wall_ms
    program = Program(1, said.delivery.nonce, lease.fence, said.fps, (), 0, started_wall_ms)
    assert poison.write(lease, program, {})
    redis.delete(lease.key)
    with coordinator(redis_url, "one"):
        start(redis)
        wait_until(lambda: set(node.assigned()) == {"s", "broken"}, "the node gets both")
        node.tick(said)
        redis.publish(keys.credit("s"), b"not a credit")
        assert {task.stream for task in tasks_for(redis, node, emitted=0, canvas=-1)} == {"s"}


def test_all_streams_come_back_by_themselves_after_everything_was_killed(
    redis: FarmRedis, redis_url: str, node: FakeNode
) -> None:
    for stream in ("a", "b"):
        start(redis, stream)
    for stream in ("a", "b"):
        redis.set(keys.status(stream), to_json(StreamStatus(State.LIVE, node="gone", epoch=3)))
    with coordinator(redis_url, "one"):
        wait_until(lambda: set(node.assigned()) == {"a", "b"}, "the node gets both")
        for stream in ("a", "b"):
            wait_until(lambda stream=stream: status(redis, stream).node == node.name, "told")  # type: ignore[misc]
