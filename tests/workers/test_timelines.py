"""Timelines on air, as workers see them: what is drawn again, and from which frame on."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from farm.clock import SystemClock
from farm.store.connection import FarmRedis
from farm.store.scenes import SceneStore
from farm.store.snapshots import SnapshotStore
from farm.timelines import TimelineDesk
from scene.time import Segment
from tests.births import set_birth
from tests.workers.farmhand import FPS, Gallery, document, segment, task
from workers.evaluate import Evaluator
from workers.live import LiveSnapshots
from workers.painters.registry import all_painters
from workers.scenes import SceneVersions
from workers.sprites import Sprites

SQUARE = {"type": "colour", "colour": "#fff", "size": {"width": 20, "height": 20}}
LINE = {
    "id": "line",
    "steps": [{"animate": "layer0", "property": "position.x", "to": 40, "duration": 1}],
}


class OnAir:
    """A stream "s" whose actions are shown at the frames that are told."""

    def __init__(self, redis: FarmRedis) -> None:
        self.redis = redis
        self.scenes = SceneStore(redis)
        self.segments: list[Segment] = []
        sprites = Sprites(all_painters(Gallery()), 1_000_000)
        self.evaluator = Evaluator(SceneVersions(self.scenes), LiveSnapshots(SnapshotStore(redis)), sprites)
        self.scenes.commit("s", {**document(SQUARE), "timelines": [LINE], "runs": []}, expected_head=0)
        self._born(1, 0)

    def act(self, frame: int, action: str, *arguments: Any) -> None:
        """Do it to the timeline; ``frame`` shows it first."""
        desk = TimelineDesk(self.scenes, SystemClock())
        played = desk.act("s", "me", "", lambda hand: getattr(hand, action)("line", *arguments))
        self._born(played.revision, frame)

    def redrawn(self, *frames: int) -> list[int]:
        """Those of ``frames`` in which something differs from the frame before."""
        return [n for n in frames if self.evaluator.plan(task(n, n - 1, self.segments)).rects]

    def _born(self, revision: int, frame: int) -> None:
        time_s = Fraction(frame) / FPS
        set_birth(self.redis, "s", revision, time_s)
        self.segments.append(segment(frame, revision, time_s))


def test_only_what_plays_is_drawn_again(redis: FarmRedis) -> None:
    on_air = OnAir(redis)
    on_air.act(5, "start")
    on_air.act(15, "pause")
    on_air.act(100, "resume")
    # It plays from 5 to 15, stands at the frame that pauses it, and plays its other 20 frames from 100 on.
    assert on_air.redrawn(*range(1, 140)) == [*range(6, 16), *range(101, 121)]
    on_air.act(150, "seek", 0.5)
    on_air.act(200, "cancel")
    assert on_air.redrawn(*range(140, 230)) == [150, *range(151, 166), 200]
