"""``python -m tests.chaos.sick_worker NAME ILLNESS``: takes frames, and answers with nonsense."""

from __future__ import annotations

import itertools
import math
import os
import struct
import sys
import warnings
from collections.abc import Callable

import msgspec
import numpy as np
from celery import Celery
from celery.platforms import SecurityWarning

from farm.errors import FarmError
from farm.messages import FrameDone, FrameTask, from_plain, to_pack
from farm.settings import load_settings
from farm.store.connection import FarmRedis, connect
from farm.tasks import RENDER_FRAME
from farm.transport.mailbox import pack_frame
from farm.transport.planes import i420_bytes, planes_in
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


def good_letter(change: Callable[[FrameTask, FrameDone], FrameDone]) -> Send:
    """A letter of black pixels of which nothing is wrong but what ``change`` does."""

    def send(redis: FarmRedis, task: FrameTask, done: FrameDone) -> None:
        width, height = task.size
        picture = planes_in(np.zeros(i420_bytes(width, height), np.uint8), width, height)
        redis.rpush(task.delivery.mailbox, pack_frame(change(task, done), picture))

    return send


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
    into_ring(_with(frame=-7)),
    into_ring(_with(fence=0)),
    into_ring(_with(hold=0)),
    into_ring(_with(hold=HUGE)),
    into_ring(_with(drawn=(HUGE, HUGE))),
    into_ring(_with(drawn=(-2, -2))),
    into_ring(_with(draw_ms=math.nan)),
    into_ring(_with(draw_ms=1e308)),
    into_ring(_with(layers_ms=(("mover", math.inf),))),
    good_letter(_with(frame=HUGE, base=-1)),
    good_letter(_with(frame=-HUGE, base=-HUGE)),
    good_letter(_with(epoch=HUGE)),
    good_letter(_with(hold=HUGE)),
    good_letter(_with(layer_errors=(("mover", "x" * HUGE),))),
)
"""One after the other, so that each is tried."""


def _above(by: int) -> Callable[[FrameTask, FrameDone], FrameDone]:
    return lambda task, done: msgspec.structs.replace(done, fence=task.fence + by)


FENCES: tuple[Send, ...] = tuple(
    way(change)
    for change in (_above(1), _above(1000), _with(fence=1 << 53), _with(fence=(1 << 63) - 1))
    for way in (into_ring, good_letter)
)
ILLNESSES = {"nonsense": NONSENSE, "fences": FENCES}


def _whole(task: FrameTask, done: FrameDone, *, times: int) -> FrameDone:
    """More pixels than any picture has."""
    whole = (0, 0, task.delivery.width, task.delivery.height)
    return msgspec.structs.replace(done, rects=(whole,) * times)


def main() -> None:
    """Work until SIGTERM."""
    warnings.simplefilter("ignore", SecurityWarning)
    settings, (name, illness) = load_settings(), sys.argv[1:]
    redis, nonsense = connect(settings.broker_url()), itertools.cycle(ILLNESSES[illness])

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
