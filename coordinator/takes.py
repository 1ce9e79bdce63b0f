"""Tells of takes: the frame in which a scene goes on program, and the first one after its transition.

A transition that an edit or another take cuts short is not told to be complete.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from coordinator.dispatch import Dispatch
from farm.clock import Clock
from farm.messages import Event
from farm.store.programs import Program
from farm.store.scenes import SceneStore, TakeNote
from scene.time import segment_at

LOOK_BACK = 64
"""So many revisions may come between a take and the end of its transition, or between two frames."""


@dataclass(frozen=True, slots=True)
class _Running:
    """A transition on air."""

    take: TakeNote
    revision: int
    ends_s: Fraction
    """Scene time."""

    def is_over(self, program: Program, frame: int) -> bool:
        """Whether it is in ``frame``, which may be the last one of an encoder process that is gone."""
        segment = segment_at(program.segments, max(frame, program.segments[0].from_frame))
        return segment.time_at_s(frame, program.fps) >= self.ends_s


class TakeTeller:
    """Makes events of takes that dispatches put on air. Methods raise StoreUnavailable."""

    def __init__(self, scenes: SceneStore, clock: Clock) -> None:
        self._scenes = scenes
        self._clock = clock
        self._running: dict[str, _Running | None] = {}

    def events(self, stream: str, source: str, step: Dispatch) -> list[Event]:
        """What to tell of ``stream``, whose scenes are those of stream ``source``, after this dispatch."""
        if not step.tasks:
            return []
        program = step.show.program
        if step.premiere is not None:
            # What comes with a stream's first picture is just there.
            self._running[stream] = None
        elif stream not in self._running:
            self._running[stream] = self._resumed(stream, source, program, step.tasks[0].frame)
        events = []
        taken = self._taken(source, step.births) if step.applied is not None else None
        if taken is not None and step.applied is not None:
            self._running[stream] = taken
            events.append(self._event("scene:taken", stream, taken, program, step.applied.from_frame))
        running = self._running[stream]
        if running is not None:
            ended = next((task.frame for task in step.tasks if running.is_over(program, task.frame)), None)
            if ended is not None:
                self._running[stream] = None
                events.append(self._event("transition:complete", stream, running, program, ended))
        return events

    def forget_all_but(self, streams: Collection[str]) -> None:
        """Drop what is known of other streams."""
        for stream in self._running.keys() - set(streams):
            del self._running[stream]

    def _taken(self, source: str, births: Mapping[int, Fraction]) -> _Running | None:
        """The last take among the revisions that are born."""
        revisions = sorted(births, reverse=True)[:LOOK_BACK]
        for revision, note in zip(revisions, self._scenes.notes(source, revisions), strict=True):
            if note is not None and note.take is not None:
                return _Running(note.take, revision, births[revision] + note.take.seconds)
        return None

    def _resumed(self, stream: str, source: str, program: Program, first: int) -> _Running | None:
        """What ran when somebody else drove the stream."""
        newest = program.segments[-1].revision
        revisions = range(max(1, newest - LOOK_BACK + 1), newest + 1)
        running = self._taken(source, self._scenes.births(stream, revisions, until=newest))
        return None if running is None or running.is_over(program, first - 1) else running

    def _event(self, kind: str, stream: str, running: _Running, program: Program, frame: int) -> Event:
        data: dict[str, Any] = {
            "scene": running.take.scene,
            "from": running.take.from_,
            "transition": running.take.transition,
            "revision": running.revision,
            "frame": frame,
            "epoch": program.epoch,
        }
        return Event(kind, stream, self._clock.wall_ms(), data)
