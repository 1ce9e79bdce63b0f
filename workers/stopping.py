"""Ends a worker as soon as its frames are drawn: Celery's loop notices at its next timer only, and billiard's
children sleep for a second after their last word."""

from __future__ import annotations

import os
from typing import Any

from celery import bootsteps, signals


class Alarm:
    """Wakes Celery's loop when the worker is told to end."""

    def __init__(self) -> None:
        self._read_end, self._write_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        # Celery keeps weak references unless it is told otherwise.
        signals.worker_shutting_down.connect(self._ring, weak=False)

    def step(self) -> type[bootsteps.StartStopStep]:
        """What has the loop listen, again each time it is begun anew."""
        read_end = self._read_end

        class Listening(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery has no types
            """See :class:`Alarm`."""

            requires = ("celery.worker.components:Hub",)

            def register_with_event_loop(self, _worker: Any, hub: Any) -> None:
                """Called by Celery."""
                hub.add_reader(read_end, os.read, read_end, 1)

        return Listening

    def _ring(self, **_: Any) -> None:
        os.write(self._write_end, b"!")


def end_child(exitcode: int, **_: Any) -> None:
    """End this child at once: its results are written, and its master sees that it is gone."""
    os._exit(exitcode)
