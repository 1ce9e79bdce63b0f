"""Celery's connection to Redis, made more patient and less fragile."""

from __future__ import annotations

from queue import Empty
from typing import Any

import redis
from kombu.connection import Connection
from kombu.transport.redis import Channel, Transport

from farm.log import get_logger
from farm.store.keys import QUEUE
from farm.store.primary import connection_options
from farm.tasks import LANES

_RETRY_START_S, _RETRY_STEP_S, _RETRY_MAX_S = 0.1, 0.2, 1.0
ADDRESSES = "addresses"
"""The transport option that holds the broker's addresses; a secret."""

_log = get_logger(__name__)


STEPS = (0, 3, 6)
"""kombu's priorities, one for each of our lanes."""
_HIGH, _NORMAL, _LOW = LANES.values()
LOOKS = (
    *3 * [(_HIGH, _NORMAL, _LOW)],
    (_NORMAL, _HIGH, _LOW),
    *3 * [(_HIGH, _NORMAL, _LOW)],
    (_LOW, _HIGH, _NORMAL),
)
"""In which order a worker looks into the lanes, one time after the other: each lower one comes first in one
look of eight, so that a farm that is too small for all starves nobody."""


class CarefulChannel(Channel):
    """Drops what lies in the queue without being a message, and takes a Redis that refuses to work (a full
    disk, a primary that became a replica) for one that is away; kombu would end the worker over either.

    Keeps no book of unacknowledged messages, so that there is nothing to acknowledge either. Looks into all
    lanes by the one command that kombu sends anyway.
    """

    _looked = 0

    def __init__(self, *args: Any, **options: Any) -> None:
        try:
            super().__init__(*args, **options)  # type: ignore[no-untyped-call]
        except redis.ResponseError as error:
            raise redis.ConnectionError(str(error)) from error

    def _brpop_start(self, timeout: float | None = None) -> None:
        self._looked += 1
        super()._brpop_start(timeout)  # type: ignore[no-untyped-call]

    def _q_for_pri(self, queue: str, pri: int) -> str:
        if queue != QUEUE:
            return str(super()._q_for_pri(queue, pri))  # type: ignore[no-untyped-call]
        return LOOKS[self._looked % len(LOOKS)][STEPS.index(pri)]

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:  # noqa: FBT001, FBT002  kombu's
        """Called by Celery for every task before it runs."""

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)  # type: ignore[no-untyped-call]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            _log.warning("what lay in the queue is no message and is dropped", error=type(error).__name__)
            raise Empty from error
        except redis.ResponseError as error:
            self.client.connection.disconnect()
            raise redis.ConnectionError(str(error)) from error

    def close(self) -> None:
        """Hang up. kombu waits until Redis answers that nothing came, and loses the task if one does."""
        asking: Any = self._in_poll
        if asking:
            asking.disconnect()
            self._in_poll = False
        super().close()  # type: ignore[no-untyped-call]

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002  kombu's
        addresses = self.connection.client.transport_options[ADDRESSES]
        options = connection_options(addresses)
        self.connection_class = options.pop("connection_class", self.connection_class)
        return {**super()._connparams(asynchronous), **options}  # type: ignore[no-untyped-call]


class CarefulTransport(Transport):
    """Redis with careful channels."""

    Channel = CarefulChannel


class PatientConnection(Connection):
    """Tries for ever to reach the broker, at least once a second; Celery would wait up to half a minute."""

    def get_transport_cls(self) -> type[Transport]:
        """Redis, whatever the URL's scheme."""
        return CarefulTransport

    def ensure_connection(self, _errback: object = None, *args: Any, **options: Any) -> Any:
        """See :meth:`kombu.Connection.ensure_connection`; an outage is logged once and not at every try."""
        steps = {
            "interval_start": _RETRY_START_S,
            "interval_step": _RETRY_STEP_S,
            "interval_max": _RETRY_MAX_S,
        }
        complaint = _Complaint()
        return super().ensure_connection(complaint, *args, **{**options, **steps})  # type: ignore[no-untyped-call]


class _Complaint:
    """Says once that the broker is away."""

    def __init__(self) -> None:
        self._said = False

    def __call__(self, error: Exception, _interval_s: float) -> None:
        if not self._said:
            self._said = True
            _log.warning("Redis does not answer; trying again until it does", error=type(error).__name__)
