"""What is told of takes: on which frames, whoever drives the stream."""

from __future__ import annotations

from fractions import Fraction

import msgspec
import pytest

from coordinator.dispatch import Show, dispatch, resume
from coordinator.order import Order
from coordinator.takes import TakeTeller
from farm.clock import ManualClock
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.scenes import RevisionNote, SceneStore, TakeNote
from tests.births import set_birth
from tests.coordinator.rig import credit


class OnAir:
    """A stream that is on air at 30 frames a second, one dispatch a frame."""

    def __init__(self, redis: FarmRedis) -> None:
        self.redis = redis
        self.scenes = SceneStore(redis)
        self.show: Show | None = None
        self.frame = -1
        self.playing = True
        self.started = 1
        self.fence = 0
        self.epoch = 1
        self.sent = 0
        """How many frames were sent before this epoch."""
        self.told: list[tuple[str, str, int]] = []
        self.edit()
        self.take_over()

    def take_over(self) -> None:
        """Another coordinator goes on from what was stored."""
        self.teller = TakeTeller(self.scenes, ManualClock())
        self.show = None if self.show is None else resume(self.show.program)
        self.fence += 1

    def come_back(self) -> None:
        """Another coordinator and another encoder process go on: everything was killed."""
        assert self.show is not None
        self.show = resume(msgspec.structs.replace(self.show.program, emitted=self.frame))
        self.sent += self.frame + 1
        self.epoch += 1
        self.frame = -1
        self.take_over()

    def edit(self, take: TakeNote | None = None) -> None:
        """A revision more."""
        note = RevisionNote("me", 0, "", take=take)
        self.scenes.commit("s", {}, expected_head=self.scenes.head("s"), note=note)

    def take(self, scene: str, seconds: Fraction | int = 0) -> OnAir:
        """A take, which the next frame shows."""
        self.edit(TakeNote(scene, "main", "fade" if seconds else "cut", Fraction(seconds)))
        return self

    def run(self, frames: int) -> OnAir:
        """Dispatch so many frames more."""
        for _ in range(frames):
            order = Order(self.scenes.head("s"), self.playing, self.started)
            step = dispatch(self.show, credit(self.frame, lead=1, epoch=self.epoch), order, self.fence, 0)
            assert step is not None
            if step.premiere is not None:
                self.redis.delete(keys.scene_births("s"))
                set_birth(self.redis, "s", step.premiere, 0)
            for revision, born in step.births.items():
                set_birth(self.redis, "s", revision, born)
            self.show = step.show
            for event in self.teller.events("s", "s", step):
                assert event.data["from"] == "main"
                self.told.append((event.type, event.data["scene"], self.sent + event.data["frame"]))
            self.frame += 1
        return self


@pytest.fixture
def on_air(redis: FarmRedis) -> OnAir:
    return OnAir(redis).run(10)


def test_a_cut_is_taken_and_complete_on_one_frame(on_air: OnAir) -> None:
    on_air.take("break").run(5)
    assert on_air.told == [("scene:taken", "break", 10), ("transition:complete", "break", 10)]


def test_a_transition_is_complete_when_the_new_scene_is_alone(on_air: OnAir) -> None:
    on_air.take("break", Fraction(1, 2)).run(40)
    assert on_air.told == [("scene:taken", "break", 10), ("transition:complete", "break", 25)]


def test_edits_meanwhile_do_not_change_that(on_air: OnAir) -> None:
    on_air.take("break", Fraction(1, 2)).run(5).edit()
    assert on_air.run(20).told == [("scene:taken", "break", 10), ("transition:complete", "break", 25)]


def test_a_take_that_no_frame_showed_is_not_told(on_air: OnAir) -> None:
    on_air.take("break", 1).take("end", 1).run(40)
    assert on_air.told == [("scene:taken", "end", 10), ("transition:complete", "end", 40)]


def test_a_transition_that_is_cut_short_is_not_complete(on_air: OnAir) -> None:
    on_air.take("break", 1).run(10).take("end").run(50)
    assert on_air.told == [
        ("scene:taken", "break", 10),
        ("scene:taken", "end", 20),
        ("transition:complete", "end", 20),
    ]


def test_a_pause_holds_it(on_air: OnAir) -> None:
    on_air.take("break", Fraction(1, 2)).run(5)
    on_air.playing = False
    on_air.run(20)
    on_air.playing = True
    assert on_air.run(20).told[-1] == ("transition:complete", "break", 45)


def test_another_owner_tells_its_end(on_air: OnAir) -> None:
    on_air.take("break", Fraction(1, 2)).run(5).take_over()
    assert on_air.run(20).told == [("scene:taken", "break", 10), ("transition:complete", "break", 25)]
    on_air.take_over()
    on_air.run(5)
    assert len(on_air.told) == 2


@pytest.mark.parametrize("frames", range(12, 18))
def test_what_ends_while_everything_is_killed_is_told_once(on_air: OnAir, frames: int) -> None:
    on_air.take("break", Fraction(1, 2)).run(frames).come_back()
    assert on_air.run(20).told == [("scene:taken", "break", 10), ("transition:complete", "break", 25)]


def test_what_a_stream_begins_with_is_no_take(on_air: OnAir) -> None:
    on_air.take("break", 1).run(5)
    on_air.started += 1
    assert on_air.run(60).told == [("scene:taken", "break", 10)]
    on_air.teller.forget_all_but([])
    assert on_air.run(5).told == [("scene:taken", "break", 10)]
