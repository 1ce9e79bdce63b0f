"""What people are told over the WebSocket: a bounded Redis stream for each of the farm's streams."""

from __future__ import annotations

from farm.messages import Event, to_json
from farm.store import keys
from farm.store.connection import FarmRedis, as_text

KEPT_EVENTS = 1000


class EventLog:
    """Appends events; readers resume from the id of the last one they saw."""

    def __init__(self, redis: FarmRedis) -> None:
        self._redis = redis

    def publish(self, event: Event) -> str:
        """Append ``event``; its id. Raises StoreUnavailable."""
        key = keys.events(event.stream)
        event_id = self._redis.xadd(key, {"event": to_json(event)}, maxlen=KEPT_EVENTS, approximate=True)
        return as_text(event_id)
