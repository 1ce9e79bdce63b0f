"""The Celery task: one frame. Whatever goes wrong with it is logged and costs that frame only."""

from __future__ import annotations

from typing import Any

from billiard.process import current_process
from celery import Celery
from msgspec import MsgspecError, Struct, ValidationError

from farm.clock import Clock, SystemClock
from farm.errors import FarmError
from farm.log import get_logger
from farm.messages import FrameTask, from_json, from_plain
from farm.settings import Settings
from farm.store.connection import connect
from farm.tasks import RENDER_FRAME
from workers.board import Board
from workers.cache import RecentCache
from workers.renderer import Renderer

_REDIS_TIMEOUT_S = 1.0
_STATS_EVERY_NS = 500_000_000
_COMPLAIN_EVERY_NS = 10_000_000_000

_log = get_logger(__name__)


class _Body(Struct, array_like=True, frozen=True):
    """A message's body: positional arguments, keyword arguments, and what Celery embeds beside them."""

    tasks: tuple[FrameTask, ...]
    keywords: dict[str, Any]
    embedded: dict[str, Any]


class FrameDesk:
    """Takes tasks in a child process. Made before the fork, opened in each child after it."""

    def __init__(self, settings: Settings, name: str, board: Board) -> None:
        self._settings = settings
        self._name = name
        self._board = board
        self._clock: Clock = SystemClock()
        self._renderer: Renderer | None = None
        self._stats_ns = 0
        self._complaints: RecentCache[str, int] = RecentCache(64)

    def open(self) -> None:
        """Get what a process cannot inherit: connections and shared memory."""
        redis = connect(self._settings.broker_url(), timeout_s=_REDIS_TIMEOUT_S)
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
            for task in tasks:
                self.draw(task)

    def draw(self, task: FrameTask) -> None:
        """Draw the frame of ``task``. Raises nothing."""
        if self._renderer is None:
            self._complain("this process was not opened; its frame is lost")
            return
        try:
            self._renderer.render(task)
        except (FarmError, LookupError) as error:
            self._complain(f"a frame could not be drawn: {error}")
        except Exception as error:  # noqa: BLE001  the boundary: a frame's error must not cost the process
            self._complain(f"a frame could not be drawn ({type(error).__name__})", error)
        self._tell_stats(self._renderer)

    def _complain(self, what: str, error: Exception | None = None) -> None:
        """Log ``what``, but not for every frame."""
        now_ns = self._clock.monotonic_ns()
        last_ns = self._complaints.get(what)
        if last_ns is None or now_ns - last_ns >= _COMPLAIN_EVERY_NS:
            self._complaints.put(what, now_ns)
            _log.warning(what, exc_info=error)

    def _tell_stats(self, renderer: Renderer) -> None:
        now_ns = self._clock.monotonic_ns()
        if now_ns - self._stats_ns >= _STATS_EVERY_NS:
            self._stats_ns = now_ns
            self._board.write(getattr(current_process(), "index", 0), renderer.stats())


class _Here:
    """This process's desk: what Celery's pool calls in a child is found by its name alone."""

    desk: FrameDesk | None = None


def draw_message(body: bytes) -> None:
    """Draw the frames in the body of a Celery message."""
    if _Here.desk is not None:
        _Here.desk.draw_body(body)


def register(app: Celery, desk: FrameDesk) -> None:
    """Make ``desk`` draw what comes as RENDER_FRAME, in the children of this process."""
    _Here.desk = desk

    def render_frame(*tasks: object) -> None:
        for task in tasks:
            desk.draw_plain(task)

    app.task(
        render_frame, name=RENDER_FRAME, ignore_result=True, trail=False, Strategy="workers.strategy:frames"
    )
