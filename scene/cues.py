"""What is told of timelines, and when: moments of scene time that follow from the document and the births.

A moment carries the revision that brought it about, so that what an edit does is told even while scene time
stands still.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Literal, NamedTuple

from scene.clock import Clock, Event
from scene.performance import Performance
from scene.runs import Run
from scene.timeline import Timeline

CueKind = Literal["started", "completed", "cancelled", "looped", "frame"]


class Cue(NamedTuple):
    """Something to tell of a timeline."""

    moment: Event
    kind: CueKind
    timeline: str
    time_s: Fraction
    """The timeline's own time, over all its plays."""


class Watch(NamedTuple):
    """A run of which more is told while it plays."""

    timeline: Timeline
    clock: Clock

    def between(self, since: Event, until: Event, frame: int) -> Iterator[Cue]:
        """What is to be told on output frame ``frame``, which shows ``until`` after one that showed
        ``since``."""
        # What lies before a folded piece is not known any more; it was told when it was.
        since = max(since, self.clock.pieces[0].since) if _folded(self.clock) else since
        before_s, time_s = self.clock.time_at_s(since.scene_time_s), self.clock.time_at_s(until.scene_time_s)
        if time_s is None or time_s == before_s or self.clock.stage_at(until.scene_time_s) != "playing":
            return
        length_s, events = self.clock.length_s, self.timeline.events
        if events.loops and before_s is not None and before_s // length_s < time_s // length_s:
            yield Cue(until, "looped", self.timeline.id, time_s)
        if events.every is not None and frame % events.every == 0:
            yield Cue(until, "frame", self.timeline.id, time_s)


def cues(performance: Performance, births: Mapping[int, Fraction]) -> list[Cue]:
    """Every start, end and cancellation that is known by ``births``, in the order of time."""
    found = [
        cue
        for run, clock in zip(performance.runs, performance.clocks(births), strict=True)
        if clock is not None
        for cue in _cues(run, clock, births)
    ]
    return sorted(found, key=lambda cue: cue.moment)


def watches(performance: Performance, births: Mapping[int, Fraction]) -> list[Watch]:
    """The runs of which more than that is told."""
    by_id = {timeline.id: timeline for timeline in performance.timelines}
    return [
        Watch(timeline, clock)
        for run, clock in zip(performance.runs, performance.clocks(births), strict=True)
        if clock is not None and (timeline := by_id[run.timeline]).events.wanted
    ]


def _folded(clock: Clock) -> bool:
    """Whether what was done to a run at first is known by its outcome only."""
    return clock.pieces[0].since != clock.begins


def _cues(run: Run, clock: Clock, births: Mapping[int, Fraction]) -> Iterator[Cue]:
    # One that starts at a second in the past is seen when its revision is.
    seen = Event(births[run.revision], run.revision)
    yield Cue(max(clock.begins, seen), "started", run.timeline, Fraction(0))
    completes, whole_s = clock.completes(), clock.whole_s
    # What was folded into a run's first piece was on air, and told, before.
    told = _folded(clock) and completes == clock.pieces[0].since
    if completes is not None and whole_s is not None and not told:
        yield Cue(max(completes, seen), "completed", run.timeline, whole_s)
    # A cancel concerns all runs of a timeline, also one that is at its end already.
    if clock.cancelled is not None and completes is None:
        time_s = clock.time_at_s(clock.cancelled.scene_time_s) or Fraction(0)
        yield Cue(clock.cancelled, "cancelled", run.timeline, time_s)
