"""Where a stream's timelines are, in the words of the API."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from api.http.on_air import scene_time_s
from api.http.services import Services
from api.http.shapes import Shape
from farm.timelines import Played
from scene.clock import Clock, Stage
from scene.runs import Run
from scene.steps import placed
from scene.timeline import Timeline
from scene.tracks import plays


class TimelineShape(Shape):
    """One timeline and what it is doing. ``time`` and ``duration`` are its own seconds, within one play;
    ``play`` counts from 1, ``plays`` is null for one that loops for ever. ``waiting`` is how often it is
    still to play in its queue."""

    id: str
    state: Stage
    time: float | None
    duration: float
    play: int | None
    plays: int | None
    queue: str | None
    waiting: int


class TimelinesShape(Shape):
    """All timelines of a scene, in its order, and the second of scene time that they are told of."""

    timelines: list[TimelineShape]
    scene_time: float


def timelines_now(farm: Services, stream: str, played: Played) -> TimelinesShape:
    """What they are doing: on air as of the last second, in ``played`` as if it were on air by now."""
    # What is known to be on air may be younger than what was last said of the frames that were sent.
    now_s = max(scene_time_s(farm, stream), *played.births.values(), Fraction(0))
    mentioned = {number for run in played.performance.runs for number in run.revisions}
    clocks = played.performance.clocks({**dict.fromkeys(mentioned, now_s), **played.births})
    runs = list(zip(played.performance.runs, clocks, strict=True))
    return TimelinesShape(
        timelines=[_shape(timeline, runs, now_s) for timeline in played.performance.timelines],
        scene_time=float(now_s),
    )


def _shape(timeline: Timeline, runs: Sequence[tuple[Run, Clock | None]], now_s: Fraction) -> TimelineShape:
    mine = [(run, clock) for run, clock in runs if run.timeline == timeline.id]
    begun = [clock for _, clock in mine if clock is not None and clock.begins_s <= now_s]
    waiting = [run for run, clock in mine if not run.cancelled and (clock is None or clock.begins_s > now_s)]
    stage: Stage = "waiting" if waiting else "idle"
    length_s = placed(timeline.steps)[1]
    time_s = play = None
    if begun:
        stage, time_s = begun[-1].stage_at(now_s), begun[-1].play_at_s(now_s)
        whole_s = begun[-1].time_at_s(now_s)
        if time_s is not None and whole_s is not None:
            play = _play(whole_s, length_s, plays(timeline.loop))
    return TimelineShape(
        id=timeline.id,
        state=stage,
        time=None if time_s is None else float(time_s),
        duration=float(length_s),
        play=play,
        plays=plays(timeline.loop),
        queue=timeline.queue,
        waiting=len(waiting),
    )


def _play(time_s: Fraction, length_s: Fraction, times: int | None) -> int:
    """Which play shows, from 1; the last one holds."""
    play = int(time_s // length_s) + 1 if length_s else 1
    return play if times is None else min(play, times)
