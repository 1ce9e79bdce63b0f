"""How a worker's main process hands frame tasks on to its pool, through Celery's ``Strategy`` hook.

Celery's own strategy makes a Request of every message, for retries, revocation, time limits, rate limits and
results. A frame has none of these: when it is lost the next one heals it. What is left is a place in the
pool; the message's body goes to a child unread. Where task events are wanted (Flower) a Request reports
them, so there Celery's own strategy is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery.worker import state
from celery.worker.strategy import default

from workers.tasks import draw_message

Handler = Callable[..., None]


class _Job:
    """What counts as reserved until the pool is done with it: with ``worker_disable_prefetch`` no further
    message is taken before."""

    __slots__ = ("__weakref__", "body")
    id = None  # Celery's shutdown forgets requests by it

    def __init__(self, body: bytes) -> None:
        self.body = body

    def done(self, _result: object) -> None:
        """The pool's callback, whether it drew the frame or lost its child over it."""
        state.reserved_requests.discard(self)


def frames(task: Any, app: Any, consumer: Any, **options: Any) -> Handler:
    """The strategy of the frame task."""
    events = consumer.event_dispatcher
    if events and events.enabled:
        own: Handler = default(task, app, consumer, **options)
        return own
    apply, acquire = consumer.pool.apply_async, consumer.controller.semaphore.acquire

    def start(job: _Job) -> None:
        apply(draw_message, args=(job.body,), callback=job.done, error_callback=job.done)

    def take(message: Any, _payload: object, _ack: object, _reject: object, _callbacks: object) -> None:
        job = _Job(message.body)
        state.reserved_requests.add(job)
        acquire(start, job)

    return take
