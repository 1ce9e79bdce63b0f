"""A real Celery worker over a real Redis: frames arrive in the ring, and nothing it is sent stops it."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from celery import Celery

from farm.messages import FrameTask, to_plain
from farm.perf.ports import free_port
from farm.services import redis_command
from farm.settings import load_settings
from farm.store import keys
from farm.store.connection import FarmRedis, connect
from farm.tasks import RENDER_FRAME
from farm.transport.ring import Ring
from tests.conftest import listens, wait_until
from tests.workers.farmhand import canvas, open_ring, put_scene, task
from workers.app import make_app

MALFORMED: tuple[object, ...] = (
    None,
    7,
    "frame",
    [],
    {},
    {"stream": "s"},
    {**to_plain(task(1)), "fps": "1/0"},
)
"""What a frame task may be called with, and should not."""
NO_TASKS = (b"garbage", b"{}", b"[1, 2]", b"\xff\xfe", b'{"body": "%%%"}')
"""What may lie in the queue, and should not."""


class Worker:
    """A worker process with one child."""

    def __init__(self, process: subprocess.Popen[bytes], redis: FarmRedis, app: Celery, log: Path) -> None:
        self.process = process
        self._redis = redis
        self._app = app
        self.log = log

    def publish(self, argument: object) -> None:
        """Queue a frame task with any argument."""
        self._app.send_task(RENDER_FRAME, args=[argument], queue=keys.QUEUE, ignore_result=True)

    def draw(self, wanted: FrameTask) -> None:
        """Queue a frame task."""
        self.publish(to_plain(wanted))

    def sign(self) -> dict[str, Any] | None:
        """The heartbeat."""
        data = self._redis.get(keys.component("worker:test"))
        return None if data is None else json.loads(data)

    def children(self) -> list[psutil.Process]:
        """The processes that draw."""
        return psutil.Process(self.process.pid).children()


@contextmanager
def started(redis: FarmRedis, redis_url: str, log: Path, **settings: str) -> Iterator[Worker]:
    environment = {**os.environ, "REDIS_URL": redis_url, "LOG_FORMAT": "json", **settings}
    app = make_app(load_settings({"REDIS_URL": redis_url}))
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-m", "workers", "--name", "test"],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        worker = Worker(process, redis, app, log)
        try:
            wait_until(worker.sign, f"the worker shows life: {log}", 30)
            yield worker
        finally:
            process.kill()
            app.close()


@pytest.fixture
def worker(redis: FarmRedis, redis_url: str, tmp_path: Path) -> Iterator[Worker]:
    with started(redis, redis_url, tmp_path / "log") as running:
        yield running


def arrives(ring: Ring, frame: int) -> None:
    wait_until(lambda: ring.look(frame), f"frame {frame} lies in the ring")


def test_frames_arrive_in_the_ring(worker: Worker, redis: FarmRedis) -> None:
    put_scene(redis, {"type": "colour", "colour": "#ffffff"})
    with open_ring() as (ring, delivery):
        for frame in range(4):
            worker.draw(task(frame, base=frame - 1, delivery=delivery))
        for frame in range(4):
            arrives(ring, frame)
        picture = canvas()
        done = ring.copy_to(picture, 0)
        assert done is not None
        assert (done.worker, done.layer_errors) == ("test", ())
        assert (picture.y == 235).all()


def test_with_task_events_celery_tells_of_every_frame(
    redis: FarmRedis, redis_url: str, tmp_path: Path
) -> None:
    put_scene(redis, {"type": "colour", "colour": "#ffffff"})
    told: list[Any] = []
    with ExitStack() as stack:
        worker = stack.enter_context(started(redis, redis_url, tmp_path / "log", TASK_EVENTS="true"))
        ring, delivery = stack.enter_context(open_ring())
        app = make_app(load_settings({"REDIS_URL": redis_url}))
        listening = stack.enter_context(app.connection())
        receiver = app.events.Receiver(listening, handlers={"task-succeeded": told.append})
        connection, _, _ = stack.enter_context(receiver.consumer_context())

        def heard_of_both() -> bool:
            with suppress(TimeoutError):
                connection.drain_events(timeout=0.1)
            return len(told) == 2

        worker.draw(task(0, base=-1, delivery=delivery))
        worker.publish("no frame")
        wait_until(heard_of_both, "both are told of", 20)
        arrives(ring, 0)
    assert "malformed" in worker.log.read_text()


def test_a_malformed_task_costs_nothing_but_itself(worker: Worker, redis: FarmRedis) -> None:
    put_scene(redis, {"type": "colour", "colour": "#ffffff"})
    child = worker.children()[0].pid
    with open_ring() as (ring, delivery):
        for number, argument in enumerate(MALFORMED, 1):
            worker.publish(argument)
            worker.draw(task(number, delivery=delivery))
            arrives(ring, number)
            assert worker.log.read_text().count("malformed") == number, argument
    assert worker.children()[0].pid == child


def test_a_terminated_worker_ends_at_once_and_takes_its_sign_away(worker: Worker, redis: FarmRedis) -> None:
    worker.process.terminate()
    assert worker.process.wait(10) == 0
    assert not redis.exists(keys.component("worker:test"))


def test_children_do_not_outlive_a_killed_master(worker: Worker) -> None:
    children = worker.children()
    assert children
    worker.process.kill()
    worker.process.wait()
    wait_until(lambda: not any(child.is_running() for child in children), "the children are gone")


def test_a_killed_child_is_replaced(worker: Worker, redis: FarmRedis) -> None:
    put_scene(redis, {"type": "colour", "colour": "#ffffff"})
    worker.children()[0].kill()
    with open_ring() as (ring, delivery):
        # What the killed child took with it is lost; the next frame is not.
        for frame in range(8):
            worker.draw(task(frame, delivery=delivery))
        arrives(ring, 7)


def test_what_is_no_task_at_all_does_not_stop_the_worker(worker: Worker, redis: FarmRedis) -> None:
    put_scene(redis, {"type": "colour", "colour": "#ffffff"})
    with open_ring() as (ring, delivery):
        for number, garbage in enumerate(NO_TASKS, 1):
            redis.lpush(keys.QUEUE, garbage)
            worker.draw(task(number, delivery=delivery))
            arrives(ring, number)


def test_the_sign_of_life_counts_frames(worker: Worker, redis: FarmRedis) -> None:
    put_scene(redis, {"type": "colour", "colour": "#ffffff"})
    with open_ring() as (_, delivery):
        worker.draw(task(1, delivery=delivery))
        wait_until(lambda: (worker.sign() or {}).get("frames") == 1, "the sign counts the frame")
    sign = worker.sign()
    assert sign is not None
    assert (sign["kind"], sign["name"], sign["pid"]) == ("worker", "test", worker.process.pid)


def test_no_book_is_kept_of_frames_under_way(worker: Worker, redis: FarmRedis) -> None:
    """A killed worker's frame is not drawn again: the next one heals it."""
    put_scene(redis, {"type": "colour", "colour": "#ffffff"})
    with redis.monitor() as said, open_ring() as (ring, delivery):  # type: ignore[no-untyped-call]
        for frame in range(2):  # between two of them the worker asks for the next
            worker.draw(task(frame, delivery=delivery))
            arrives(ring, frame)
        redis.set("end-of-test", 1)
        commands = list(
            itertools.takewhile(lambda line: "end-of-test" not in line, (c["command"] for c in said.listen()))
        )
    assert any(command.startswith("BRPOP frames") for command in commands)
    assert not [
        command for command in commands if "unacked" in command and command.startswith(("ZADD", "HSET"))
    ]


def test_no_frame_leaves_a_line_in_the_log(worker: Worker, redis: FarmRedis) -> None:
    put_scene(redis, {"type": "colour", "colour": "#ffffff"})
    before = worker.log.read_text()
    with open_ring() as (ring, delivery):
        worker.draw(task(1, delivery=delivery))
        arrives(ring, 1)
    assert worker.log.read_text() == before


def test_a_worker_goes_on_when_redis_was_away(tmp_path: Path) -> None:
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    command = redis_command(tmp_path, port)

    @contextmanager
    def redis_server() -> Iterator[FarmRedis]:
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            wait_until(lambda: listens(port), "redis-server accepts connections")
            client = connect(url)
            yield client
            client.close()
            process.terminate()

    with ExitStack() as stack:
        with redis_server() as redis:
            put_scene(redis, {"type": "colour", "colour": "#ffffff"})
            running = stack.enter_context(started(redis, url, tmp_path / "log"))
        with redis_server() as redis, open_ring() as (ring, delivery):
            running.draw(task(1, delivery=delivery))
            arrives(ring, 1)


def test_a_wrong_setting_is_named_and_nothing_starts(tmp_path: Path) -> None:
    environment = {**os.environ, "RASTER_CACHE_MB": "1", "WORKER_CONCURRENCY": "none"}
    ended = subprocess.run(
        [sys.executable, "-m", "workers"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 2
    assert "RASTER_CACHE_MB" in ended.stderr
    assert "WORKER_CONCURRENCY" in ended.stderr


def test_tasks_that_nobody_waits_for_any_more_are_dropped_before_they_are_drawn(
    worker: Worker, redis: FarmRedis
) -> None:
    """After a stall: a thousand frames of a stream that ended, and of ticks that are over."""
    put_scene(redis, {"type": "colour", "colour": "#ffffff"})
    with open_ring() as (ring, delivery):
        ring.emitted = 1000
        for frame in range(500):
            worker.draw(task(frame, delivery=delivery))
            worker.draw(task(frame, stream="ended"))
        worker.draw(task(1001, delivery=delivery))
        arrives(ring, 1001)

        def counted() -> bool:
            worker.draw(task(0, delivery=delivery))
            return bool((worker.sign() or {}).get("passed", 0) >= 1000)

        wait_until(counted, "all are counted")
    sign = worker.sign()
    assert sign is not None
    assert (sign["frames"], sign["drawn"], sign["failed"]) == (1, 1, 0)


def being_drawn(ring: Ring, frame: int) -> bool:
    begun, ended = ring._slots[frame % ring.slots].counters
    return bool(begun != ended)


@pytest.mark.parametrize("how", ["crashed", "stuck"])
def test_what_a_child_died_over_is_told_by_the_next_one(
    redis: FarmRedis, redis_url: str, tmp_path: Path, how: str
) -> None:
    put_scene(redis, {"type": "colour", "colour": "#ffffff"})
    endless = {"FAULT_SLOW_MS": "60000", "WORKER_STUCK_S": "1" if how == "stuck" else "60"}
    with started(redis, redis_url, tmp_path / "log", **endless) as worker, open_ring() as (ring, delivery):
        first = worker.children()[0]
        worker.draw(task(1, delivery=delivery))
        wait_until(lambda: being_drawn(ring, 1), "the frame is at hand")
        if how == "crashed":
            first.kill()
        wait_until(lambda: (worker.sign() or {}).get(how) == 1, "it is told")
        sign = worker.sign()
        assert sign is not None
        assert sign["streams"]["s"][how] == 1
        assert first.pid not in [child.pid for child in worker.children()]


def test_a_child_that_grew_too_large_is_replaced_after_its_frame(
    redis: FarmRedis, redis_url: str, tmp_path: Path
) -> None:
    put_scene(redis, {"type": "colour", "colour": "#ffffff"})
    small = {"WORKER_MEMORY_MB": "1", "RASTER_CACHE_MB": "8"}
    with started(redis, redis_url, tmp_path / "log", **small) as worker, open_ring() as (ring, delivery):
        first = worker.children()[0].pid
        frames = itertools.count(1)

        def replaced() -> bool:
            frame = next(frames)
            worker.draw(task(frame, delivery=delivery))
            arrives(ring, frame)
            return first not in [child.pid for child in worker.children()]

        wait_until(replaced, "another child draws", 20)
        drawn = next(frames)
        wait_until(lambda: (worker.sign() or {}).get("grown", 0) >= 1, "it is counted")
        worker.draw(task(drawn, delivery=delivery))
        arrives(ring, drawn)
    said = worker.log.read_text()
    assert "takes too much memory" in said
    assert "Traceback" not in said


def test_a_busy_pool_grows_and_shrinks_and_dies_with_its_master(
    redis: FarmRedis, redis_url: str, tmp_path: Path
) -> None:
    put_scene(redis, {"type": "colour", "colour": "#ffffff"})
    settings = {"WORKER_MAX": "2", "WORKER_SHRINK_S": "1", "FAULT_SLOW_MS": "100"}
    with open_ring() as (_, delivery), started(redis, redis_url, tmp_path / "log", **settings) as worker:
        assert len(worker.children()) == 1
        frames = itertools.count()

        def grown() -> bool:
            if redis.llen(keys.QUEUE) < 8:
                worker.draw(task(next(frames), base=-1, delivery=delivery))
            return len(worker.children()) == 2

        wait_until(grown, "one process more", 20)
        wait_until(lambda: (worker.sign() or {})["processes"] == 2, "it says so")
        wait_until(lambda: len(worker.children()) == 1, "one process less", 20)
        wait_until(lambda: (worker.sign() or {})["processes"] == 1, "it says so")
        worker.draw(task(next(frames), base=-1, delivery=delivery))
        wait_until(grown, "one process more again", 20)
        children = worker.children()
        worker.process.kill()
        wait_until(lambda: not any(child.is_running() for child in children), "nobody is left")
