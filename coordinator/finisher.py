"""Takes streams off the air whose work is done: free streams that emitted all of their frames."""

from __future__ import annotations

from farm.clock import Clock
from farm.log import get_logger
from farm.messages import Event
from farm.store.events import EventLog
from farm.store.streams import StreamRecord, StreamStore

log = get_logger(__name__)

FINISHED = "finished"
"""The state of a process whose work is done, and the reason of its stream to be idle."""


class Finisher:
    """Methods raise StoreUnavailable."""

    def __init__(self, streams: StreamStore, events: EventLog, clock: Clock) -> None:
        self._streams = streams
        self._events = events
        self._clock = clock

    def finish(self, record: StreamRecord) -> None:
        """The process of ``record``'s generation has done its work: the stream is wanted no more, and people
        are told, once."""
        if not self._streams.finish(record.id, record.generation):
            return
        log.info("finished", stream=record.id, frames=record.config.frames)
        data = {
            "frames": record.config.frames,
            "files": [output.url for output in record.outputs],
            "generation": record.generation,
        }
        self._events.publish(Event("render:finished", record.id, self._clock.wall_ms(), data))
