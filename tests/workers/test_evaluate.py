"""What a task asks for: full frames and patches, and scenes from Redis that never go stale."""

from __future__ import annotations

import pytest

from farm.errors import NotFound, SceneInvalid
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.scenes import SceneStore
from farm.store.snapshots import SnapshotStore
from tests.births import set_birth
from tests.workers.farmhand import WHOLE, Gallery, document, put_scene, segment, task
from workers.evaluate import Evaluator
from workers.live import LiveSnapshots
from workers.painters.registry import all_painters
from workers.scenes import SceneVersions
from workers.sprites import Sprites

STILL = {"type": "colour", "colour": "#fff", "size": {"width": 20, "height": 20}}
MOVING = {
    **STILL,
    "animations": [{"property": "position.x", "to": 60, "duration": 1, "start": {"revision": 1}}],
}


@pytest.fixture
def evaluator(redis: FarmRedis) -> Evaluator:
    lives = LiveSnapshots(SnapshotStore(redis))
    sprites = Sprites(all_painters(Gallery()), 1_000_000)
    return Evaluator(SceneVersions(SceneStore(redis)), lives, sprites)


def test_an_empty_canvas_wants_everything(evaluator: Evaluator, redis: FarmRedis) -> None:
    put_scene(redis, STILL)
    assert evaluator.plan(task(5, base=-1)).rects == (WHOLE,)


@pytest.mark.parametrize(("base", "rects"), [(500 - 32, ()), (500 - 33, (WHOLE,)), (501, (WHOLE,))])
def test_a_base_too_far_behind_wants_everything(
    evaluator: Evaluator, redis: FarmRedis, base: int, rects: tuple[object, ...]
) -> None:
    put_scene(redis, STILL)
    assert evaluator.plan(task(500, base=base)).rects == rects


def test_a_still_scene_changes_nothing(evaluator: Evaluator, redis: FarmRedis) -> None:
    put_scene(redis, STILL)
    assert evaluator.plan(task(9, base=4)).rects == ()


@pytest.mark.parametrize(("frame", "hold", "still"), [(9, 1, 7), (9, 3, 5), (300, 1, 7)])
def test_a_still_scene_stays_as_it_is_for_as_long_as_frames_are_ordered(
    evaluator: Evaluator, redis: FarmRedis, frame: int, hold: int, still: int
) -> None:
    put_scene(redis, STILL)
    assert evaluator.plan(task(frame, base=frame - 1, hold=hold)).still == still
    assert evaluator.plan(task(frame, base=frame - 1, hold=hold, unhurried=True)).still == 0


def test_nobody_says_of_a_frame_that_changed_how_long_it_will_stay(
    evaluator: Evaluator, redis: FarmRedis
) -> None:
    put_scene(redis, STILL)
    assert evaluator.plan(task(9, base=-1)).still == 0
    put_scene(redis, {**STILL, "position": {"x": 40, "y": 40}})
    edited = [segment(0, 1), segment(9, 2)]
    assert evaluator.plan(task(9, base=8, segments=edited)).still == 0
    assert evaluator.plan(task(10, base=9, segments=edited)).still == 7


def test_a_scene_is_still_until_something_moves(evaluator: Evaluator, redis: FarmRedis) -> None:
    put_scene(redis, {"type": "image", "asset": "a", "frameMs": [100, 200], "start": 0}, STILL)
    assert [evaluator.plan(task(n, base=n - 1)).still for n in range(1, 10)] == [1, 0, 0, 4, 3, 2, 1, 0, 0]


def test_a_picture_that_is_missing_is_looked_for_in_every_frame(
    evaluator: Evaluator, redis: FarmRedis
) -> None:
    put_scene(redis, {"type": "image", "asset": "missing", "size": {"width": 10, "height": 10}})
    assert evaluator.plan(task(5, base=4)).still == 0


def test_a_movement_wants_where_it_was_and_where_it_is(evaluator: Evaluator, redis: FarmRedis) -> None:
    put_scene(redis, MOVING)
    ((x, y, width, height),) = evaluator.plan(task(9, base=4)).rects
    assert (y, height) == (0, 20)
    assert 6 <= x <= 8
    assert 36 <= x + width <= 40


def test_an_animated_picture_wants_its_box_only_when_its_frame_is_another(
    evaluator: Evaluator, redis: FarmRedis
) -> None:
    put_scene(redis, {"type": "image", "asset": "a", "frameMs": [100, 200], "start": 0}, STILL)
    changing = [n for n in range(1, 19) if evaluator.plan(task(n, base=n - 1)).rects]
    assert changing == [3, 9, 12, 18]
    assert evaluator.plan(task(3, base=2)).rects == ((0, 0, 40, 30),)


def test_layers_that_have_arrived_in_their_layout_change_nothing(
    evaluator: Evaluator, redis: FarmRedis
) -> None:
    move = {"x": 0, "y": 0, "width": 40, "height": 30, "start": {"revision": 1}}
    stage = {"type": "colour", "colour": "#fff", "slot": "main", "layoutMove": move}
    scene = {**document(stage), "layout": {"type": "grid"}, "layoutTransition": {"duration": 0.1}}
    SceneStore(redis).commit("s", scene, expected_head=0)
    set_birth(redis, "s", 1, 0)
    assert [bool(evaluator.plan(task(n, base=n - 1)).rects) for n in range(1, 6)] == [True] * 3 + [False] * 2


def test_a_layer_that_left_and_came_back_counts(evaluator: Evaluator, redis: FarmRedis) -> None:
    put_scene(redis, STILL)
    put_scene(redis, {**STILL, "position": {"x": 40, "y": 40}})
    segments = [segment(0, 1), segment(5, 2), segment(6, 1)]
    assert evaluator.plan(task(9, base=4, segments=segments)).rects == ((0, 0, 20, 20), (40, 40, 20, 20))


def test_a_missing_picture_is_drawn_again_in_every_frame(evaluator: Evaluator, redis: FarmRedis) -> None:
    put_scene(redis, {"type": "image", "asset": "missing", "size": {"width": 10, "height": 10}})
    assert evaluator.plan(task(9, base=8)).rects == ((0, 0, 10, 10),)


def test_a_past_that_cannot_be_evaluated_wants_everything(evaluator: Evaluator, redis: FarmRedis) -> None:
    put_scene(redis, STILL)
    assert evaluator.plan(task(9, base=4, segments=[segment(7)])).rects == (WHOLE,)
    assert evaluator.plan(task(9, base=4, segments=[segment(0, 77), segment(7)])).rects == (WHOLE,)


def test_a_frame_before_all_segments_cannot_be_drawn(evaluator: Evaluator, redis: FarmRedis) -> None:
    put_scene(redis, STILL)
    with pytest.raises(LookupError):
        evaluator.plan(task(9, segments=[segment(10)]))


@pytest.fixture
def versions(redis: FarmRedis) -> SceneVersions:
    return SceneVersions(SceneStore(redis))


def test_a_version_is_loaded_once(versions: SceneVersions, redis: FarmRedis) -> None:
    put_scene(redis, STILL)
    first = versions.version(task(1), 1)
    redis.flushall()
    assert versions.version(task(2), 1) is first


def test_a_version_that_came_before_its_birth_is_loaded_again(
    versions: SceneVersions, redis: FarmRedis
) -> None:
    put_scene(redis, MOVING, birth=None)
    assert versions.version(task(1), 1).program.layers[0].tracks == ()
    set_birth(redis, "s", 1, "3/2")
    assert versions.version(task(2), 1).program.layers[0].tracks != ()


def test_a_stream_made_again_under_its_old_id_shows_its_own_scene(
    versions: SceneVersions, redis: FarmRedis
) -> None:
    put_scene(redis, STILL)
    old = versions.version(task(1), 1)
    SceneStore(redis).delete("s")
    put_scene(redis, {**STILL, "colour": "#123456"})
    assert versions.version(task(1, epoch=2), 1).program.scene != old.program.scene


def test_a_scene_that_is_not_there_or_not_readable_is_said_so(
    versions: SceneVersions, redis: FarmRedis
) -> None:
    with pytest.raises(NotFound):
        versions.version(task(1), 1)
    redis.set(keys.scene("s", 1), '{"layers": 7}')
    with pytest.raises(SceneInvalid, match="revision 1 of 's' cannot be read"):
        versions.version(task(1), 1)
