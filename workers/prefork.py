"""Celery's prefork pool, which notices at once that a child is gone, and ends with the last of them."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

from celery.concurrency.asynpool import AsynPool
from celery.concurrency.prefork import TaskPool


class _AlertPool(AsynPool):  # type: ignore[misc]  # Celery has no types
    """A child that ends closes its files first and can be buried a moment later. Celery is woken by the
    former, finds nobody to bury, and looks again after five seconds, in which this worker draws nothing."""

    def _event_process_exit(self, hub: Any, proc: Any) -> None:
        with suppress(ChildProcessError):  # somebody was sooner
            os.waitid(os.P_PID, proc.pid, os.WEXITED | os.WNOWAIT)
        super()._event_process_exit(hub, proc)


class FramePool(TaskPool):  # type: ignore[misc]
    """Replaces a child that ended within milliseconds."""

    Pool = _AlertPool
    _pool: _AlertPool | None

    def on_stop(self) -> None:
        """End when the frames at hand are drawn. Celery goes on with its timers meanwhile, in a thread that
        looks twice a second whether it is over; a worker that ends needs none of them."""
        if self._pool is not None:
            self._pool.close()
            self._pool.join()
            self._pool = None
