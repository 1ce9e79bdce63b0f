"""What people are told over the WebSocket: a bounded Redis stream for each of the farm's streams."""

from __future__ import annotations

from collections.abc import Sequence

from farm.messages import Event, to_json
from farm.store import keys
from farm.store.connection import FarmRedis, as_text

KEPT_EVENTS = 1000


# KEYS: events, mark. ARGV: the mark as it was read, the new mark, how many events are kept, the events.
_TELL_ONCE = """
if (redis.call('GET', KEYS[2]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
for i = 4, #ARGV do redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'event', ARGV[i]) end
return 1
"""


class EventLog:
    """Appends events; readers resume from the id of the last one they saw."""

    def __init__(self, redis: FarmRedis) -> None:
        self._redis = redis
        self._tell_once = redis.register_script(_TELL_ONCE)

    def publish(self, event: Event) -> str:
        """Append ``event``; its id. Raises StoreUnavailable."""
        key = keys.events(event.stream)
        event_id = self._redis.xadd(key, {"event": to_json(event)}, maxlen=KEPT_EVENTS, approximate=True)
        return as_text(event_id)

    def mark(self, stream: str) -> str:
        """What :meth:`publish_once` kept last of ``stream``; empty when it never did."""
        return as_text(self._redis.get(keys.cues(stream)) or b"")

    def publish_once(self, stream: str, events: Sequence[Event], *, mark: str, new_mark: str) -> bool:
        """Append ``events`` and keep ``new_mark``, both or nothing, unless ``mark`` is not the last any more:
        then somebody else has told of them. Whether it did. Raises StoreUnavailable."""
        told = [to_json(event) for event in events]
        return bool(
            self._tell_once(
                keys=[keys.events(stream), keys.cues(stream)], args=[mark, new_mark, KEPT_EVENTS, *told]
            )
        )
