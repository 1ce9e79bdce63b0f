"""What went on air, as the events that people are told of it."""

from __future__ import annotations

from collections.abc import Collection

from coordinator.dispatch import Dispatch
from farm.clock import Clock
from farm.messages import Event
from scene.time import Segment

LIVE_EVERY_NS = 250_000_000
"""What is live may change with every frame. So often it is told of a stream, so that its other events are not
crowded out; what is told last is what is on air."""


class Announcer:
    """Makes events of dispatches; keeps back what comes too soon after the one before it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept_back: dict[str, Segment] = {}
        self._told_ns: dict[str, int] = {}

    def events(self, stream: str, step: Dispatch) -> list[Event]:
        """What to tell of ``stream`` after this dispatch."""
        events = []
        if step.applied is not None:
            events.append(self._event("scene:applied", stream, step, step.applied, "revision"))
        if step.refreshed is not None:
            self._kept_back[stream] = step.refreshed
        told_ns, now_ns = self._told_ns.get(stream), self._clock.monotonic_ns()
        if stream in self._kept_back and (told_ns is None or now_ns - told_ns >= LIVE_EVERY_NS):
            self._told_ns[stream] = now_ns
            refreshed = self._kept_back.pop(stream)
            events.append(self._event("data:applied", stream, step, refreshed, "snapshot"))
        return events

    def forget_all_but(self, streams: Collection[str]) -> None:
        """Drop what is known of other streams."""
        for stream in (self._kept_back.keys() | self._told_ns.keys()) - set(streams):
            self._kept_back.pop(stream, None)
            self._told_ns.pop(stream, None)

    def _event(self, kind: str, stream: str, step: Dispatch, segment: Segment, what: str) -> Event:
        data = {
            what: getattr(segment, what),
            "frame": segment.from_frame,
            "epoch": step.show.program.epoch,
        }
        return Event(kind, stream, self._clock.wall_ms(), data)
