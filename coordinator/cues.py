"""Tells of timelines when they go on air, each event once: by moments of scene time, never by a clock.

Where a stream's telling has come to is kept together with the events, so that another coordinator goes on
there. It looks back a moment: what the one before it ordered but did not get to tell is told late, not lost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from coordinator.dispatch import Dispatch
from farm.clock import Clock
from farm.errors import NotFound, SceneInvalid
from farm.log import get_logger
from farm.messages import Event as Message
from farm.store.events import EventLog
from farm.store.programs import Program
from farm.store.scenes import SceneStore
from farm.timelines import performance_on_air
from scene.clock import Event
from scene.cues import Cue, Watch, cues, watches
from scene.performance import Performance
from scene.time import segment_at

log = get_logger(__name__)

LOOK_BACK_S = Fraction(2)
"""Of scene time, by a new owner."""

_BEGINNING = Event(Fraction(-1), 0)


@dataclass(slots=True)
class _Telling:
    """How far the telling of one stream has come, and what of its newest revision is still to come."""

    started_wall_ms: int | None
    told: Event
    mark: str
    revision: int = 0
    cues: list[Cue] = field(default_factory=list)
    """Those to come, in the order of time."""
    watches: list[Watch] = field(default_factory=list)


class _Passage(NamedTuple):
    """Frames that one revision tells of, each with the moment that it shows."""

    revision: int
    frames: Sequence[tuple[int, Event]]


class CueCaller:
    """Watches dispatches go by, and tells of the timelines in them. Methods raise StoreUnavailable."""

    def __init__(self, scenes: SceneStore, events: EventLog, clock: Clock) -> None:
        self._scenes = scenes
        self._events = events
        self._clock = clock
        self._tellings: dict[str, _Telling] = {}

    def follow(self, stream: str, source: str, step: Dispatch) -> None:
        """Tell what happens in the frames of ``step``, whose scene is that of the stream ``source``."""
        if not step.tasks:
            return
        program, frames = step.show.program, [task.frame for task in step.tasks]
        telling = self._tellings.get(stream)
        if telling is None or telling.started_wall_ms != program.started_wall_ms:
            telling = self._taken_up(stream, source, step)
        coming = [(frame, _shown(program, frame)) for frame in frames]
        told = self._tell(stream, source, telling, program, _Passage(program.segments[-1].revision, coming))
        if told:
            self._tellings[stream] = telling
        else:
            self._tellings.pop(stream, None)

    def forget_all_but(self, streams: Collection[str]) -> None:
        """Drop what is known of other streams."""
        for stream in self._tellings.keys() - set(streams):
            del self._tellings[stream]

    def _taken_up(self, stream: str, source: str, step: Dispatch) -> _Telling:
        """Where to begin, or to go on after somebody else; what that one left untold is told."""
        program, first = step.show.program, step.tasks[0].frame
        mark = self._events.mark(stream)
        if step.premiere is not None:
            return _Telling(program.started_wall_ms, _BEGINNING, mark)
        told = _resumed(mark, program, first)
        telling = _Telling(program.started_wall_ms, told, mark)
        past = _past(program, first, told)
        if past is not None:
            self._tell(stream, source, telling, program, past)
        return telling

    def _tell(self, stream: str, source: str, telling: _Telling, program: Program, passage: _Passage) -> bool:
        """Tell what happens in ``passage``; whether nobody else did."""
        # A revision may know less of the past than the one before it, of which all until now is told: who
        # comes after us looks back no further than to its first frame.
        closes = telling.revision != passage.revision and self._read(
            telling, stream, source, passage.revision
        )
        until = passage.frames[-1][1]
        due = telling.watches or (telling.cues and telling.cues[0].moment <= until)
        found = list(_due(telling, passage)) if due else []
        if (found or closes) and not self._publish(stream, telling, program, found, until):
            return False
        telling.told = until
        telling.cues = [cue for cue in telling.cues if cue.moment > until]
        return True

    def _read(self, telling: _Telling, stream: str, source: str, revision: int) -> bool:
        """Find out what is to come in ``revision``; whether it has timelines that run or ran."""
        telling.revision, telling.cues, telling.watches = revision, [], []
        performance = self._performance(source, revision)
        if performance.runs:
            wanted = {number for run in performance.runs for number in run.revisions}
            births = self._scenes.births(stream, wanted, until=revision)
            telling.cues = [cue for cue in cues(performance, births) if cue.moment > telling.told]
            telling.watches = watches(performance, births)
        return bool(performance.runs)

    def _performance(self, source: str, revision: int) -> Performance:
        try:
            return performance_on_air(self._scenes.load(source, revision), revision)
        except (NotFound, SceneInvalid) as error:
            log.warning("nothing can be told of timelines", stream=source, reason=error.message)
            return Performance()

    def _publish(
        self,
        stream: str,
        telling: _Telling,
        program: Program,
        found: Sequence[tuple[Cue, int]],
        until: Event,
    ) -> bool:
        """Whether nobody else did."""
        mark = f"{program.started_wall_ms} {until.scene_time_s} {until.revision}"
        now_ms = self._clock.wall_ms()
        messages = [
            Message(
                f"timeline:{cue.kind}",
                stream,
                now_ms,
                {
                    "timeline": cue.timeline,
                    "time": float(cue.time_s),
                    "frame": frame,
                    "epoch": program.epoch,
                    "revision": cue.moment.revision,
                },
            )
            for cue, frame in found
        ]
        told = self._events.publish_once(stream, messages, mark=telling.mark, new_mark=mark)
        if told:
            telling.mark = mark
        else:
            log.warning("somebody else tells of timelines", stream=stream)
        return told


def _due(telling: _Telling, passage: _Passage) -> Iterator[tuple[Cue, int]]:
    """What happens in ``passage``, each with the first frame that shows it."""
    since, coming = telling.told, iter(telling.cues)
    cue = next(coming, None)
    for frame, shown in passage.frames:
        while cue is not None and cue.moment <= shown:
            yield cue, frame
            cue = next(coming, None)
        if shown > since:
            for watch in telling.watches:
                for told in watch.between(since, shown, frame):
                    yield told, frame
            since = shown


def _past(program: Program, first: int, told: Event) -> _Passage | None:
    """What somebody else ordered before frame ``first`` and of which only all until ``told`` is known to be
    told: to be told as the revision of those frames has it, for the next one may know less of them."""
    if first > program.segments[0].from_frame:
        shown = _shown(program, first - 1)
        return _Passage(shown.revision, [(first - 1, shown)]) if shown > told else None
    # The encoder process is another one, too, and what its last frame was is not kept: a frame earlier.
    shown = Event(_shown(program, first).scene_time_s - 1 / program.fps, told.revision)
    return _Passage(told.revision, [(first, shown)]) if shown > told and told.revision else None


def _shown(program: Program, frame: int) -> Event:
    segment = segment_at(program.segments, frame)
    return Event(segment.time_at_s(frame, program.fps), segment.revision)


def _resumed(mark: str, program: Program, first: int) -> Event:
    """Where to go on after somebody else, who wrote ``mark``."""
    began = max(first - 1, program.segments[0].from_frame)
    looked_back = Event(_shown(program, began).scene_time_s - LOOK_BACK_S, 0)
    started, _, moment = mark.partition(" ")
    time, _, revision = moment.partition(" ")
    if started != str(program.started_wall_ms):
        return looked_back
    return max(looked_back, Event(Fraction(time), int(revision)))
