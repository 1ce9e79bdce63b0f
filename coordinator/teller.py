"""All that people are told of what goes on air: edits and live data, takes, timelines."""

from __future__ import annotations

from collections.abc import Collection

from coordinator.announcer import Announcer
from coordinator.cues import CueCaller
from coordinator.dispatch import Dispatch
from coordinator.takes import TakeTeller
from farm.clock import Clock
from farm.store.events import EventLog
from farm.store.scenes import SceneStore


class Teller:
    """Tells of dispatches. Methods raise StoreUnavailable."""

    def __init__(self, scenes: SceneStore, events: EventLog, clock: Clock) -> None:
        self._events = events
        self._announcer = Announcer(clock)
        self._takes = TakeTeller(scenes, clock)
        self._cues = CueCaller(scenes, events, clock)

    def tell(self, stream: str, source: str, step: Dispatch) -> None:
        """Tell what goes on air with ``step``; the scenes of ``stream`` are those of stream ``source``."""
        for event in (*self._announcer.events(stream, step), *self._takes.events(stream, source, step)):
            self._events.publish(event)
        self._cues.follow(stream, source, step)

    def forget_all_but(self, streams: Collection[str]) -> None:
        """Drop what is known of other streams."""
        self._announcer.forget_all_but(streams)
        self._takes.forget_all_but(streams)
        self._cues.forget_all_but(streams)
