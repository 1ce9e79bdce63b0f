"""A worker does as it is told: blocked it takes no frames, and on probation a few, by which it is judged."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from farm.errors import StoreUnavailable
from farm.log import get_logger
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.workers import WorkerStore
from farm.workforce import PROBATION_FRAMES, Standing, WorkerState

EVERY_S, PROBATION_EVERY_S = 1.0, 0.1
"""How often a worker asks how it stands, and how often it counts its frames while it is on probation."""

_log = get_logger(__name__)


class Conduct:
    """Whether to take frames; pure."""

    def __init__(self) -> None:
        self.state = WorkerState.WORKING
        self._tried_from = 0

    def takes(self, standing: Standing | None, taken: int) -> bool:
        """By how the worker stands, None for well, and how many frames it has taken since it began."""
        state = WorkerState.WORKING if standing is None else standing.state
        if state is not self.state:
            self.state = state
            self._tried_from = taken
        if state is WorkerState.PROBATION:
            return taken - self._tried_from < PROBATION_FRAMES
        return state is WorkerState.WORKING


class Discipline:
    """Asks and obeys, in a thread of its own: a worker that hangs over a frame still hears."""

    def __init__(
        self, redis: FarmRedis, name: str, taken: Callable[[], int], switch: Callable[[bool], None]
    ) -> None:
        self._store = WorkerStore(redis)
        self._name = name
        self._taken = taken
        self._switch = switch
        self._conduct = Conduct()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="discipline", daemon=True)
        self.taking = True

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def _run(self) -> None:
        standing: Standing | None = None
        while True:
            try:
                standing = self._store.standings().get(self._name)
            except StoreUnavailable as error:
                _log.debug("asking again how this worker stands", reason=error.message)
            self._heed(standing)
            on_probation = self._conduct.state is WorkerState.PROBATION and self.taking
            self._wake.wait(PROBATION_EVERY_S if on_probation else EVERY_S)

    def _heed(self, standing: Standing | None) -> None:
        takes = self._conduct.takes(standing, self._taken())
        if takes is not self.taking:
            self.taking = takes
            _log.info("takes frames" if takes else "takes no frames", state=self._conduct.state)
            self._switch(takes)


def switch_of(consumer: Any) -> Callable[[bool], None]:
    """What begins and ends the consumption of a Celery worker, from any thread."""

    def switch(takes: bool) -> None:  # noqa: FBT001  the one thing that it is told
        consumer.call_soon(_consume if takes else _rest, consumer)

    return switch


def _consume(consumer: Any) -> None:
    queues = consumer.app.amqp.queues
    queues.select_add(queues[keys.QUEUE])
    if consumer.task_consumer is not None:  # without a connection it begins when there is one
        consumer.add_task_queue(keys.QUEUE)


def _rest(consumer: Any) -> None:
    if consumer.task_consumer is None:
        consumer.app.amqp.queues.deselect(keys.QUEUE)
    else:
        consumer.cancel_task_queue(keys.QUEUE)
