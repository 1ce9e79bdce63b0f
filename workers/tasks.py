"""The Celery task: one frame. Whatever goes wrong with it is logged and costs that frame only."""

from __future__ import annotations

import os
from typing import Any

from billiard.pool import EX_RECYCLE
from billiard.process import current_process
from celery import Celery
from msgspec import MsgspecError, Struct, ValidationError

from farm.clock import Clock, SystemClock
from farm.errors import FarmError, StoreUnavailable
from farm.log import get_logger
from farm.messages import FrameDone, FrameTask, from_json, from_plain
from farm.settings import Settings
from farm.store.connection import connect
from farm.tasks import RENDER_FRAME
from farm.workforce import Deeds
from workers.board import Board
from workers.cache import RecentCache
from workers.memory import MemoryLimit
from workers.renderer import Renderer
from workers.tally import Tally, TallySheet

_REDIS_TIMEOUT_S = 1.0
_STATS_EVERY_NS = 500_000_000
_COMPLAIN_EVERY_NS = 10_000_000_000
SLOW_TICKS = 2
"""A frame that takes longer than these, by itself, counts as slow: lead has to grow for it."""

_log = get_logger(__name__)


class _Body(Struct, array_like=True, frozen=True):
    """A message's body: positional arguments, keyword arguments, and what Celery embeds beside them."""

    tasks: tuple[FrameTask, ...]
    keywords: dict[str, Any]
    embedded: dict[str, Any]


class Work:
    """How long a process drew, and how long what it drew had waited for it."""

    def __init__(self) -> None:
        self._busy_ms = self._waited_ms = 0.0
        self._awaited = 0

    def add(self, done: FrameDone) -> None:
        """A frame was drawn."""
        self._busy_ms += done.draw_ms
        if done.queue_ms >= 0:
            self._waited_ms += done.queue_ms
            self._awaited += 1

    def sums(self) -> dict[str, int]:
        """Of all frames: microseconds, and the frames of which it is known how long they waited."""
        return {
            "busy_us": int(self._busy_ms * 1000),
            "waited_us": int(self._waited_ms * 1000),
            "awaited": self._awaited,
        }


class FrameDesk:
    """Takes tasks in a child process. Made before the fork, opened in each child after it."""

    def __init__(self, settings: Settings, name: str, board: Board, sheet: TallySheet) -> None:
        self._settings = settings
        self._name = name
        self._board = board
        self._sheet = sheet
        self._clock: Clock = SystemClock()
        self._renderer: Renderer | None = None
        self._tally: Tally | None = None
        self._stats_ns = 0
        self._work = Work()
        self._complaints: RecentCache[str, int] = RecentCache(64)

    def open(self) -> None:
        """Get what a process cannot inherit: connections and shared memory."""
        redis = connect(self._settings.broker_url(), timeout_s=_REDIS_TIMEOUT_S)
        self._tally = self._sheet.tally(_own_index())
        self._memory = MemoryLimit(self._settings.worker_memory_bytes(), self._clock)
        self._renderer = Renderer(self._settings, redis, self._clock, self._name)
        if self._settings.asset_preload == "eager":
            self._renderer.listen()

    def draw_plain(self, plain: object) -> None:
        """Draw the frame that the plain data of a FrameTask ask for. Raises nothing."""
        try:
            task = from_plain(plain, FrameTask)
        except ValidationError as error:
            self._complain(f"a task is malformed and is dropped: {error}")
        else:
            self.draw(task)

    def draw_body(self, body: bytes) -> None:
        """Draw the frames in the body of a Celery message (protocol 2, JSON). Raises nothing."""
        try:
            tasks = from_json(body, _Body).tasks
        except MsgspecError as error:
            self._complain(f"a task is malformed and is dropped: {error}")
        else:
            taken_ns = self._clock.monotonic_ns()
            for task in tasks:
                self.draw(task, taken_ns)

    def draw(self, task: FrameTask, taken_ns: int | None = None) -> None:
        """Draw the frame of ``task``, which was taken at ``taken_ns``. Raises nothing."""
        renderer, tally = self._renderer, self._tally
        if renderer is None or tally is None:
            self._complain("this process was not opened; its frame is lost")
            return
        tally.begin(task.stream, self._clock.monotonic_ns())
        deeds = tally.of(task.stream)
        try:
            done = renderer.render(task, taken_ns)
        except StoreUnavailable as error:  # nobody's fault here
            self._complain(f"a frame could not be drawn: {error}")
        except (FarmError, LookupError) as error:
            deeds.failed += 1
            self._complain(f"a frame could not be drawn: {error}")
        except Exception as error:  # noqa: BLE001  the boundary: a frame's error must not cost the process
            deeds.failed += 1
            self._complain(f"a frame could not be drawn ({type(error).__name__})", error)
        else:
            if done is not None:
                _count(deeds, task, done)
                self._work.add(done)
        tally.end()
        self._tell_stats(renderer, tally)

    def rest(self) -> None:
        """A task's frames are drawn. A process that has grown too large ends here, where it loses none."""
        tally = self._tally
        if tally is None or not self._memory.exceeded():
            return
        megabytes = round(self._memory.size_bytes / 1e6)
        _log.warning("replaced, as it takes too much memory", megabytes=megabytes)
        for _, deeds in tally.newest():
            deeds.grown += 1
        tally.write()
        os._exit(EX_RECYCLE)

    def _complain(self, what: str, error: Exception | None = None) -> None:
        """Log ``what``, but not for every frame."""
        now_ns = self._clock.monotonic_ns()
        last_ns = self._complaints.get(what)
        if last_ns is None or now_ns - last_ns >= _COMPLAIN_EVERY_NS:
            self._complaints.put(what, now_ns)
            _log.warning(what, exc_info=error)

    def _tell_stats(self, renderer: Renderer, tally: Tally) -> None:
        now_ns = self._clock.monotonic_ns()
        if now_ns - self._stats_ns >= _STATS_EVERY_NS:
            self._stats_ns = now_ns
            self._board.write(_own_index(), {**renderer.stats(), **self._work.sums()})
            tally.write()


def _own_index() -> int:
    """Which child of its master this process is, counted from 0."""
    return int(getattr(current_process(), "index", 0))


def _count(deeds: Deeds, task: FrameTask, done: FrameDone) -> None:
    deeds.drawn += 1
    deeds.draw_ms += done.draw_ms
    deeds.slow += done.draw_ms > SLOW_TICKS * 1000 / float(task.fps)
    deeds.flawed += bool(done.layer_errors)


class _Here:
    """This process's desk: what Celery's pool calls in a child is found by its name alone."""

    desk: FrameDesk | None = None


def draw_message(body: bytes) -> None:
    """Draw the frames in the body of a Celery message."""
    if _Here.desk is not None:
        _Here.desk.draw_body(body)
        _Here.desk.rest()


def register(app: Celery, desk: FrameDesk) -> None:
    """Make ``desk`` draw what comes as RENDER_FRAME, in the children of this process."""
    _Here.desk = desk

    def render_frame(*tasks: object) -> None:
        for task in tasks:
            desk.draw_plain(task)
        desk.rest()

    app.task(
        render_frame, name=RENDER_FRAME, ignore_result=True, trail=False, Strategy="workers.strategy:frames"
    )
