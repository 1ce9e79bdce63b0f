"""Celery's prefork pool, which notices at once that a child is gone."""

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
