"""Workers take frames of a high priority first, and starve nobody."""

from __future__ import annotations

from collections import Counter
from threading import Event as Flag

from celery.contrib.testing.worker import start_worker

from coordinator.publisher import Publisher, Terms
from farm.messages import FrameTask, from_plain
from farm.settings import load_settings
from farm.store.connection import FarmRedis
from farm.tasks import LANES, RENDER_FRAME
from tests.workers.farmhand import task
from workers.app import make_app
from workers.broker import LOOKS

EACH = 64


def drawn_by_a_worker(redis: FarmRedis, redis_url: str) -> list[str]:
    """The streams of EACH waiting frames a priority, in the order in which a real worker takes them."""
    drawn: list[str] = []
    done = Flag()
    publisher = Publisher(redis)
    for priority in reversed(LANES):
        tasks = [task(stream=priority, frame=n) for n in range(EACH)]
        publisher.publish(tasks, {priority: Terms(priority=priority)})

    def render_frame(plain: object) -> None:
        drawn.append(from_plain(plain, FrameTask).stream)
        if len(drawn) == EACH * len(LANES):
            done.set()

    app = make_app(load_settings({"REDIS_URL": redis_url}))
    app.task(name=RENDER_FRAME, shared=False)(render_frame)
    with app, start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
        assert done.wait(30)
    return drawn


def test_a_real_worker_draws_by_priority_and_gives_the_others_their_share(
    redis: FarmRedis, redis_url: str
) -> None:
    drawn = drawn_by_a_worker(redis, redis_url)
    assert Counter(drawn) == dict.fromkeys(LANES, EACH)
    contended = Counter(drawn[: EACH + 16])
    assert contended["high"] >= EACH - 8
    assert contended["normal"] >= 6
    assert contended["low"] >= 6
    after_high = drawn[len(drawn) - drawn[::-1].index("high") :]
    assert Counter(after_high[:16])["normal"] >= 12


def test_every_look_is_into_every_lane() -> None:
    assert all(sorted(look) == sorted(LANES.values()) for look in LOOKS)
    assert {look[0] for look in LOOKS} == set(LANES.values())
