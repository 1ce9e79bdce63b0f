"""Listening to Redis channels, with the driver's errors made ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import redis

from farm.store.connection import FarmRedis, as_text, unavailable


class Message(NamedTuple):
    """What somebody published."""

    channel: str
    data: bytes


class Subscription:
    """One connection that hears ``channels`` from the moment it is made.

    A connection that breaks is made again by the next call that finds it so; what was said in between is
    lost, so channels carry only hints or cumulative state. All methods raise StoreUnavailable.
    """

    def __init__(self, client: FarmRedis, *channels: str) -> None:
        self._pubsub = client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        try:
            self._pubsub.subscribe(*channels)
        except redis.RedisError as error:
            self.close()
            raise unavailable(error) from error
        self._followed: frozenset[str] = frozenset()

    def follow(self, channels: Iterable[str]) -> None:
        """Hear these as well from now on, and none of those that were followed before and are not here."""
        wanted = frozenset(channels)
        gained, lost = wanted - self._followed, self._followed - wanted
        try:
            if gained:
                self._pubsub.subscribe(*gained)
            if lost:
                self._pubsub.unsubscribe(*lost)
        except redis.RedisError as error:
            raise unavailable(error) from error
        self._followed = wanted

    def next(self, timeout_s: float) -> Message | None:
        """The next message; None when there is none within ``timeout_s``, and now and then before that."""
        try:
            message = self._pubsub.get_message(timeout=max(0.0, timeout_s))
        except redis.RedisError as error:
            raise unavailable(error) from error
        if message is None or message["type"] != "message":
            return None
        return Message(as_text(message["channel"]), message["data"])

    def close(self) -> None:
        """Let go of the connection."""
        self._pubsub.close()
