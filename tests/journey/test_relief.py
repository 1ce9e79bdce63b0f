"""An overloaded stream through real orders, workers, rings and canvases: however its measures change and
whatever is lost, after each frame the canvas is the full drawing of that frame in its size, byte for byte."""

from __future__ import annotations

import random
from collections import defaultdict
from fractions import Fraction

import msgspec
import numpy as np
import pytest

from coordinator.degrade import Measures
from coordinator.dispatch import Show, dispatch
from coordinator.order import Order, relieved
from encoder.arrivals import Arrivals
from encoder.canvas import Canvas
from encoder.feed import Feed
from encoder.sequencer import Sequencer
from farm.clock import ManualClock
from farm.messages import Credit, Delivery, FrameDone, FrameTask
from farm.settings import load_settings
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.transport.mailbox import Letter
from farm.transport.ring import Ring
from tests.encoder.witness import Witnessed
from tests.journey.test_loss import LAYERS
from tests.workers.farmhand import FPS, HEIGHT, WIDTH, put_scene
from workers.renderer import Renderer

SLOTS, LEAD, FENCE, TICKS = 8, 3, 1, 90
LOST = 0.12
MEASURES = (
    Measures(),
    Measures(batch=2, ahead=1),
    Measures(lean=True),
    Measures(hold=2),
    Measures(batch=2, ahead=1, hold=2, lean=True, scale=Fraction(2, 3)),
    Measures(hold=3, scale=Fraction(1, 2)),
    Measures(scale=Fraction(1, 2)),
)
SCENE = (*LAYERS[:-1], {**LAYERS[-1], "optional": True})


class Relieved:
    """A stream whose measures change every few ticks, by ring or by mailbox."""

    def __init__(self, redis: FarmRedis, chance: random.Random, *, by_ring: bool) -> None:
        self.redis = redis
        self.chance = chance
        self.by_ring = by_ring
        transport = load_settings({"FRAME_TRANSPORT": "auto" if by_ring else "mailbox"})
        self.worker = Renderer(transport, redis, ManualClock(), "worker")
        mailbox = load_settings({"FRAME_TRANSPORT": "mailbox"})
        self.referee = Renderer(mailbox, redis, ManualClock(), "referee")
        self.ring = Ring.create("relief", WIDTH, HEIGHT, SLOTS)
        box = keys.mailbox("s", 1)
        self.delivery = Delivery(self.ring.name, self.ring.nonce, box, WIDTH, HEIGHT, SLOTS)
        self.sequencer = Sequencer("s", 1, SLOTS)
        arrivals = Arrivals(dict.fromkeys(range(2), 0).get)
        self.feed = Feed(self.sequencer, self.ring, ManualClock(), Witnessed(), arrivals)
        self.canvas = Canvas(WIDTH, HEIGHT)
        self.order = Order(put_scene(redis, *SCENE), playing=True, started_wall_ms=1)
        self.show: Show | None = None
        self.due: defaultdict[int, list[FrameTask]] = defaultdict(list)
        self.ordered: dict[int, FrameTask] = {}
        redis.set(keys.passed("s", 1), -1)

    def run(self, ticks: int) -> None:
        self.direct()
        for tick in range(ticks):
            if tick % 7 == 0:
                self.order = relieved(self.order, self.chance.choice(MEASURES))
            self.tick(tick)
            self.direct()

    def direct(self) -> None:
        """What the coordinator does with the credit after a tick."""
        sequencer = self.sequencer
        emitted, canvas, fence = sequencer.emitted, sequencer.canvas, sequencer.fence
        credit = Credit("s", 1, emitted, canvas, LEAD, FPS, fence, self.delivery, drawn=sequencer.drawn)
        step = dispatch(self.show, credit, self.order, FENCE, 0)
        assert step is not None
        self.show = step.show
        for task in step.tasks:
            self.ordered[task.frame] = task
            if self.chance.random() >= LOST:
                self.due[emitted + 1 + self.chance.choice((0, 0, 1, 3))].append(task)

    def tick(self, tick: int) -> None:
        for task in self.due.pop(tick, []):
            if self.by_ring:
                self.worker.render(task)
            else:
                self.feed.put(self.letter(self.worker, task))
        self.feed.collect()
        before = self.canvas.buffer.copy()
        applied = self.feed.apply(tick, self.canvas.picture)
        if applied.done is None:
            assert np.array_equal(self.canvas.buffer, before), "a repeat changes nothing"
        else:
            self.canvas.show(applied.done.drawn)
            assert np.array_equal(self.canvas.buffer, self.full_drawing(applied.done))
        self.sequencer.close_tick(tick, applied.choice)
        self.ring.emitted = tick

    def full_drawing(self, done: FrameDone) -> np.ndarray:
        """The whole frame, as a worker of its own draws it, in its size, scaled up to a fresh canvas."""
        letter = self.letter(self.referee, msgspec.structs.replace(self.ordered[done.frame], base=-1))
        canvas = Canvas(WIDTH, HEIGHT)
        letter.copy_to(canvas.picture(letter.done.drawn))
        canvas.show(letter.done.drawn)
        return canvas.buffer

    def letter(self, worker: Renderer, task: FrameTask) -> Letter:
        worker.render(task)
        message = self.redis.lpop(task.delivery.mailbox)
        assert isinstance(message, bytes)
        return Letter.unpack(message, WIDTH, HEIGHT)

    def close(self) -> None:
        self.worker.close()
        self.referee.close()
        self.ring.close(unlink=True)


@pytest.mark.parametrize("by_ring", [True, False], ids=["ring", "mailbox"])
@pytest.mark.parametrize("seed", range(3))
def test_the_canvas_is_a_full_drawing_whatever_a_stream_does_without(
    redis: FarmRedis, seed: int, *, by_ring: bool
) -> None:
    stream = Relieved(redis, random.Random(seed), by_ring=by_ring)
    stream.run(TICKS)
    stream.close()
    counts = stream.sequencer
    assert counts.held > 0
    assert counts.fresh + counts.held + counts.blank >= TICKS / 2
    tasks = stream.ordered.values()
    assert any(task.base >= 0 and task.drawn for task in tasks), "patches of small pictures"
