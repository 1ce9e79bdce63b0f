"""What is told of timelines: on which frame, and once, whoever drives the stream."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from coordinator.cues import CueCaller
from coordinator.dispatch import Show, dispatch, resume
from coordinator.order import Order
from farm.clock import ManualClock, SystemClock
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.events import EventLog
from farm.store.scenes import SceneStore
from farm.timelines import TimelineDesk
from scene.performance import first_runs, read_performance
from tests.births import set_birth
from tests.coordinator.rig import credit, told

WAIT = {"id": "wait", "start": "now", "steps": [{"wait": 1}]}
KINDS = ("started", "completed", "cancelled", "looped", "frame")


class OnAir:
    """A stream that is on air at 30 frames a second, one dispatch a frame."""

    def __init__(self, redis: FarmRedis, *timelines: dict[str, Any]) -> None:
        self.redis = redis
        self.scenes = SceneStore(redis)
        self.desk = TimelineDesk(self.scenes, SystemClock())
        self.show: Show | None = None
        self.frame = -1
        self.playing = True
        self.started = 1
        self.fence = 1
        self.lead = 1
        self.epoch = 1
        self.began = {1: 0}
        """How many frames were sent before each epoch."""
        runs = first_runs(read_performance({"timelines": list(timelines)}, 1).timelines, 1)
        written = [run.model_dump(mode="json", exclude_none=True) for run in runs]
        self.scenes.commit("s", {"timelines": list(timelines), "runs": written}, expected_head=0)
        self.take_over()

    def take_over(self) -> None:
        """Another coordinator goes on from what was stored."""
        self.caller = CueCaller(self.scenes, EventLog(self.redis), ManualClock())
        self.show = None if self.show is None else resume(self.show.program)
        self.fence += 1

    def come_back(self) -> None:
        """Another coordinator and another encoder process go on: everything was killed."""
        assert self.show is not None
        self.show = resume(msgspec.structs.replace(self.show.program, emitted=self.frame))
        self.began[self.epoch + 1] = self.began[self.epoch] + self.frame + 1
        self.epoch += 1
        self.frame = -1
        self.take_over()

    def restart(self) -> None:
        """The stream is started again."""
        self.started += 1

    def run(self, frames: int) -> OnAir:
        """Dispatch so many frames more."""
        for _ in range(frames):
            said = credit(self.frame, lead=self.lead, epoch=self.epoch)
            order = Order(self.scenes.head("s"), self.playing, self.started)
            step = dispatch(self.show, said, order, self.fence, 0)
            assert step is not None
            if step.premiere is not None:
                self.redis.delete(keys.scene_births("s"))
                set_birth(self.redis, "s", step.premiere, 0)
            for revision, born in step.births.items():
                set_birth(self.redis, "s", revision, born)
            self.show = step.show
            self.caller.follow("s", "s", step)
            self.frame += 1
        return self

    def act(self, action: str, timeline: str, *arguments: Any) -> OnAir:
        """Do something to a timeline; the next frame shows it."""
        self.desk.act("s", "me", "", lambda hand: getattr(hand, action)(timeline, *arguments))
        return self

    def told(self) -> list[tuple[str, str, int]]:
        """Kind, timeline and frame, counted over the epochs, of all that was told, in its order."""
        found = [
            (kind, event["timeline"], self.began[event["epoch"]] + event["frame"])
            for kind in KINDS
            for event in told(self.redis, "s", f"timeline:{kind}")
        ]
        return sorted(found, key=lambda one: (one[2], KINDS.index(one[0])))


def test_a_start_and_an_end_are_told_with_the_frames_that_show_them(redis: FarmRedis) -> None:
    on_air = OnAir(redis, WAIT, {"id": "later", "start": 0.5, "steps": [{"wait": 0.01}]}).run(40)
    assert on_air.told() == [
        ("started", "wait", 0),
        ("started", "later", 15),
        ("completed", "later", 16),
        ("completed", "wait", 30),
    ]
    assert told(redis, "s", "timeline:completed")[1] == {
        "timeline": "wait",
        "time": 1.0,
        "frame": 30,
        "epoch": 1,
        "revision": 1,
    }


def test_actions_are_told_when_they_are_on_air(redis: FarmRedis) -> None:
    on_air = OnAir(redis, {"id": "line", "steps": [{"wait": 1}]}).run(5)
    on_air.act("start", "line").run(10).act("pause", "line").run(50).act("resume", "line").run(30)
    assert on_air.told() == [("started", "line", 5), ("completed", "line", 85)]
    on_air.act("start", "line").run(3).act("cancel", "line").run(3)
    assert on_air.told()[2:] == [("started", "line", 95), ("cancelled", "line", 98)]


def test_what_begins_while_scene_time_stands_still_is_told_once(redis: FarmRedis) -> None:
    on_air = OnAir(redis, {"id": "line", "steps": [{"wait": 1}]}).run(5)
    on_air.playing = False
    on_air.run(3).act("start", "line").run(5)
    assert on_air.told() == [("started", "line", 8)]
    on_air.playing = True
    on_air.run(40)
    assert on_air.told() == [("started", "line", 8), ("completed", "line", 43)]


def test_loops_and_frames_are_told_if_asked_for(redis: FarmRedis) -> None:
    line = {**WAIT, "loop": 3, "events": {"loops": True, "every": 20}}
    assert OnAir(redis, line).run(100).told() == [
        ("started", "wait", 0),
        ("frame", "wait", 0),
        ("frame", "wait", 20),
        ("looped", "wait", 30),
        ("frame", "wait", 40),
        ("looped", "wait", 60),
        ("frame", "wait", 60),
        ("frame", "wait", 80),
        ("completed", "wait", 90),
    ]


def test_the_runs_of_a_queue_are_told_one_by_one(redis: FarmRedis) -> None:
    on_air = OnAir(redis, {"id": "line", "queue": "q", "steps": [{"wait": 0.1}]}).run(1)
    for _ in range(3):
        on_air.act("start", "line")
    assert [frame for _, _, frame in on_air.run(20).told()] == [1, 4, 4, 7, 7, 10]


def test_a_new_start_of_the_stream_tells_again(redis: FarmRedis) -> None:
    on_air = OnAir(redis, WAIT).run(40)
    on_air.restart()
    assert on_air.run(40).told()[2:] == [("started", "wait", 40), ("completed", "wait", 70)]


def test_a_new_owner_tells_what_the_one_before_did_not(redis: FarmRedis) -> None:
    on_air = OnAir(redis, WAIT).run(10)
    on_air.caller = CueCaller(on_air.scenes, _Deaf(redis), ManualClock())
    on_air.run(25)
    assert [kind for kind, _, _ in on_air.told()] == ["started"]
    on_air.take_over()
    assert on_air.run(1).told()[1][0] == "completed"


class _Deaf(EventLog):
    """Says that somebody else has told."""

    def publish_once(self, *_: Any, **__: Any) -> bool:
        return False


def test_two_owners_at_once_tell_once(redis: FarmRedis) -> None:
    on_air = OnAir(redis, WAIT).run(5)
    other = CueCaller(on_air.scenes, EventLog(redis), ManualClock())
    for _ in range(40):
        assert on_air.show is not None
        last = msgspec.structs.replace(on_air.show.program, emitted=on_air.frame)
        step = dispatch(resume(last), credit(on_air.frame, lead=1), Order(1, True, 1), 9, 0)
        assert step is not None
        other.follow("s", "s", step)
        on_air.run(1)
    assert on_air.told() == [("started", "wait", 0), ("completed", "wait", 30)]


def test_frames_that_are_ordered_again_are_not_told_again(redis: FarmRedis) -> None:
    on_air = OnAir(redis, WAIT)
    on_air.lead = 4
    for _ in range(12):
        on_air.run(3).take_over()
    assert on_air.told() == [("started", "wait", 0), ("completed", "wait", 30)]


def test_a_scene_that_cannot_be_read_tells_nothing(redis: FarmRedis) -> None:
    on_air = OnAir(redis, WAIT).run(3)
    on_air.scenes.commit("s", {"timelines": "none"}, expected_head=1)
    assert on_air.run(40).told() == [("started", "wait", 0)]


BACK_TWICE = 2 * [(4, "seek", "b", "")]
steps = st.lists(
    st.tuples(
        st.integers(1, 9),
        st.sampled_from(["", "start", "start", "pause", "resume", "cancel", "seek"]),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["", "coordinator", "everything"]),
    ),
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
@example([(1, "start", "b", ""), *BACK_TWICE, (0, "", "b", "coordinator"), (1, "start", "a", "")])
@example([(1, "start", "b", ""), *BACK_TWICE, (0, "", "b", "everything"), (1, "start", "a", "")])
@example([(1, "start", "b", ""), *2 * [(1, "seek", "b", "")], (1, "resume", "b", "coordinator")])
@example([(1, "start", "b", ""), *2 * [(4, "seek", "b", "")], (1, "pause", "b", "coordinator")])
@example([(3, "start", "b", ""), (1, "pause", "b", ""), (1, "resume", "b", "coordinator")])
@example([(3, "start", "a", ""), (4, "start", "a", ""), (1, "cancel", "a", "")])
def test_owners_that_come_and_go_tell_the_same_once(
    redis: FarmRedis, steps: list[tuple[int, str, str, str]]
) -> None:
    lines: list[dict[str, Any]] = [
        {"id": "a", "queue": "q", "steps": [{"wait": 0.2}]},
        {"id": "b", "loop": 2, "steps": [{"wait": 0.1}], "events": {"loops": True}},
    ]
    stories = []
    for disturbed in (False, True):
        redis.flushdb()
        on_air = OnAir(redis, *lines).run(1)
        for frames, action, name, goes in steps:
            started = any(run.timeline == name and not run.cancelled for run in _runs(on_air))
            if action and (started or action == "start"):
                on_air.act(action, name, *([0.1] if action == "seek" else []))
            on_air.run(frames)
            if disturbed and goes:
                on_air.take_over() if goes == "coordinator" else on_air.come_back()
        stories.append(on_air.run(20).told())
    assert stories[0] == stories[1]
    assert len(stories[0]) == len(set(stories[0]))


def _runs(on_air: OnAir) -> Any:
    return on_air.desk.current("s").performance.runs
