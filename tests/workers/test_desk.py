"""Where a child process takes the frames of a Celery task."""

from __future__ import annotations

import time

from farm.messages import to_json
from farm.settings import load_settings
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.transport.mailbox import Letter
from tests.workers.farmhand import HEIGHT, WIDTH, emits, put_scene, task
from workers.board import Board
from workers.tally import TallySheet
from workers.tasks import FrameDesk


def test_frames_of_one_task_waited_for_a_worker_equally_long(redis: FarmRedis, redis_url: str) -> None:
    put_scene(redis)
    emits(redis)
    settings = load_settings(
        {"REDIS_URL": redis_url, "FRAME_TRANSPORT": "mailbox", "ASSET_PRELOAD": "lazy", "FAULT_SLOW_MS": "1"}
    )
    desk = FrameDesk(settings, "w", Board(1), TallySheet(1))
    desk.open()
    queued_ns = time.monotonic_ns()
    frames = [task(frame, queued_ns=queued_ns) for frame in (1, 2, 3)]
    desk.draw_body(to_json([frames, {}, {}]))
    box = redis.lrange(keys.mailbox("s", 1), 0, -1)
    done = [Letter.unpack(message, WIDTH, HEIGHT).done for message in box if isinstance(message, bytes)]
    assert sorted(each.frame for each in done) == [1, 2, 3]
    [waited_ms] = {each.queue_ms for each in done}
    assert waited_ms > 0
