"""``python -m tests.chaos.sick_worker NAME``: takes frames like any worker, and answers with nonsense."""

from __future__ import annotations

import itertools
import math
import os
import struct
import sys
import warnings
from collections.abc import Callable

import msgspec
from celery import Celery
from celery.platforms import SecurityWarning

from farm.errors import FarmError
from farm.messages import FrameDone, FrameTask, from_plain, to_pack
from farm.settings import load_settings
from farm.store.connection import FarmRedis, connect
from farm.tasks import RENDER_FRAME
from farm.transport.ring import Ring
from workers.app import make_app

HUGE = 1 << 20
Send = Callable[[FarmRedis, FrameTask, FrameDone], None]


def by_mailbox(change: Callable[[FrameTask, FrameDone], FrameDone]) -> Send:
    """A letter whose description is wrong and whose pixels are noise."""

    def send(redis: FarmRedis, task: FrameTask, done: FrameDone) -> None:
        description = to_pack(change(task, done))
        letter = struct.pack("<I", len(description)) + description + os.urandom(500)
        redis.rpush(task.delivery.mailbox, letter)

    return send


def into_ring(change: Callable[[FrameTask, FrameDone], FrameDone]) -> Send:
    """A slot whose description is wrong."""

    def send(_redis: FarmRedis, task: FrameTask, done: FrameDone) -> None:
        ring = Ring.attach(task.delivery)
        if ring is not None:
            with ring.drawing(task.frame) as drawing:
                drawing.finish(change(task, done))
            ring.close()

    return send


def _with(**fields: object) -> Callable[[FrameTask, FrameDone], FrameDone]:
    return lambda _, done: msgspec.structs.replace(done, **fields)


def noise(redis: FarmRedis, task: FrameTask, _done: FrameDone) -> None:
    """A letter that is none."""
    redis.rpush(task.delivery.mailbox, os.urandom(3000))


NONSENSE: tuple[Send, ...] = (
    noise,
    by_mailbox(_with()),
    by_mailbox(_with(rects=((0, 0, HUGE, HUGE),))),
    by_mailbox(lambda task, done: _whole(task, done, times=50_000)),
    into_ring(_with(rects=((0, 0, HUGE, 2),))),
    into_ring(_with(rects=((-4, -4, 8, 8),))),
    into_ring(_with(base=HUGE)),
    into_ring(_with(stream="another")),
    into_ring(_with(epoch=HUGE)),
    into_ring(_with(frame=HUGE)),
    into_ring(_with(fence=0)),
    into_ring(_with(draw_ms=math.nan)),
    into_ring(_with(layers_ms=(("mover", math.inf),))),
)
"""One after the other, so that each is tried."""


def _whole(task: FrameTask, done: FrameDone, *, times: int) -> FrameDone:
    """More pixels than any picture has."""
    whole = (0, 0, task.delivery.width, task.delivery.height)
    return msgspec.structs.replace(done, rects=(whole,) * times)


def main() -> None:
    """Work until SIGTERM."""
    warnings.simplefilter("ignore", SecurityWarning)
    settings, name = load_settings(), sys.argv[1]
    redis, nonsense = connect(settings.broker_url()), itertools.cycle(NONSENSE)

    def render_frame(*plains: object) -> None:
        for plain in plains:
            task = from_plain(plain, FrameTask)
            done = FrameDone(
                task.stream, task.epoch, task.frame, task.base, task.fence, ((0, 0, 64, 64),), name, 0.1, 0.1
            )
            try:
                next(nonsense)(redis, task, done)
            except FarmError:  # the frame has passed, or its slot is held
                continue

    app: Celery = make_app(settings)
    app.task(render_frame, name=RENDER_FRAME, ignore_result=True)
    app.Worker(hostname=f"{name}@sick", pool="solo", quiet=True, without_mingle=True).start()


if __name__ == "__main__":
    main()
