"""The encoder process's threads towards Redis: credits out, letters in. Neither holds up a tick.

While Redis is away nothing piles up: only the newest credit is kept, and letters stay where they are until
they expire.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar, cast

from encoder.authority import Authority
from encoder.feed import Parcel
from farm.errors import FrameRefused, StoreUnavailable
from farm.log import get_logger
from farm.messages import Credit, Delivery, to_pack
from farm.store import keys
from farm.store.connection import FarmRedis, as_text
from farm.store.leases import Lease
from farm.transport.mailbox import Letter

PASSED_EXPIRY_S = 10
RETRY_S = 0.2
log = get_logger(__name__)

T = TypeVar("T")


class Latest(Generic[T]):
    """Holds one value; a newer one replaces it."""

    def __init__(self) -> None:
        self._value: T | None = None
        self._changed = threading.Condition()

    def put(self, value: T) -> None:
        """Replace the value and wake the reader."""
        with self._changed:
            self._value = value
            self._changed.notify()

    def take(self, timeout_s: float) -> T | None:
        """The value, once; None when none came within ``timeout_s``."""
        with self._changed:
            if self._value is None:
                self._changed.wait(timeout_s)
            value, self._value = self._value, None
            return value


class CreditLink:
    """Publishes the newest credit, and asks with each who has the lease, for ``authority`` to know."""

    def __init__(self, redis: FarmRedis, authority: Authority, stopping: threading.Event) -> None:
        self._redis = redis
        self._authority = authority
        self._stopping = stopping
        self._latest: Latest[Credit] = Latest()
        self.thread = threading.Thread(target=self._run, name="credits", daemon=True)

    def give(self, credit: Credit) -> None:
        """Publish ``credit`` soon, unless a newer one comes first. Never waits."""
        self._latest.put(credit)

    def _run(self) -> None:
        reachable = True
        while not self._stopping.is_set():
            credit = self._latest.take(timeout_s=0.5)
            if credit is None:
                continue
            try:
                self._publish(credit)
            except StoreUnavailable as error:
                if reachable:
                    log.warning("credits do not get out; the stream goes on", reason=error.message)
                reachable = False
                self._stopping.wait(RETRY_S)
            else:
                if not reachable:
                    log.info("credits get out again")
                reachable = True

    def _publish(self, credit: Credit) -> None:
        with self._redis.pipeline(transaction=False) as pipe:
            # Workers of other hosts draw nothing without it, so it is there before a frame is ordered.
            pipe.set(keys.passed(credit.stream, credit.epoch), credit.emitted, ex=PASSED_EXPIRY_S)
            pipe.publish(keys.credit(credit.stream), to_pack(credit))
            pipe.get(keys.lease(credit.stream))
            mark = pipe.execute()[-1]
        lease = Lease.read(credit.stream, as_text(mark)) if mark is not None else None
        self._authority.tell(lease.fence if lease is not None else None)


class Mail:
    """What came by mailbox so far."""

    def __init__(self) -> None:
        self.letters = 0
        self.bytes = 0
        """On the wire: descriptions and compressed pixels."""


class MailboxReader:
    """Takes letters out of the mailbox and unpacks them. Needs a connection of its own: it waits there."""

    WAIT_S = 1

    def __init__(
        self,
        redis: FarmRedis,
        delivery: Delivery,
        stopping: threading.Event,
        put: Callable[[Parcel | None, str, int | None], None],
    ) -> None:
        self._redis = redis
        self._delivery = delivery
        self._stopping = stopping
        self._put = put
        self.mail = Mail()
        self.thread = threading.Thread(target=self._run, name="mailbox", daemon=True)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                answer = self._redis.blpop([self._delivery.mailbox], timeout=self.WAIT_S)
            except StoreUnavailable:  # the credit link tells people
                self._stopping.wait(RETRY_S)
                continue
            if answer is not None:
                # Answers are bytes; the driver's types say that they might be text.
                self._hand_in(cast(bytes, answer[1]))

    def _hand_in(self, message: bytes) -> None:
        self.mail.letters += 1
        self.mail.bytes += len(message)
        try:
            letter = Letter.unpack(message, self._delivery.width, self._delivery.height)
        except FrameRefused as refused:  # the sequencer counts it
            self._put(None, refused.worker, refused.frame)
        else:
            self._put(letter, letter.done.worker, letter.done.frame)
