"""A patch equals the same part of a full frame through takes and their transitions, too, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farm.messages import Delivery, FrameTask
from farm.transport.planes import Planes, rects_fit
from scene.animation import AfterRevision
from scene.document import MAX_LAYERS
from scene.live import NOTHING_LIVE, Live
from scene.onair import ShowVersion
from scene.show import Show, parse_show
from scene.show_edits import parse_transition, settle_show, take_scene
from scene.time import Segment
from tests.scene.strategies.documents import shows, transitions
from tests.workers.farmhand import Gallery, canvas, same
from workers.compositor import Compositor
from workers.evaluate import Evaluator
from workers.painters.registry import all_painters
from workers.sprites import Sprites

CANVAS = (96, 54)
FPS = Fraction(10)


@dataclass(frozen=True)
class Broadcast:
    """A show's revisions, each but the first a take, and when which went on air."""

    shows: list[Show]
    segments: tuple[Segment, ...]

    def version(self, _task: FrameTask, revision: int) -> ShowVersion:
        """See :class:`workers.evaluate.Versions`."""
        births = {segment.revision: segment.scene_time_s for segment in self.segments}
        return ShowVersion(revision, self.shows[revision - 1], births, CANVAS)

    def live(self, _task: FrameTask, _snapshot: int) -> Live:
        """See :class:`workers.evaluate.Lives`."""
        return NOTHING_LIVE

    def last_known(self, _task: FrameTask) -> Live:
        """See :class:`workers.evaluate.Lives`."""
        return NOTHING_LIVE


@st.composite
def broadcasts(draw: st.DrawFn) -> Broadcast:
    """One or two takes; the second may come while the first one's transition runs, or in a pause."""
    first = settle_show(parse_show(draw(shows(2)), max_layers=MAX_LAYERS), None, 1)
    revisions, segments = [first], [Segment(0, 1, Fraction(0), Fraction(1))]
    for revision in range(2, 2 + draw(st.integers(1, 2))):
        before, last = revisions[-1], segments[-1]
        scene = draw(st.sampled_from([name for name in before.scenes if name != before.program]))
        transition = parse_transition(draw(transitions))
        taken = take_scene(before, scene, transition, AfterRevision(revision=revision))
        revisions.append(settle_show(taken, before, revision))
        frame = last.from_frame + draw(st.integers(1, 5))
        rate = draw(st.sampled_from([Fraction(1), Fraction(1), Fraction(0)]))
        segments.append(Segment(frame, revision, last.time_at_s(frame, FPS), rate))
    return Broadcast(revisions, tuple(segments))


def task(frame: int, base: int, segments: tuple[Segment, ...]) -> FrameTask:
    delivery = Delivery("ring", "0" * 32, "mailbox", *CANVAS, 8)
    return FrameTask("s", 1, frame, base, FPS, segments, 1, delivery, 0)


def drawn(worker: tuple[Evaluator, Compositor], wanted: FrameTask, onto: Planes) -> Planes:
    evaluator, compositor = worker
    plan = evaluator.plan(wanted)
    assert rects_fit(plan.rects, *CANVAS)
    compositor.compose(plan.state, plan.rects, onto)
    return onto


def worker(broadcast: Broadcast) -> tuple[Evaluator, Compositor]:
    sprites = Sprites(all_painters(Gallery()), 20_000_000)
    return Evaluator(broadcast, broadcast, sprites), Compositor(sprites)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(broadcasts(), st.data())
def test_a_patch_through_a_take_equals_the_full_frame(broadcast: Broadcast, data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 16), "n")
    base = data.draw(st.integers(max(0, n - 7), n - 1), "base")
    shown = data.draw(st.integers(base, n - 1), "shown")
    first = worker(broadcast)
    on_air = drawn(first, task(shown, -1, broadcast.segments), canvas(*CANVAS))
    patched = drawn(first, task(n, base, broadcast.segments), on_air)
    full = drawn(worker(broadcast), task(n, -1, broadcast.segments), canvas(*CANVAS))
    assert same(patched, full)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(broadcasts(), st.tuples(*[st.integers(0, 47), st.integers(0, 26)]))
def test_any_part_of_a_mixed_frame_is_that_of_the_whole(
    broadcast: Broadcast, corner: tuple[int, int]
) -> None:
    evaluator, compositor = worker(broadcast)
    x, y = 2 * corner[0], 2 * corner[1]
    part = (x, y, CANVAS[0] - x, CANVAS[1] - y)
    n = broadcast.segments[1].from_frame + 1
    plan = evaluator.plan(task(n, -1, broadcast.segments))
    full, patch, expected = (canvas(*CANVAS) for _ in range(3))
    compositor.compose(plan.state, plan.rects, full)
    compositor.compose(plan.state, [part], patch)
    expected.copy_from(full, [part])
    assert same(patch, expected)
