"""``python -m workers [--name NAME]``: a prefork Celery worker that draws frames.

Everything heavy is imported here, before the fork, so that the children share its memory.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import signal
import socket
import sys
import warnings
from typing import Any

import cv2
import msgspec
from celery import signals
from celery.platforms import SecurityWarning

from farm.clock import SystemClock
from farm.errors import FarmError
from farm.forking.kinship import ParentGone, end_with_parent
from farm.log import configure_logging, get_logger
from farm.settings import Settings, load_settings
from farm.store.connection import connect
from farm.workforce import Deeds
from workers.app import make_app
from workers.board import Board
from workers.commons import open_commons
from workers.discipline import Discipline, switch_of
from workers.heartbeat import Heartbeat
from workers.imaging import check_imaging
from workers.pool import PoolScaler, bounds_of, scaling_step
from workers.prefork import FramePool
from workers.shelf import open_shelf
from workers.stopping import Alarm, end_child
from workers.tally import TallySheet
from workers.tasks import FrameDesk, register

COLLECT_AFTER = 20_000, 10, 50
"""See :func:`gc.set_threshold`. Drawing makes many objects that are kept for a while, and hardly a cycle:
with Python's own thresholds a tenth of the time went into walking through them."""
_log = get_logger(__name__)


def main() -> int:
    """Run until SIGTERM or SIGINT, which finish the frames at hand; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m workers", description="Draw frames.")
    parser.add_argument("--name", help="tells several workers on one host apart")
    name = parser.parse_args().name or f"{socket.gethostname()}-{os.getpid()}"
    try:
        settings = load_settings()
        configure_logging(settings, name)
        check_imaging()
        open_shelf(settings)
        open_commons(settings)
    except FarmError as error:
        print(error.message, file=sys.stderr)  # noqa: T201  there may be no log yet
        return 2
    return _work(settings, name)


def _work(settings: Settings, name: str) -> int:
    # Celery warns of root because of pickled messages; this worker accepts none.
    warnings.simplefilter("ignore", SecurityWarning)
    cv2.setNumThreads(1)
    most = bounds_of(settings).high
    board, sheet = Board(most), TallySheet(most)
    scaler = PoolScaler(settings, board, SystemClock())
    desk = FrameDesk(settings, name, board, sheet)
    app = make_app(settings)
    register(app, desk)
    app.steps["worker"].add(scaling_step(scaler))
    app.steps["worker"].add(Alarm().step())
    redis = connect(settings.broker_url())
    heartbeat = Heartbeat(redis, name, lambda: _sign(settings, scaler, board, sheet))
    parent_pid = os.getpid()

    def begin(**_: Any) -> None:
        try:
            end_with_parent(parent_pid, signal.SIGKILL)
        except ParentGone:
            os._exit(1)
        desk.open()

    def ready(sender: Any, **_: Any) -> None:
        heartbeat.start()
        Discipline(redis, name, lambda: _total(sheet).taken(), switch_of(sender)).start()
        _log.info("ready", concurrency=scaler.processes, transport=settings.frame_transport)

    # Celery keeps weak references unless it is told otherwise.
    signals.worker_process_init.connect(begin, weak=False)
    signals.worker_process_shutdown.connect(end_child, weak=False)
    signals.worker_ready.connect(ready, weak=False)
    signals.setup_logging.connect(_keep_our_log, weak=False)
    gc.collect()
    gc.set_threshold(*COLLECT_AFTER)
    gc.freeze()  # so that the collector does not touch, and so copy, what the children share
    worker = app.Worker(
        hostname=f"{name}@{socket.gethostname()}",
        pool=FramePool,
        concurrency=scaler.processes,
        optimization="fair",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=not settings.task_events,
    )
    worker.start()
    heartbeat.stop()
    return int(worker.exitcode or 0)


def _sign(settings: Settings, scaler: PoolScaler, board: Board, sheet: TallySheet) -> dict[str, object]:
    """What the worker says of itself; and a look at its children, whether one hangs."""
    stuck = sheet.end_stuck(SystemClock().monotonic_ns(), settings.worker_stuck_s * 1_000_000_000)
    if stuck:
        _log.warning("killed what drew one frame for too long", pids=stuck)
    sums = msgspec.structs.asdict(_total(sheet))
    return {**scaler.sign(), **board.totals(), **sums, "streams": sheet.totals()}


def _total(sheet: TallySheet) -> Deeds:
    total = Deeds()
    for deeds in sheet.totals().values():
        total.add(deeds)
    return total


def _keep_our_log(**_: Any) -> None:
    """Our handlers stay, and a frame is no news."""
    for chatty in ("celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


if __name__ == "__main__":
    sys.exit(main())
