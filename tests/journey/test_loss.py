"""Every loss pattern, through real workers, the real ring or mailbox, and the real sequencer: after each
frame that is applied the canvas is the full drawing of that frame, byte for byte."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from fractions import Fraction
from itertools import groupby
from typing import Any

import numpy as np
import pytest

from encoder.arrivals import Arrivals
from encoder.canvas import Canvas
from encoder.feed import Feed
from encoder.sequencer import Sequencer
from farm.clock import ManualClock
from farm.messages import Delivery, FrameTask
from farm.settings import load_settings
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.transport.mailbox import Letter
from farm.transport.ring import Ring
from scene.time import Segment, segment_at, segments_covering
from tests.encoder.witness import Witnessed
from tests.journey.loss import LEAD, Pattern, patterns
from tests.workers.farmhand import FPS, HEIGHT, WIDTH, put_scene, same, segment, task
from workers.renderer import Renderer

SLOTS = 8


def moves(name: str, to: float, seconds: float, **start: float) -> dict[str, Any]:
    return {"property": name, "to": to, "duration": seconds, "loop": True, "yoyo": True, "start": 0, **start}


SLIDER: dict[str, Any] = {
    "type": "shape",
    "shape": "circle",
    "fill": "#f59e0bc0",
    "size": {"width": 30, "height": 22},
    "position": {"x": 4, "y": 31},
    "animations": [moves("position.x", 90, 0.4, **{"from": 4})],
}
LAYERS: tuple[dict[str, Any], ...] = (
    {
        "type": "colour",
        "colour": "#3050a0",
        "position": {"x": 60, "y": 0},
        "size": {"width": 41, "height": 96},
    },
    {"type": "frame_number", "bits": 8, "cell": 7, "position": {"x": 3, "y": 75}},
    {**SLIDER, "zIndex": 3},
    {
        "type": "text",
        "text": "on air",
        "fontSize": 20,
        "position": {"x": 70, "y": 40},
        "anchor": {"x": 0.5, "y": 0.5},
        "zIndex": 4,
        "animations": [moves("rotation", 40, 0.5), moves("opacity", 0.2, 0.3)],
    },
)


def edited(edits: int) -> list[dict[str, Any]]:
    """The layers after so many edits: one goes, one changes its colour, all are in another order."""
    kept = [layer for index, layer in enumerate(LAYERS) if edits == 0 or index != edits % len(LAYERS)]
    fresh = {
        "type": "colour",
        "colour": f"#{40 * edits:02x}ff80",
        "size": {"width": 20 + 8 * edits, "height": 15},
    }
    return [*kept, fresh] if edits else kept


class Epoch:
    """One encoder process: its ring, its feed, its canvas."""

    def __init__(self, redis: FarmRedis, number: int, segments: Sequence[Segment]) -> None:
        self.number = number
        self.segments = list(segments)
        self.ring = Ring.create("loss", WIDTH, HEIGHT, SLOTS)
        self.delivery = Delivery(
            self.ring.name, self.ring.nonce, keys.mailbox("s", number), WIDTH, HEIGHT, SLOTS
        )
        self.sequencer = Sequencer("s", number, SLOTS)
        arrivals = Arrivals(dict.fromkeys(range(2), 0).get)
        self.feed = Feed(self.sequencer, self.ring, ManualClock(), Witnessed(), arrivals)
        self.canvas = Canvas(WIDTH, HEIGHT)
        self.ordered = -1
        self.ended = False
        self.due: defaultdict[int, list[tuple[FrameTask, Letter | None]]] = defaultdict(list)
        """Before which tick what is delivered."""
        redis.set(keys.passed("s", number), -1)

    def end(self) -> None:
        """The process is gone, and its memory with it."""
        if not self.ended:
            self.ended = True
            self.ring.close(unlink=True)

    def time_s(self, frame: int) -> Fraction:
        return segment_at(self.segments, frame).time_at_s(frame, FPS)


class Stream:
    """A stream of which frames are lost by ``pattern``, by ring or by mailbox."""

    def __init__(self, redis: FarmRedis, pattern: Pattern, *, by_ring: bool) -> None:
        self.redis = redis
        self.pattern = pattern
        self.by_ring = by_ring
        transport = load_settings({"FRAME_TRANSPORT": "auto" if by_ring else "mailbox"})
        self.workers = [
            Renderer(transport, redis, ManualClock(), f"worker-{number}") for number in range(pattern.workers)
        ]
        self.referee = Renderer(
            load_settings({"FRAME_TRANSPORT": "mailbox"}), redis, ManualClock(), "referee"
        )
        self.epoch = Epoch(redis, 1, [segment(revision=put_scene(redis, *edited(0)))])
        self.edits = 0
        self.shown: list[int | None] = []
        """What each tick of the present epoch showed anew."""
        self.freezes: list[int] = []

    def run(self) -> None:
        ticks_of_epoch = 0
        self.order()
        for tick in range(self.pattern.ticks):
            self.tick(ticks_of_epoch)
            ticks_of_epoch += 1
            if tick in self.pattern.edits:
                self.edit()
            if tick in self.pattern.epochs:
                self.replace_process()
                ticks_of_epoch = 0
            self.order()
        self.end_epoch()

    def order(self) -> None:
        """What the coordinator does with the credit after a tick."""
        epoch, emitted = self.epoch, self.epoch.sequencer.emitted
        for frame in range(max(epoch.ordered, emitted) + 1, emitted + LEAD + 1):
            base = epoch.sequencer.canvas
            wanted = task(
                frame,
                base,
                segments_covering(epoch.segments, frame if base < 0 else base, frame),
                epoch=epoch.number,
                delivery=epoch.delivery,
            )
            letter = None if self.by_ring else self.letter(self.workers[frame % len(self.workers)], wanted)
            for delay in self.pattern.delays(epoch.number, frame):
                before = emitted + 1 + delay
                stalled, woken = self.pattern.stalls.get(frame % len(self.workers), (0, 0))
                if stalled <= before < woken:
                    before = woken
                epoch.due[before].append((wanted, letter))
            epoch.ordered = frame

    def tick(self, tick: int) -> None:
        epoch = self.epoch
        for wanted, letter in epoch.due.pop(tick, []):
            if letter is not None:
                epoch.feed.put(letter)
            else:
                self.workers[wanted.frame % len(self.workers)].render(wanted)
        epoch.feed.collect()
        before = epoch.canvas.buffer.copy()
        applied = epoch.feed.apply(tick, epoch.canvas.picture)
        epoch.sequencer.close_tick(tick, applied.choice)
        epoch.ring.emitted = tick
        self.shown.append(applied.choice.frame)
        if applied.done is None:
            assert np.array_equal(epoch.canvas.buffer, before), "a repeat changes nothing"
        else:
            assert same(epoch.canvas.planes, self.full_drawing(applied.done.frame))

    def edit(self) -> None:
        """The next frame that is ordered shows another revision."""
        self.edits += 1
        first = max(self.epoch.ordered, self.epoch.sequencer.emitted) + 1
        at_s = self.epoch.time_s(first)
        revision = put_scene(self.redis, *edited(self.edits), birth=at_s)
        self.epoch.segments.append(segment(first, revision, at_s))

    def replace_process(self) -> None:
        """A new epoch goes on where the old one was; what is under way is refused there."""
        old = self.epoch
        on_air = segment_at(old.segments, old.sequencer.emitted + 1)
        at_s = old.time_s(old.sequencer.emitted + 1)
        self.end_epoch()
        self.epoch = Epoch(self.redis, old.number + 1, [segment(0, on_air.revision, at_s)])
        for late in [letter for due in old.due.values() for _, letter in due if letter is not None]:
            self.epoch.feed.put(late)

    def end_epoch(self) -> None:
        first = next(tick for tick, frame in enumerate(self.shown) if frame is not None)
        runs = [len(list(run)) for lost, run in groupby(self.shown[first:], lambda f: f is None) if lost]
        self.freezes.append(max(runs, default=0))
        self.epoch.end()
        self.shown = [] if self.epoch.number <= len(self.pattern.epochs) else self.shown

    def full_drawing(self, frame: int) -> Any:
        """The whole frame, as a worker of its own draws it."""
        epoch = self.epoch
        only = segments_covering(epoch.segments, frame, frame)
        letter = self.letter(self.referee, task(frame, -1, only, epoch=epoch.number, delivery=epoch.delivery))
        planes = Canvas(WIDTH, HEIGHT).planes
        letter.copy_to(planes)
        return planes

    def letter(self, worker: Renderer, wanted: FrameTask) -> Letter:
        worker.render(wanted)
        message = self.redis.lpop(wanted.delivery.mailbox)
        assert isinstance(message, bytes)
        return Letter.unpack(message, WIDTH, HEIGHT)

    def close(self) -> None:
        self.epoch.end()
        for worker in (*self.workers, self.referee):
            worker.close()


PATTERNS = patterns()


@pytest.mark.parametrize("by_ring", [True, False], ids=["ring", "mailbox"])
@pytest.mark.parametrize("name", PATTERNS)
def test_the_canvas_is_a_full_drawing_after_every_frame(
    redis: FarmRedis, name: str, *, by_ring: bool
) -> None:
    pattern = PATTERNS[name]
    with closing(Stream(redis, pattern, by_ring=by_ring)) as stream:
        stream.run()
    assert max(stream.freezes) <= pattern.freeze
    assert any(frame is not None for frame in stream.shown[-4:]), "the stream recovered"
