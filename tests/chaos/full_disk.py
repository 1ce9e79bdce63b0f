"""A farm whose own folder, with its log, lies on a disk that is full; its Redis has another one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.chaos.arena import Ground, started
from tests.chaos.case import STREAM, Case, Marks
from tests.chaos.disk import full, small_disk
from tests.chaos.faults import encoder_process, kill, service
from tests.chaos.one_host import BLACK, PROCESS_MS, STOPPED_S
from tests.chaos.own_redis import RedisServer
from tests.conftest import wait_until


class FullDisk(Ground):
    """A farm that can only write as long as its disk has room."""

    def __init__(self, state_dir: Path, settings: dict[str, str]) -> None:
        with self.building() as undo:
            redis = RedisServer(state_dir / "redis")
            redis.directory.mkdir()
            redis.start()
            undo.callback(redis.kill)
            folder = undo.enter_context(small_disk(state_dir / "farm"))
            self.farm = started(undo, folder, {**settings, "REDIS_URL": redis.url})
            self.farm.checkable_stream(STREAM)


@contextmanager
def dies_on_a_full_disk(arena: FullDisk) -> Iterator[None]:
    """A worker and the stream's process die while nothing can be written, not even that another runs."""
    folder = arena.farm.state_dir
    with ExitStack() as afterwards, full(folder):
        wait_until(lambda: os.statvfs(folder).f_bavail == 0, "the disk is full")
        afterwards.enter_context(kill(encoder_process, service("worker-1"))(arena))
        yield


CASES = (
    Case(
        "the farm's own disk is full, a worker and the encoder process die",
        dies_on_a_full_disk,
        Marks(PROCESS_MS, reconnects=1, unreadable=BLACK, silence_ms=PROCESS_MS),
        STOPPED_S,
    ),
)
