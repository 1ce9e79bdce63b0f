"""Actions on timelines: what they make of the clocks, and that these need no stepping."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scene.actions import MAX_WAITING, NotPossible, Stagehand, UnknownTimeline, UnknownTrigger
from scene.clock import Clock
from scene.performance import Performance, read_performance
from scene.runs import MAX_CHANGES
from tests.births import births_until

F = Fraction
FPS = 10


def performance(*timelines: dict[str, Any], **fields: Any) -> Performance:
    return read_performance({"timelines": list(timelines), **fields}, 1)


def line(name: str = "line", seconds: float = 1, **fields: Any) -> dict[str, Any]:
    """A timeline that lasts so long."""
    return {"id": name, "steps": [{"wait": seconds}], **fields}


class Stage:
    """A stream on air: actions become revisions, each born a while after the one before."""

    def __init__(self, begin: Performance) -> None:
        self.now = begin
        self.revision = 1
        self.births = {1: F(0)}

    def act(self, tenths: int, action: str, *arguments: Any, **options: Any) -> Stage:
        """Do it; the frame at so many tenths of a second is the first to show it."""
        hand = Stagehand(self.now, self.revision + 1, births_until(self.births, self.revision))
        self.now = getattr(hand, action)(*arguments, **options)
        self.revision += 1
        self.births[self.revision] = F(tenths, 10)
        return self

    def clock(self, name: str = "line") -> Clock | None:
        """The clock of the timeline's last run."""
        found = [
            clock
            for run, clock in zip(self.now.runs, self.now.clocks(self.births), strict=True)
            if run.timeline == name
        ]
        return found[-1] if found else None

    def at(self, tenths: int, name: str = "line") -> tuple[str, float | None]:
        """What the timeline does then, and the time within the play that shows."""
        clock = self.clock(name)
        if clock is None:
            return "idle", None
        shown = clock.play_at_s(F(tenths, 10))
        return clock.stage_at(F(tenths, 10)), None if shown is None else float(shown)


def on_air(**fields: Any) -> Stage:
    return Stage(performance(line(seconds=10, **fields)))


def test_a_start_begins_with_the_frame_that_shows_it() -> None:
    stage = on_air().act(50, "start", "line")
    assert [stage.at(t) for t in (49, 50, 65, 149, 150, 999)] == [
        ("waiting", None),
        ("playing", 0),
        ("playing", 1.5),
        ("playing", 9.9),
        ("completed", 10),
        ("completed", 10),
    ]


def test_a_start_may_have_its_second_and_its_rate() -> None:
    stage = on_air().act(50, "start", "line", at=2, rate=0.5)
    assert [stage.at(t) for t in (50, 60)] == [("playing", 1.5), ("playing", 2)]
    assert on_air(rate=4).act(50, "start", "line").at(60) == ("playing", 4)


def test_a_pause_stands_and_a_resume_goes_on() -> None:
    stage = on_air().act(0, "start", "line").act(30, "pause", "line")
    assert [stage.at(t) for t in (20, 30, 99)] == [("playing", 2), ("paused", 3), ("paused", 3)]
    stage.act(100, "resume", "line")
    assert [stage.at(t) for t in (100, 110, 170)] == [("playing", 3), ("playing", 4), ("completed", 10)]
    assert stage.act(180, "resume", "line").at(190) == ("completed", 10)


def test_a_seek_goes_there_playing_or_paused_as_it_is() -> None:
    stage = on_air().act(0, "start", "line").act(10, "seek", "line", 7.5)
    assert [stage.at(t) for t in (10, 20)] == [("playing", 7.5), ("playing", 8.5)]
    stage.act(20, "pause", "line").act(30, "seek", "line", 1)
    assert stage.at(99) == ("paused", 1)
    assert stage.act(99, "resume", "line").at(109) == ("playing", 2)
    assert stage.act(300, "seek", "line", 99).at(300) == ("completed", 10)
    assert stage.act(310, "seek", "line", 9).at(315) == ("playing", 9.5)


def test_a_seek_shows_a_moment_of_what_was_not_started() -> None:
    stage = on_air().act(5, "seek", "line", 2)
    assert stage.at(99) == ("paused", 2)
    assert stage.act(100, "resume", "line").at(110) == ("playing", 3)


@pytest.mark.parametrize(("on_cancel", "shown"), [("return", None), ("hold", 3)])
def test_a_cancel_ends_it(on_cancel: str, shown: float | None) -> None:
    stage = on_air(onCancel=on_cancel).act(0, "start", "line").act(30, "cancel", "line")
    assert stage.at(29) == ("playing", 2.9)
    assert stage.at(30) == stage.at(99) == ("cancelled", shown)
    assert stage.act(100, "start", "line").at(105) == ("playing", 0.5)


def test_a_cancel_lets_go_of_what_is_held() -> None:
    stage = on_air().act(0, "start", "line").act(200, "cancel", "line")
    assert stage.at(200) == ("cancelled", None)


def test_a_start_meanwhile_begins_again() -> None:
    stage = on_air().act(0, "start", "line").act(30, "start", "line")
    assert [stage.at(t) for t in (29, 30, 40)] == [("waiting", None), ("playing", 0), ("playing", 1)]
    assert len(stage.now.runs) == 1


def queue() -> Stage:
    return Stage(performance(line("a", 1, queue="q"), line("b", 2, queue="q"), line("c", 1)))


def test_a_queue_plays_one_at_a_time_in_the_order_of_the_starts() -> None:
    stage = queue().act(0, "start", "a").act(2, "start", "b").act(3, "start", "a").act(4, "start", "c")
    assert [stage.at(t, "b")[0] for t in (9, 10, 29, 30)] == ["waiting", "playing", "playing", "completed"]
    assert [stage.at(t, "a")[0] for t in (29, 30, 40)] == ["waiting", "playing", "completed"]
    assert stage.at(4, "c")[0] == "playing"


def test_a_queue_waits_while_one_of_it_is_paused_and_goes_on_when_that_is_cancelled() -> None:
    stage = queue().act(0, "start", "a").act(2, "start", "b").act(5, "pause", "a")
    assert stage.at(999, "b") == ("idle", None)
    stage.act(100, "cancel", "a")
    assert [stage.at(t, "b") for t in (99, 100, 110)] == [("waiting", None), ("playing", 0), ("playing", 1)]
    stage.act(110, "pause", "b")
    assert stage.at(120, "b") == ("paused", 1)


def test_a_cancel_takes_out_of_the_queue_what_waits() -> None:
    stage = queue().act(0, "start", "a").act(2, "start", "b").act(3, "start", "a").act(5, "cancel", "b")
    assert stage.at(10, "b") == ("idle", None)
    assert stage.at(15, "a") == ("playing", 0.5)
    assert [run.timeline for run in stage.act(20, "start", "c").now.runs] == ["a", "a", "c"]


def test_what_has_ended_makes_room_in_the_queue() -> None:
    stage = queue()
    for index in range(100):
        stage.act(20 * index, "start", "a")
    assert stage.at(20 * 99 + 5, "a") == ("playing", 0.5)
    assert len(stage.now.runs) == 2


def test_a_queue_is_bounded() -> None:
    stage = queue()
    for _ in range(MAX_WAITING):
        stage.act(0, "start", "b")
    with pytest.raises(NotPossible, match="wait in the queue 'q'; cancel some"):
        stage.act(0, "start", "a")
    assert stage.act(0, "cancel", "b").act(1, "start", "a").at(2, "a") == ("playing", 0.1)


def test_what_cannot_be_is_refused() -> None:
    stage = on_air()
    for action in ("start", "pause", "resume", "cancel"):
        with pytest.raises(UnknownTimeline):
            stage.act(0, action, "nope")
    for action in ("pause", "resume"):
        with pytest.raises(NotPossible, match="was not started; start it"):
            stage.act(0, action, "line")
    with pytest.raises(NotPossible, match="was not started; start it"):
        queue().act(0, "seek", "a", 1)
    with pytest.raises(UnknownTrigger):
        stage.act(0, "trigger", "bid")
    assert stage.act(0, "cancel", "line").now == on_air().now


def test_a_trigger_does_all_that_the_scene_says_of_it() -> None:
    triggers = [
        {"on": "bid", "start": ["flash"], "cancel": ["intro", "flash"]},
        {"on": "bid", "pause": ["clock", "never"]},
        {"on": "break", "resume": ["clock"]},
    ]
    lines = [line(name, 10) for name in ("flash", "intro", "clock", "never")]
    stage = Stage(performance(*lines, triggers=triggers))
    for name in ("flash", "intro", "clock"):
        stage.act(0, "start", name)
    stage.act(50, "trigger", "bid")
    stages = {name: stage.at(60, name) for name in ("flash", "intro", "clock", "never")}
    assert stages == {
        "flash": ("playing", 1),
        "intro": ("cancelled", None),
        "clock": ("paused", 5),
        "never": ("idle", None),
    }
    assert stage.act(70, "trigger", "break").at(80, "clock") == ("playing", 6)


def test_runs_stay_short_however_often_they_are_paused() -> None:
    stage = Stage(performance(line(seconds=80_000)))
    stage.act(0, "start", "line")
    for tenths in range(1, 2001, 2):
        stage.act(tenths, "pause", "line").act(tenths + 1, "resume", "line")
    assert stage.at(2010) == ("playing", 101)
    assert len(stage.now.runs[0].changes) <= 2


def test_off_the_air_they_stay_short_too() -> None:
    stage = on_air()
    stage.births.clear()
    for _ in range(30):
        hand = Stagehand(stage.now, stage.revision + 1, {})
        stage.now = hand.start("line") if stage.revision == 1 else hand.pause("line")
        stage.revision += 1
    assert len(stage.now.runs[0].changes) == MAX_CHANGES
    stage.births = births_until({stage.revision: F(0)}, stage.revision)
    assert stage.at(5) == ("paused", 0)


def test_a_long_run_is_written_anew_before_its_birth_is_forgotten() -> None:
    stage = Stage(performance(line(seconds=3, loop=True), line("other", 1)))
    stage.act(0, "start", "line")
    for tenths in range(1, 1200):
        stage.act(tenths, "start", "other")
    assert stage.now.runs[0].changes[-1].revision > 1000
    assert stage.at(1201) == ("playing", 0.1)


LENGTHS = {"a": 4, "b": 7, "x": 5, "y": 12}
"""Frames; a and b share a queue, y plays twice."""


@dataclass
class Stepped:
    """What the same actions do to timelines that are stepped frame by frame."""

    time: dict[str, int] = field(default_factory=dict)
    playing: dict[str, bool] = field(default_factory=dict)
    queue: list[str] = field(default_factory=list)

    def act(self, action: str, name: str, to: int) -> None:
        if action == "start":
            self._start(name)
        elif action == "cancel":
            self._cancel(name)
        elif name in "ab" and self.queue[:1] != [name]:
            pass  # it has ended, or waits
        elif action == "seek" and name not in self.time:
            self.time[name], self.playing[name] = min(to, LENGTHS[name]), False
        elif name in self.time:
            self.playing[name] = {"pause": False, "resume": True}.get(action, self.playing[name])
            self.time[name] = min(to, LENGTHS[name]) if action == "seek" else self.time[name]
        self._end()

    def _start(self, name: str) -> None:
        if name in "ab":
            self.queue.append(name)
        if name not in "ab" or len(self.queue) == 1:
            self.time[name], self.playing[name] = 0, True

    def _cancel(self, name: str) -> None:
        active = self.queue[:1] == [name]
        self.time.pop(name, None)
        self.queue = [other for other in self.queue if other != name]
        if active:
            self._next()

    def step(self) -> None:
        for name in self.time:
            if self.playing[name]:
                self.time[name] = min(self.time[name] + 1, LENGTHS[name])
        self._end()

    def _end(self) -> None:
        while self.queue and self.time[self.queue[0]] == LENGTHS[self.queue[0]]:
            self.queue.pop(0)
            self._next()

    def _next(self) -> None:
        if self.queue:
            self.time[self.queue[0]], self.playing[self.queue[0]] = 0, True


def shown(now: Performance, births: dict[int, Fraction], frame: int) -> dict[str, int]:
    """The time of every timeline that shows something, in frames."""
    found: dict[str, int] = {}
    for run, clock in zip(now.runs, now.clocks(births), strict=True):
        time_s = None if clock is None else clock.time_at_s(F(frame, FPS))
        if clock is not None and time_s is not None and clock.play_at_s(F(frame, FPS)) is not None:
            found[run.timeline] = int(time_s * FPS)
    return found


acts = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.sampled_from(["start", "start", "pause", "resume", "seek", "cancel"]),
        st.sampled_from("abxy"),
        st.integers(0, 8),
        st.booleans(),
    ),
    max_size=14,
)
"""Frames since the last one, what, which, where to seek, whether births are known when it is asked for."""


@settings(max_examples=150, deadline=None)
@given(acts)
def test_the_closed_form_equals_stepping(acts: list[tuple[int, str, str, int, bool]]) -> None:
    lines = [line(name, frames / FPS, queue="q") for name, frames in LENGTHS.items() if name in "ab"]
    lines += [line("x", LENGTHS["x"] / FPS), line("y", LENGTHS["y"] / FPS / 2, loop=2)]
    now, stepped, births, known, frame = performance(*lines), Stepped(), {1: F(0)}, {1: F(0)}, 0
    for revision, (frames, action, name, to, told) in enumerate(acts, 2):
        hand, extra = (
            Stagehand(now, revision, births_until(known, revision - 1)),
            [to / FPS][action != "seek" :],
        )
        with suppress(NotPossible):
            now = getattr(hand, action)(name, *extra)
        for _ in range(frames):
            frame += 1
            stepped.step()
        births[revision] = F(frame, FPS)
        if told:
            known = dict(births)
        stepped.act(action, name, to)
        assert shown(now, births, frame) == stepped.time
    for _ in range(12):
        frame += 1
        stepped.step()
        assert shown(now, births, frame) == stepped.time
