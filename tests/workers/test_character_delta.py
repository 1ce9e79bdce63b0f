"""Characters that act while they are on air: a patch equals the full frame, byte for byte."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farm.characters.built_in import BUILT_IN
from farm.messages import FrameTask
from farm.store.acts import Act, Spoken
from farm.store.snapshots import NO_SNAPSHOT, Births, live_of
from farm.transport.planes import Planes
from scene.document import parse_scene
from scene.live import NOTHING_LIVE, Live
from scene.onair import ShowVersion
from scene.show import one_scene
from scene.time import Segment
from tests.workers.farmhand import HEIGHT, WIDTH, Gallery, canvas, document, same, task
from workers.compositor import Compositor
from workers.evaluate import Evaluator
from workers.painters.registry import all_painters
from workers.sprites import Sprites

EMOTIONS = st.sampled_from([None, "neutral", "happy", "sad", "surprised", "angry", "thinking"])
acts = st.builds(
    Act,
    state=st.sampled_from([None, "idle", "speaking"]),
    emotion=EMOTIONS,
    left=EMOTIONS,
    left_in=st.integers(0, 3),
    spoken=st.none()
    | st.builds(
        Spoken,
        snapshot=st.integers(1, 3),
        step_ms=st.sampled_from([10, 20, 50]),
        levels=st.binary(min_size=1, max_size=60),
        visemes=st.just(()) | st.just(((0, "O"), (100, "M"), (300, "A"))),
    ),
)
characters = st.fixed_dictionaries(
    {
        "type": st.just("character"),
        "character": st.sampled_from(BUILT_IN),
        "position": st.fixed_dictionaries({"x": st.integers(-30, 90), "y": st.floats(-30, 40)}),
        "size": st.fixed_dictionaries({"height": st.integers(20, 140)}),
    },
    optional={
        "mirrored": st.booleans(),
        "opacity": st.just(0.5),
        "rotation": st.just(12),
        "emotion": st.just("happy"),
        "effects": st.just([{"type": "glow", "radius": 3}]),
    },
)


class Cut:
    """One scene, and a live snapshot for each segment."""

    def __init__(self, layers: Sequence[dict[str, Any]], told: Sequence[Act], began: Sequence[int]) -> None:
        self.segments = tuple(
            Segment(frame, 1, Fraction(frame, 30), Fraction(1), number) for number, frame in enumerate(began)
        )
        scene = parse_scene(document(*layers), max_layers=9)
        self._version = ShowVersion(1, one_scene(scene), {1: Fraction(0)}, (WIDTH, HEIGHT))
        times = tuple(Fraction(frame, 30) for frame in began[1:])
        births = Births(tuple(range(1, len(began))), times, complete=True)
        self._lives = [NOTHING_LIVE]
        for act in told:
            snapshot = NO_SNAPSHOT.with_act("layer0", act, among=set)
            self._lives.append(live_of(snapshot, births))

    def version(self, _task: FrameTask, _revision: int) -> ShowVersion:
        """See :class:`workers.evaluate.Versions`."""
        return self._version

    def live(self, _task: FrameTask, snapshot: int) -> Live:
        """See :class:`workers.evaluate.Lives`."""
        return self._lives[snapshot]

    def last_known(self, _task: FrameTask) -> Live:
        """See :class:`workers.evaluate.Lives`."""
        return NOTHING_LIVE

    def draw(self, frame: int, base: int, onto: Planes, worker: tuple[Evaluator, Compositor]) -> Planes:
        """Bring ``frame`` onto a canvas that holds one since ``base``."""
        evaluator, compositor = worker
        plan = evaluator.plan(task(frame, base, self.segments))
        compositor.compose(plan.state, plan.rects, onto)
        return onto

    def worker(self) -> tuple[Evaluator, Compositor]:
        """A process of its own, as far as pixels go."""
        sprites = Sprites(all_painters(Gallery()), 20_000_000)
        return Evaluator(self, self, sprites), Compositor(sprites)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(characters, min_size=1, max_size=2), st.lists(acts, min_size=3, max_size=3), st.data())
def test_a_patch_equals_the_full_frame_whatever_a_character_is_told(
    layers: list[dict[str, Any]], told: list[Act], data: st.DataObject
) -> None:
    began = [0, *sorted(data.draw(st.integers(1, 60), "began") for _ in told)]
    cut = Cut(layers, told, began)
    worker = cut.worker()
    frame = data.draw(st.integers(0, 60), "first")
    on_air = cut.draw(frame, -1, canvas(), worker)
    for step in data.draw(st.lists(st.integers(1, 9), min_size=2, max_size=5), "steps"):
        on_air = cut.draw(frame + step, frame, on_air, worker)
        frame += step
    assert same(on_air, cut.draw(frame, -1, canvas(), cut.worker()))
