"""A patch equals the same part of a full frame, byte for byte, whatever the scene does between the two."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farm.messages import Delivery, FrameTask
from farm.store.snapshots import NO_SNAPSHOT, Births, FeedEntry, live_of
from farm.transport.planes import Planes, rects_fit
from scene.document import MAX_LAYERS, Scene, parse_scene, variant_of
from scene.edits import with_runs
from scene.live import NOTHING_LIVE, Datum, Live
from scene.onair import ShowVersion
from scene.show import one_scene
from scene.slots import with_layout_moves
from scene.time import Segment
from tests.scene.strategies.basics import Document, rates
from tests.scene.strategies.documents import (
    data_values,
    documents,
    layouts,
    timelines_of,
    viewports,
    without_dangling,
)
from tests.scene.strategies.layers import layers
from tests.scene.strategies.timelines import triggered
from tests.workers.farmhand import Gallery, canvas, same
from workers.compositor import Compositor
from workers.evaluate import Evaluator
from workers.painters.registry import all_painters
from workers.sprites import Sprites

CANVAS = (160, 90)
WHOLE = (0, 0, *CANVAS)

Snapshots = list[dict[str, Datum]]


class Versions:
    """Scene versions from memory instead of Redis; of the variant, where there is one."""

    def __init__(self, revisions: list[Document], births: dict[int, Fraction]) -> None:
        self._versions = {}
        before = Scene()
        for number, document in enumerate(revisions, 1):
            parsed = parse_scene(document, max_layers=MAX_LAYERS)
            edited = with_runs(before, with_layout_moves(before, parsed, number), number)
            before = triggered(edited, number, births)
            shown = variant_of(before, "other") if before.variants else before
            self._versions[number] = ShowVersion(number, one_scene(shown), births, CANVAS)

    def version(self, _task: FrameTask, revision: int) -> ShowVersion:
        """See :class:`workers.evaluate.Versions`."""
        return self._versions[revision]


class Lives:
    """Live snapshots from memory."""

    def __init__(self, snapshots: Snapshots, segments: Sequence[Segment]) -> None:
        """``snapshots`` are numbered from 1; what changed with each is born with the first segment of it."""
        births = {segment.snapshot: segment.scene_time_s for segment in reversed(segments)}
        numbers = tuple(sorted(births.keys() - {0}))
        known = Births(numbers, tuple(births[number] for number in numbers), complete=True)
        self._lives = {0: NOTHING_LIVE}
        kept = NO_SNAPSHOT
        for number, values in enumerate(snapshots, 1):
            kept = kept.with_values(values, number, shown=number)
            if number % 2:  # the feed stalls between, so that its picture grows old
                picture = FeedEntry(number, f"feed-{'x' * number}", 40, 30, 1000, 0)
                kept = kept.with_feed("camera", picture)
            self._lives[number] = live_of(kept, known)

    def live(self, _task: FrameTask, snapshot: int) -> Live:
        """See :class:`workers.evaluate.Lives`."""
        return self._lives[snapshot]

    def last_known(self, _task: FrameTask) -> Live:
        """See :class:`workers.evaluate.Lives`."""
        return NOTHING_LIVE


class History(NamedTuple):
    """What a stream showed."""

    revisions: list[Document]
    snapshots: Snapshots
    segments: tuple[Segment, ...]


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Up to three revisions, each made from the one before by edits, and up to four live snapshots; and when
    which was on air."""
    revisions = [draw(documents(4))]
    for _ in range(draw(st.integers(0, 2))):
        before = revisions[-1]
        order: list[Document] = before["layers"]
        edited = draw(st.permutations(order))[draw(st.integers(0, 1)) :]
        replaced = draw(st.booleans())
        if edited and replaced:
            edited[0] = {**draw(layers(edited[0]["type"])), "id": edited[0]["id"]}
        if draw(st.booleans()):
            edited.append({**draw(layers()), "id": "brand-new"})
        unique = {layer["id"]: layer for layer in edited}
        layout = {"layout": draw(layouts)} if draw(st.booleans()) else {}
        if draw(st.booleans()):
            layout["viewport"] = draw(viewports)
        kept = {name: before[name] for name in before if name not in ("timelines", "triggers")}
        held = {"layers": list(unique.values())}
        held |= draw(timelines_of(held["layers"]))
        revisions.append(without_dangling({**kept, **layout, **held}))
    snapshots = draw(st.lists(data_values, max_size=4))
    segments, frame, time_s, revision, snapshot = [], 0, Fraction(0), 1, 0
    while True:
        rate = draw(st.sampled_from([Fraction(0), Fraction(1), Fraction(3)]))
        segments.append(Segment(frame, revision, time_s, rate, snapshot))
        frame += draw(st.integers(1, 4))
        time_s += draw(st.sampled_from([Fraction(0), Fraction(1, 10), Fraction(1)]))
        if revision == len(revisions) and snapshot == len(snapshots):
            return History(revisions, snapshots, tuple(segments))
        revision = min(revision + draw(st.integers(0, 1)), len(revisions))
        snapshot = min(snapshot + draw(st.integers(1, 2)), len(snapshots))


def task(frame: int, base: int, segments: tuple[Segment, ...], fps: Fraction) -> FrameTask:
    delivery = Delivery("ring", "0" * 32, "mailbox", *CANVAS, 8)
    return FrameTask("s", 1, frame, base, fps, segments, 1, delivery, 0)


def drawn(evaluator: Evaluator, compositor: Compositor, wanted: FrameTask, onto: Planes) -> Planes:
    plan = evaluator.plan(wanted)
    assert rects_fit(plan.rects, *CANVAS)
    compositor.compose(plan.state, plan.rects, onto)
    return onto


def studio(history: History) -> tuple[Evaluator, Compositor]:
    births = {segment.revision: segment.scene_time_s for segment in reversed(history.segments)}
    sprites = Sprites(all_painters(Gallery()), 20_000_000)
    versions, lives = Versions(history.revisions, births), Lives(history.snapshots, history.segments)
    return Evaluator(versions, lives, sprites), Compositor(sprites)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories(), rates, st.data())
def test_a_patch_on_any_frame_since_its_base_equals_the_full_frame(
    history: History, fps: Fraction, data: st.DataObject
) -> None:
    segments = history.segments
    n = data.draw(st.integers(1, 14), "n")
    base = data.draw(st.integers(max(0, n - 7), n - 1), "base")
    shown = data.draw(st.integers(base, n - 1), "shown")
    evaluator, compositor = studio(history)
    on_air = drawn(evaluator, compositor, task(shown, -1, segments, fps), canvas(*CANVAS))
    patched = drawn(evaluator, compositor, task(n, base, segments, fps), on_air)
    # A worker of its own, so that nothing but pixels is shared.
    full = drawn(*studio(history), task(n, -1, segments, fps), canvas(*CANVAS))
    assert same(patched, full)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents(3), st.integers(1, 9), st.integers(1, 30), rates)
def test_a_frame_that_is_said_to_last_looks_like_those_after_it(
    document: Document, pixels: int, tenths: int, fps: Fraction
) -> None:
    """Something moves so slowly that it stands still in between, among whatever else there may be."""
    motion = {"property": "position.x", "from": 0, "to": pixels, "duration": tenths / 10}
    slow: Document = {"id": "slow", "type": "colour", "colour": "#fff", "size": {"width": 8, "height": 8}}
    slow |= {"animations": [{**motion, "start": 0}], "zIndex": 99}
    layers_: list[Document] = document["layers"]
    scene = {**document, "layers": [*layers_, slow]}
    segments = (Segment(0, 1, Fraction(0), Fraction(1)),)
    history = History([scene], [], segments)
    evaluator, _ = studio(history)
    plans = {n: evaluator.plan(task(n, n - 1, segments, fps)) for n in range(1, 25)}
    lasting = [(n, n + plan.still) for n, plan in plans.items() if plan.still]
    for frame, last in lasting[:1] + lasting[-1:]:
        shown, after = (
            drawn(*studio(history), task(n, -1, segments, fps), canvas(*CANVAS)) for n in (frame, last)
        )
        assert same(shown, after)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories(), rates, st.lists(st.booleans(), min_size=6, max_size=12))
def test_a_canvas_that_misses_frames_is_healed_by_the_next(
    history: History, fps: Fraction, arrives: list[bool]
) -> None:
    segments = history.segments
    evaluator, compositor = studio(history)
    on_air = drawn(evaluator, compositor, task(0, -1, segments, fps), canvas(*CANVAS))
    shown = 0
    for n, arrived in enumerate([*arrives, True], 1):
        if arrived:
            drawn(evaluator, compositor, task(n, shown, segments, fps), on_air)
            shown = n
    full = drawn(*studio(history), task(shown, -1, segments, fps), canvas(*CANVAS))
    assert same(on_air, full)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents(6), st.data())
def test_only_the_rects_are_touched_and_they_are_those_of_the_full_frame(
    document: Document, data: st.DataObject
) -> None:
    segments = (Segment(0, 1, Fraction(0), Fraction(1)),)
    evaluator, compositor = studio(History([document], [], segments))
    plan = evaluator.plan(task(5, -1, segments, Fraction(30)))
    full, part = canvas(*CANVAS), canvas(*CANVAS)
    compositor.compose(plan.state, [WHOLE], full)
    x, y = data.draw(st.integers(0, 79), "x") * 2, data.draw(st.integers(0, 44), "y") * 2
    width = data.draw(st.integers(1, (CANVAS[0] - x) // 2), "width") * 2
    height = data.draw(st.integers(1, (CANVAS[1] - y) // 2), "height") * 2
    compositor.compose(plan.state, [(x, y, width, height)], part)
    expected = canvas(*CANVAS)
    expected.copy_from(full, [(x, y, width, height)])
    assert same(part, expected)
