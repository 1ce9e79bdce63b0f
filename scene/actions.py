"""What people do to timelines: start, pause, resume, seek, cancel. Each makes a new performance.

An action is written down as a change at a revision, and what that revision meets on air nobody knows yet. So
nothing here depends on whether a timeline still plays; the clocks find out. What is known, because it was on
air, is folded into one change: a run stays short however often it is paused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from scene.clock import Clock
from scene.performance import Performance
from scene.runs import MAX_CHANGES, MAX_RUNS, ClockChange, Run, exact_text
from scene.timeline import Timeline
from scene.tracks import exact

MAX_WAITING = 32
"""Runs of one queue that wait for their turn."""

FOLDED_AFTER = 1000
"""Revisions that a run's clock may lie back before it is written anew: births are not kept for ever."""


class UnknownTimeline(LookupError):
    """The scene has no timeline with this id."""

    def __init__(self, timeline_id: str) -> None:
        super().__init__(f"there is no timeline {timeline_id!r} in the scene")
        self.timeline_id = timeline_id


class UnknownTrigger(LookupError):
    """Nothing in the scene waits for this."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no trigger on {name!r} in the scene")
        self.name = name


class NotPossible(Exception):
    """The timeline is not in a state that allows this; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Stagehand:
    """Changes the runs of a performance.

    ``revision`` is what the action becomes; ``births`` are those of the revisions that the performance
    mentions, as far as they were on air, and of the last revision that was.
    """

    performance: Performance
    revision: int
    births: Mapping[int, Fraction]

    def start(self, timeline_id: str, *, at: float | None = None, rate: float | None = None) -> Performance:
        """Start from the beginning; at the second ``at`` of scene time, else at once. One that runs starts
        again, unless it has a queue: then it starts once more when it is its turn.

        Raises UnknownTimeline, and NotPossible when its queue is full.
        """
        timeline = self._timeline(timeline_id)
        speed = timeline.rate if rate is None else rate
        fresh = Run(timeline=timeline_id, revision=self.revision, at=at, rate=speed)
        runs = self._folded()
        if timeline.queue is None:
            runs = tuple(run for run in runs if run.timeline != timeline_id)
        elif self._waiting(timeline.queue, runs) >= MAX_WAITING:
            raise NotPossible(f"{MAX_WAITING} timelines wait in the queue {timeline.queue!r}; cancel some")
        if len(runs) >= MAX_RUNS:
            raise NotPossible(f"{MAX_RUNS} timelines run or wait already; cancel some")
        return self._with((*runs, fresh))

    def pause(self, timeline_id: str) -> Performance:
        """Let it stand still. Raises UnknownTimeline, and NotPossible when it was not started."""
        return self._change(timeline_id, ClockChange(revision=self.revision, rate=0.0))

    def resume(self, timeline_id: str, *, rate: float | None = None) -> Performance:
        """Let it go on, at its own rate or at ``rate``. Raises what :meth:`pause` raises."""
        timeline = self._timeline(timeline_id)
        speed = timeline.rate if rate is None else rate
        return self._change(timeline_id, ClockChange(revision=self.revision, rate=speed))

    def seek(self, timeline_id: str, to: float) -> Performance:
        """Go to the second ``to`` of the timeline's own time, playing or paused as it is. One that was not
        started shows that moment, paused. Raises UnknownTimeline, and NotPossible for one of a queue that
        was not started."""
        timeline = self._timeline(timeline_id)
        change = ClockChange(revision=self.revision, time=exact_text(exact(to)))
        if self._started(timeline_id) or timeline.queue is not None:
            return self._change(timeline_id, change)
        others = tuple(run for run in self._folded() if run.timeline != timeline_id)
        shown = Run(timeline=timeline_id, revision=self.revision, rate=0.0, changes=(change,))
        return self._with((*others, shown))

    def cancel(self, timeline_id: str) -> Performance:
        """End it, and take it out of its queue. One that was not started stays so. Raises UnknownTimeline."""
        self._timeline(timeline_id)
        if not self._started(timeline_id):
            return self.performance
        return self._change(timeline_id, ClockChange(revision=self.revision, cancelled=True))

    def trigger(self, name: str) -> Performance:
        """All that the scene says of ``name``; what was not started stays so, unless it is to start.

        Raises UnknownTrigger, and NotPossible when a queue is full.
        """
        triggers = [trigger for trigger in self.performance.triggers if trigger.on == name]
        if not triggers:
            raise UnknownTrigger(name)
        hand = self
        for effect, _, timeline in (done for trigger in triggers for done in trigger.effects()):
            if effect == "start" or hand._started(timeline):
                acts = {
                    "cancel": hand.cancel,
                    "pause": hand.pause,
                    "resume": hand.resume,
                    "start": hand.start,
                }
                hand = replace(hand, performance=acts[effect](timeline))
        return hand.performance

    def _timeline(self, timeline_id: str) -> Timeline:
        for timeline in self.performance.timelines:
            if timeline.id == timeline_id:
                return timeline
        raise UnknownTimeline(timeline_id)

    def _with(self, runs: tuple[Run, ...]) -> Performance:
        return self.performance.model_copy(update={"runs": runs})

    def _change(self, timeline_id: str, change: ClockChange) -> Performance:
        self._timeline(timeline_id)
        if not self._started(timeline_id):
            raise NotPossible(f"the timeline {timeline_id!r} was not started; start it")
        return self._with(
            tuple(
                _changed(run, change) if run.timeline == timeline_id and not run.cancelled else run
                for run in self._folded()
            )
        )

    def _started(self, timeline_id: str) -> bool:
        return any(run.timeline == timeline_id and not run.cancelled for run in self.performance.runs)

    def _waiting(self, queue: str, runs: tuple[Run, ...]) -> int:
        """How many of the queue's runs are not known to have ended."""
        queued = {timeline.id for timeline in self.performance.timelines if timeline.queue == queue}
        known = self._with(runs).clocks(self.births)
        return sum(
            run.timeline in queued and (clock is None or not _ended(clock, self._now()))
            for run, clock in zip(runs, known, strict=True)
        )

    def _now(self) -> tuple[int, Fraction] | None:
        """The newest revision that was on air, and its birth."""
        newest = max(self.births, default=None)
        return None if newest is None else (newest, self.births[newest])

    def _folded(self) -> tuple[Run, ...]:
        """The runs without what is over, each with at most one change that was on air."""
        runs, now = self.performance.runs, self._now()
        if now is None:
            return runs
        found: list[Run] = []
        known = self.performance.clocks(self.births)
        for index, (run, clock) in enumerate(zip(runs, known, strict=True)):
            again = any(
                later.timeline == run.timeline and other is not None and other.begins_s <= now[1]
                for later, other in zip(runs[index + 1 :], known[index + 1 :], strict=True)
            )
            if clock is None:
                # It waits still, unless it was cancelled before its turn came.
                found += (
                    []
                    if any(change.revision <= now[0] and change.cancelled for change in run.changes)
                    else [run]
                )
            elif not _over(clock, now[1], again=again):
                found.append(self._fold(run, clock, *now) if clock.begins_s <= now[1] else run)
        return tuple(found)

    def _fold(self, run: Run, clock: Clock, newest: int, now_s: Fraction) -> Run:
        """``run``, which has begun, with all that was on air until ``newest`` in one change."""
        if run.at is None and run.waited is None:
            run = run.model_copy(update={"waited": exact_text(clock.begins_s - self.births[run.revision])})
        shown = [change for change in run.changes if change.revision <= newest]
        written = shown[-1].revision if shown else run.revision
        if clock.cancelled is not None or (len(shown) < 2 and self.revision - written <= FOLDED_AFTER):
            return run
        folded = ClockChange(
            revision=newest,
            time=exact_text(clock.time_at_s(now_s) or Fraction(0)),
            rate=float(clock.pieces[-1].rate),
            told=True,
        )
        return run.model_copy(update={"changes": (folded, *run.changes[len(shown) :])})


def _ended(clock: Clock, now: tuple[int, Fraction] | None) -> bool:
    return now is not None and clock.stage_at(now[1]) in ("completed", "cancelled")


def _over(clock: Clock, now_s: Fraction, *, again: bool) -> bool:
    """Whether nothing will ever be seen of a run again; ``again``: a later one of its timeline has begun."""
    stage = clock.stage_at(now_s)
    if stage == "cancelled":
        return again or not clock.holds_cancelled
    return stage == "completed" and again


def _changed(run: Run, change: ClockChange) -> Run:
    changes = run.changes
    if len(changes) >= MAX_CHANGES:
        # Nothing of it is on air: the two oldest are as good as one.
        changes = (_merged(*changes[:2]), *changes[2:])
    return run.model_copy(update={"changes": (*changes, change)})


def _merged(first: ClockChange, second: ClockChange) -> ClockChange:
    return ClockChange(
        revision=second.revision,
        time=first.time if second.time is None else second.time,
        rate=first.rate if second.rate is None else second.rate,
        cancelled=first.cancelled or second.cancelled,
    )
