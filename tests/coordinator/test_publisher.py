"""The messages are those that kombu writes and that Celery runs."""

from __future__ import annotations

import base64
import json
from fractions import Fraction
from threading import Event as Flag
from typing import Any

import msgspec
import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker
from kombu.connection import Connection
from kombu.messaging import Producer

from coordinator.publisher import EXPIRES_MS, Publisher, Terms, task_id
from farm.errors import StoreUnavailable
from farm.messages import FrameTask, from_plain, to_plain
from farm.perf.ports import free_port
from farm.store import keys
from farm.store.connection import FarmRedis, connect
from farm.store.hedges import HedgeStore
from farm.tasks import LANES, RENDER_FRAME
from scene.time import Segment
from tests.coordinator.rig import delivery

NOW_MS = 1_800_000_000_000


def frame_task(frame: int) -> FrameTask:
    segment = Segment(0, 1, Fraction(1, 3), Fraction(1))
    return FrameTask("s", 1, frame, -1, Fraction(30000, 1001), (segment,), 7, delivery(), 12)


@pytest.fixture
def publisher(redis: FarmRedis) -> Publisher:
    return Publisher(redis)


def test_an_envelope_is_what_kombu_writes(publisher: Publisher, redis: FarmRedis, redis_url: str) -> None:
    task = frame_task(4)
    publisher.publish([task])
    ours: dict[str, Any] = json.loads(redis.rpop(keys.QUEUE))  # type: ignore[arg-type]
    with Connection(redis_url) as connection, connection.channel() as channel:  # type: ignore[no-untyped-call]
        Producer(channel, serializer="json").publish(  # type: ignore[no-untyped-call]
            [[to_plain(task)], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}],
            routing_key=keys.QUEUE,
            headers=ours["headers"],
            correlation_id=task_id(task),
        )
    theirs: dict[str, Any] = json.loads(redis.rpop(keys.QUEUE))  # type: ignore[arg-type]
    assert theirs["properties"].pop("delivery_tag")
    assert ours["properties"].pop("delivery_tag")
    ours_body, theirs_body = ours.pop("body"), theirs.pop("body")
    assert ours == theirs
    assert type(ours_body) is type(theirs_body)


def test_the_headers_are_those_of_celery(publisher: Publisher, redis: FarmRedis, redis_url: str) -> None:
    publisher.publish([frame_task(4)])
    ours = json.loads(redis.rpop(keys.QUEUE))["headers"]  # type: ignore[arg-type]
    with Celery(broker=redis_url) as app:
        message = app.amqp.as_task_v2("an id", RENDER_FRAME, args=[1], ignore_result=True, expires=5)
    assert set(ours) <= set(message.headers)
    assert ours["task"] == RENDER_FRAME
    assert ours["lang"] == message.headers["lang"]
    assert ours["ignore_result"] is True


def test_a_celery_worker_runs_the_frames_in_their_order(redis: FarmRedis, redis_url: str) -> None:
    drawn: list[FrameTask] = []
    done = Flag()

    def render_frame(plain: object) -> None:
        drawn.append(from_plain(plain, FrameTask))
        if len(drawn) == 3:
            done.set()

    with Celery(broker=redis_url) as app:
        app.conf.update(task_default_queue=keys.QUEUE, task_ignore_result=True)
        app.task(name=RENDER_FRAME, shared=False)(render_frame)
        with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
            Publisher(redis).publish([frame_task(n) for n in (5, 6, 7)])
            assert done.wait(20)
    assert drawn == [frame_task(n) for n in (5, 6, 7)]


def test_a_celery_worker_runs_batches_frame_by_frame(redis: FarmRedis, redis_url: str) -> None:
    drawn: list[tuple[int, ...]] = []
    done = Flag()

    def render_frame(*plains: object) -> None:
        drawn.append(tuple(from_plain(plain, FrameTask).frame for plain in plains))
        if len(drawn) == 2:
            done.set()

    with Celery(broker=redis_url) as app:
        app.conf.update(task_default_queue=keys.QUEUE, task_ignore_result=True)
        app.task(name=RENDER_FRAME, shared=False)(render_frame)
        with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
            publisher = Publisher(redis)
            publisher.publish([frame_task(n) for n in (5, 6, 7)], {"s": Terms(batch=2)})
            assert done.wait(20)
    assert drawn == [(5, 6), (7,)]


def frames_in(redis: FarmRedis, lane: str) -> list[tuple[str, list[int]]]:
    """Stream and frames of each task that waits in ``lane``, the first to be drawn first."""
    found = []
    for message in reversed(redis.lrange(lane, 0, -1)):
        tasks, _, _ = json.loads(base64.b64decode(json.loads(message)["body"]))
        found.append((tasks[0]["stream"], [task["frame"] for task in tasks]))
    return found


def test_a_batch_holds_frames_of_one_stream_as_many_as_its_terms_say(
    publisher: Publisher, redis: FarmRedis
) -> None:
    other = [msgspec.structs.replace(frame_task(n), stream="other") for n in (4, 5)]
    publisher.publish([*(frame_task(n) for n in (4, 5, 6)), *other], {"s": Terms(batch=2)})
    assert frames_in(redis, keys.QUEUE) == [("s", [4, 5]), ("s", [6]), ("other", [4]), ("other", [5])]


def test_each_priority_has_a_list_of_its_own(publisher: Publisher, redis: FarmRedis) -> None:
    tasks = [
        msgspec.structs.replace(frame_task(4), stream=priority) for priority in ("low", "high", "normal")
    ]
    publisher.publish(tasks, {priority: Terms(priority=priority) for priority in LANES})
    assert {lane: frames_in(redis, name) for lane, name in LANES.items()} == {
        priority: [(priority, [4])] for priority in LANES
    }
    assert publisher.backlog() == 3


def test_no_wall_clock_decides_whether_a_frame_is_drawn(publisher: Publisher, redis: FarmRedis) -> None:
    publisher.publish([frame_task(4)])
    headers = json.loads(redis.rpop(keys.QUEUE))["headers"]  # type: ignore[arg-type]
    assert headers["expires"] is None


def test_frames_that_nobody_takes_are_dropped_by_redis(publisher: Publisher, redis: FarmRedis) -> None:
    publisher.publish([frame_task(4)])
    assert 0 < redis.pttl(keys.QUEUE) <= EXPIRES_MS


def test_second_draws_go_before_all_that_waits_each_by_itself_and_are_written_down(redis: FarmRedis) -> None:
    publisher = Publisher(redis)
    publisher.publish([frame_task(4), frame_task(5)], {"s": Terms(batch=4)})
    publisher.publish_again([msgspec.structs.replace(frame_task(frame), hedge=True) for frame in (2, 3)])
    waiting = [json.loads(redis.rpop(keys.QUEUE))["headers"]["id"] for _ in range(3)]  # type: ignore[arg-type]
    assert waiting == ["s.1.2.7.again", "s.1.3.7.again", "s.1.4.7"]
    assert HedgeStore(redis).frames("s") == {(1, 2), (1, 3)}
    HedgeStore(redis).delete("s")
    assert HedgeStore(redis).frames("s") == set()


def test_a_second_draw_has_the_priority_of_its_stream(publisher: Publisher, redis: FarmRedis) -> None:
    terms = {priority: Terms(priority=priority) for priority in LANES}
    first, again = (
        [msgspec.structs.replace(frame_task(frame), stream=priority, hedge=frame == 3) for priority in LANES]
        for frame in (4, 3)
    )
    publisher.publish(first, terms)
    publisher.publish_again(again, terms)
    assert {lane: frames_in(redis, name) for lane, name in LANES.items()} == {
        priority: [(priority, [3]), (priority, [4])] for priority in LANES
    }


def test_second_draws_that_nobody_takes_are_dropped_by_redis(publisher: Publisher, redis: FarmRedis) -> None:
    publisher.publish_again([frame_task(4)])
    assert 0 < redis.pttl(keys.QUEUE) <= EXPIRES_MS


def test_the_backlog_is_counted(publisher: Publisher) -> None:
    assert publisher.publish([]) == {}
    assert publisher.backlog() == 0
    assert publisher.publish([frame_task(4), frame_task(5)]) == {keys.QUEUE: 0}
    assert publisher.backlog() == 2
    publisher.publish([frame_task(6)], {"s": Terms(priority="low")})
    assert publisher.waiting() == {LANES["high"]: 0, LANES["normal"]: 2, LANES["low"]: 1}


def test_whoever_publishes_hears_how_many_waited_already_in_the_same_lanes(publisher: Publisher) -> None:
    publisher.publish([frame_task(4), frame_task(5)])
    assert publisher.publish([frame_task(6)], {"s": Terms(priority="high")}) == {LANES["high"]: 0}
    assert publisher.publish([frame_task(7), frame_task(8)]) == {keys.QUEUE: 2}


def test_a_broker_that_does_not_answer_is_said_in_our_words() -> None:
    with connect(f"redis://127.0.0.1:{free_port()}/0") as nobody, pytest.raises(StoreUnavailable):
        Publisher(nobody).publish([frame_task(4)])
