"""The Celery task: one frame. Whatever goes wrong with it is logged and costs that frame only."""

from __future__ import annotations

from billiard.process import current_process
from celery import Celery
from msgspec import ValidationError

from farm.clock import Clock, SystemClock
from farm.errors import FarmError
from farm.log import get_logger
from farm.messages import FrameTask, from_plain
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

    def draw(self, plain: object) -> None:
        """Draw the frame that the plain data of a FrameTask ask for. Raises nothing."""
        if self._renderer is None:
            self._complain("this process was not opened; its frame is lost")
            return
        try:
            self._renderer.render(from_plain(plain, FrameTask))
        except ValidationError as error:
            self._complain(f"a task is malformed and is dropped: {error}")
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


def register(app: Celery, desk: FrameDesk) -> None:
    """Make ``desk`` draw what comes as RENDER_FRAME."""

    def render_frame(*tasks: object) -> None:
        for task in tasks:
            desk.draw(task)

    app.task(render_frame, name=RENDER_FRAME, ignore_result=True, trail=False)
