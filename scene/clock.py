"""Where timelines are at any moment of scene time, in closed form: each run's clock, piece by piece."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, NamedTuple

from scene.runs import ClockChange, Run
from scene.steps import placed
from scene.timeline import Timeline
from scene.tracks import exact, plays

Stage = Literal["idle", "waiting", "playing", "paused", "completed", "cancelled"]


class Event(NamedTuple):
    """When something happens to a clock, and by which revision: of two at one moment the later comes last."""

    scene_time_s: Fraction
    revision: int


class Piece(NamedTuple):
    """From an event on, the timeline's time is ``time_s`` and advances at ``rate`` per second."""

    since: Event
    time_s: Fraction
    rate: Fraction

    @property
    def from_s(self) -> Fraction:
        """The event's scene time."""
        return self.since.scene_time_s

    def at_s(self, scene_time_s: Fraction) -> Fraction:
        """The timeline's time."""
        return self.time_s + self.rate * (scene_time_s - self.from_s)


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of one run."""

    begins: Event
    pieces: tuple[Piece, ...]
    """In the order of time; at least one. The first says of earlier moments, too, where it was."""
    length_s: Fraction
    """Of one play."""
    plays: int | None
    """How often it plays; None for ever."""
    holds: bool
    """Whether its last values stay when it has ended."""
    cancelled: Event | None
    holds_cancelled: bool

    @property
    def begins_s(self) -> Fraction:
        """The scene time at which it starts."""
        return self.begins.scene_time_s

    @property
    def cancelled_s(self) -> Fraction | None:
        """The scene time at which it was cancelled."""
        return None if self.cancelled is None else self.cancelled.scene_time_s

    @property
    def whole_s(self) -> Fraction | None:
        """Of all plays together; None for ever."""
        return None if self.plays is None else self.length_s * self.plays

    def time_at_s(self, scene_time_s: Fraction) -> Fraction | None:
        """The timeline's time since its start, over all plays; None before the start."""
        if scene_time_s < self.begins_s:
            return None
        if self.cancelled_s is not None:
            scene_time_s = min(scene_time_s, self.cancelled_s)
        time_s, whole_s = max(Fraction(0), self._piece(scene_time_s).at_s(scene_time_s)), self.whole_s
        return time_s if whole_s is None else min(time_s, whole_s)

    def stage_at(self, scene_time_s: Fraction) -> Stage:
        """What it is doing."""
        time_s = self.time_at_s(scene_time_s)
        if time_s is None:
            return "waiting"
        if self.cancelled_s is not None and scene_time_s >= self.cancelled_s:
            return "cancelled"
        if time_s == self.whole_s:
            return "completed"
        return "playing" if self._piece(scene_time_s).rate else "paused"

    def play_at_s(self, scene_time_s: Fraction) -> Fraction | None:
        """The time within the play that shows; None when the timeline shows nothing."""
        time_s = self.time_at_s(scene_time_s)
        if time_s is None:
            return None
        if self.cancelled_s is not None and scene_time_s >= self.cancelled_s and not self.holds_cancelled:
            return None
        if time_s == self.whole_s:
            return self.length_s if self.holds else None
        return time_s % self.length_s if self.length_s else time_s

    def ends(self) -> Event | None:
        """When it completes or is cancelled; None when it never does."""
        return self.completes() or self.cancelled

    def completes(self) -> Event | None:
        """When it completes for the first time; None when it never does."""
        whole_s = self.whole_s
        if whole_s is None:
            return None
        until_s = [piece.from_s for piece in self.pieces[1:]]
        for piece, end_s in zip(self.pieces, [*until_s, self.cancelled_s], strict=True):
            if piece.time_s >= whole_s:
                return piece.since
            if piece.rate > 0:
                reached_s = piece.from_s + (whole_s - piece.time_s) / piece.rate
                if end_s is None or reached_s < end_s:
                    return Event(reached_s, piece.since.revision)
        return None

    def _piece(self, scene_time_s: Fraction) -> Piece:
        return self.pieces[max(0, bisect_right(self.pieces, scene_time_s, key=_from_s) - 1)]


def _from_s(piece: Piece) -> Fraction:
    return piece.from_s


def clocks(
    timelines: Sequence[Timeline], runs: Sequence[Run], births: Mapping[int, Fraction]
) -> list[Clock | None]:
    """The clock of each of ``runs``; None of one that does not start, as far as is known by ``births``."""
    by_id = {timeline.id: timeline for timeline in timelines}
    lengths = {run.timeline: placed(by_id[run.timeline].steps)[1] for run in runs if run.timeline in by_id}
    free: dict[str, Event | None] = {}
    found: list[Clock | None] = []
    for run in runs:
        timeline = by_id.get(run.timeline)
        begins = None if timeline is None else _begins(run, timeline.queue, births, free)
        clock = None
        if timeline is not None and begins is not None:
            clock = _clock(run, timeline, lengths[run.timeline], begins, births)
            if clock is not None and timeline.queue is not None:
                free[timeline.queue] = clock.ends()
        found.append(clock)
    return found


def _begins(
    run: Run, queue: str | None, births: Mapping[int, Fraction], free: Mapping[str, Event | None]
) -> Event | None:
    """When ``run`` starts; None when that cannot be told yet. ``free`` is when queues are."""
    born_s = births.get(run.revision)
    if born_s is None:
        return None
    starts_s = born_s + Fraction(run.waited or 0) if run.at is None else exact(run.at)
    starts = Event(starts_s, run.revision)
    if queue is None or run.waited is not None:
        return starts
    turn = free.get(queue, starts)
    return None if turn is None else max(starts, turn)


def _clock(
    run: Run, timeline: Timeline, length_s: Fraction, begins: Event, births: Mapping[int, Fraction]
) -> Clock | None:
    """None when it is cancelled before it begins."""
    clock = Clock(
        begins=begins,
        pieces=(Piece(begins, Fraction(0), exact(run.rate)),),
        length_s=length_s,
        plays=plays(timeline.loop),
        holds=timeline.on_complete == "hold",
        cancelled=None,
        holds_cancelled=timeline.on_cancel == "hold",
    )
    for change in run.changes:
        changed_s = births.get(change.revision)
        if changed_s is None:
            break
        changed = Event(changed_s, change.revision)
        if change.cancelled:
            return replace(clock, cancelled=changed) if changed_s > clock.begins_s else None
        # A queue goes on when a run has ended, and nothing brings that back; nor does what ended it
        # concern the next one.
        ended = timeline.queue and not change.told and clock.stage_at(changed_s) == "completed"
        concerned = changed_s >= clock.begins_s if timeline.queue is None else changed > begins
        if concerned and not ended:
            before = () if change.told else clock.pieces
            clock = replace(clock, pieces=(*before, _changed(clock.pieces[-1], change, changed)))
    return clock


def _changed(piece: Piece, change: ClockChange, changed: Event) -> Piece:
    time_s = piece.at_s(changed.scene_time_s) if change.time is None else Fraction(change.time)
    return Piece(changed, time_s, piece.rate if change.rate is None else exact(change.rate))
