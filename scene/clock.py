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

Stage = Literal["waiting", "playing", "paused", "completed", "cancelled"]


class Piece(NamedTuple):
    """From scene time ``from_s`` on the timeline's time is ``time_s`` and advances at ``rate`` per second."""

    from_s: Fraction
    time_s: Fraction
    rate: Fraction

    def at_s(self, scene_time_s: Fraction) -> Fraction:
        """The timeline's time."""
        return self.time_s + self.rate * (scene_time_s - self.from_s)


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of one run."""

    pieces: tuple[Piece, ...]
    """In the order of time; at least one."""
    length_s: Fraction
    """Of one play."""
    plays: int | None
    """How often it plays; None for ever."""
    holds: bool
    """Whether its last values stay when it has ended."""
    cancelled_s: Fraction | None
    """When it was cancelled."""
    holds_cancelled: bool

    @property
    def begins_s(self) -> Fraction:
        """The scene time at which it starts."""
        return self.pieces[0].from_s

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
        piece = self.pieces[bisect_right(self.pieces, scene_time_s, key=_from_s) - 1]
        time_s, whole_s = piece.at_s(scene_time_s), self.whole_s
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
        rate = self.pieces[bisect_right(self.pieces, scene_time_s, key=_from_s) - 1].rate
        return "playing" if rate else "paused"

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

    def ends_s(self) -> Fraction | None:
        """The scene time at which it completes or is cancelled; None when it never does."""
        completed_s = self.completed_s()
        return completed_s if completed_s is not None else self.cancelled_s

    def completed_s(self) -> Fraction | None:
        """The scene time at which it completes for the first time; None when it never does."""
        whole_s = self.whole_s
        if whole_s is None:
            return None
        ends_s = [piece.from_s for piece in self.pieces[1:]]
        for piece, until_s in zip(self.pieces, [*ends_s, self.cancelled_s], strict=True):
            if piece.time_s >= whole_s:
                return piece.from_s
            if piece.rate > 0:
                reached_s = piece.from_s + (whole_s - piece.time_s) / piece.rate
                if until_s is None or reached_s < until_s:
                    return reached_s
        return None


def _from_s(piece: Piece) -> Fraction:
    return piece.from_s


def clocks(
    timelines: Sequence[Timeline], runs: Sequence[Run], births: Mapping[int, Fraction]
) -> list[Clock | None]:
    """The clock of each of ``runs``; None of one that does not start, as far as is known by ``births``."""
    by_id = {timeline.id: timeline for timeline in timelines}
    lengths = {run.timeline: placed(by_id[run.timeline].steps)[1] for run in runs if run.timeline in by_id}
    free_s: dict[str, Fraction | None] = {}
    found: list[Clock | None] = []
    for run in runs:
        timeline = by_id.get(run.timeline)
        clock = None if timeline is None else _clock(run, timeline, lengths[run.timeline], births, free_s)
        found.append(clock)
        if clock is not None and timeline is not None and timeline.queue is not None:
            free_s[timeline.queue] = clock.ends_s()
    return found


def _clock(
    run: Run,
    timeline: Timeline,
    length_s: Fraction,
    births: Mapping[int, Fraction],
    free_s: Mapping[str, Fraction | None],
) -> Clock | None:
    begins_s = _begins_s(run, births)
    if begins_s is not None and timeline.queue is not None:
        free = free_s.get(timeline.queue, begins_s)
        begins_s = None if free is None else max(begins_s, free)
    if begins_s is None:
        return None
    clock = Clock(
        pieces=(Piece(begins_s, Fraction(0), exact(run.rate)),),
        length_s=length_s,
        plays=plays(timeline.loop),
        holds=timeline.on_complete == "hold",
        cancelled_s=None,
        holds_cancelled=timeline.on_cancel == "hold",
    )
    for change in run.changes:
        changed_s = births.get(change.revision)
        if changed_s is None:
            break
        # A queue goes on when a run has ended; nothing brings it back.
        if timeline.queue is not None and not change.cancelled and clock.stage_at(changed_s) == "completed":
            continue
        if change.cancelled:
            return replace(clock, cancelled_s=changed_s) if changed_s > begins_s else None
        if changed_s >= begins_s:
            clock = replace(clock, pieces=(*clock.pieces, _changed(clock.pieces[-1], change, changed_s)))
    return clock


def _begins_s(run: Run, births: Mapping[int, Fraction]) -> Fraction | None:
    born_s = births.get(run.revision)
    if born_s is None or run.at is not None:
        return None if born_s is None or run.at is None else exact(run.at)
    return born_s + Fraction(run.waited or 0)


def _changed(piece: Piece, change: ClockChange, changed_s: Fraction) -> Piece:
    time_s = piece.at_s(changed_s) if change.time is None else Fraction(change.time)
    return Piece(changed_s, time_s, piece.rate if change.rate is None else exact(change.rate))
