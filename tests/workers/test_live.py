"""What is live, as workers read it: once each, and an old value rather than no frame."""

from __future__ import annotations

from fractions import Fraction

import pytest

from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.scenes import SceneStore
from farm.store.snapshots import NO_SNAPSHOT, SnapshotStore
from scene.content import TextContent
from tests.workers.farmhand import WHOLE, Gallery, put_scene, segment, task
from workers.evaluate import Evaluator, Plan
from workers.live import LiveSnapshots, SnapshotGone
from workers.painters.registry import all_painters
from workers.scenes import SceneVersions
from workers.sprites import Sprites

BID = {"type": "text", "text": "{data.bid}", "fontSize": 20}
DOT = {"type": "colour", "colour": "#fff", "size": {"width": 4, "height": 4}, "position": {"x": 90, "y": 80}}


@pytest.fixture
def lives(redis: FarmRedis) -> LiveSnapshots:
    return LiveSnapshots(SnapshotStore(redis))


@pytest.fixture
def evaluator(redis: FarmRedis, lives: LiveSnapshots) -> Evaluator:
    sprites = Sprites(all_painters(Gallery()), 1_000_000)
    return Evaluator(SceneVersions(SceneStore(redis)), lives, sprites)


def put_bid(redis: FarmRedis, bid: int, birth: str = "0") -> int:
    """Commit a snapshot of stream "s" that was shown; its number."""
    store = SnapshotStore(redis)
    head = store.head("s")
    kept = store.load("s", head).with_values({"bid": bid}, head + 1, head) if head else NO_SNAPSHOT
    number = store.commit("s", kept.with_values({"bid": bid}, head + 1, head), expected_head=head)
    assert number is not None
    redis.zadd(keys.snapshot_births("s"), {f"{number} {birth}": number})
    return number


def bid(plan: Plan) -> str:
    content = plan.state.layers[0].content
    assert isinstance(content, TextContent)
    return content.text


def test_a_snapshot_is_loaded_once_with_its_births(lives: LiveSnapshots, redis: FarmRedis) -> None:
    number = put_bid(redis, 100, birth="3/2")
    first = lives.live(task(1), number)
    redis.flushall()
    assert lives.live(task(2), number) is first
    assert first.changes["bid"][-1].since_s == Fraction(3, 2)


def test_a_stream_made_again_under_its_old_id_has_its_own(lives: LiveSnapshots, redis: FarmRedis) -> None:
    lives.live(task(1), put_bid(redis, 100))
    redis.flushall()
    assert lives.live(task(1, epoch=2), put_bid(redis, 7)).value("bid") == 7


def test_a_change_of_what_is_live_wants_the_layers_that_show_it(
    evaluator: Evaluator, redis: FarmRedis
) -> None:
    put_scene(redis, BID, DOT)
    segments = [segment(0, snapshot=put_bid(redis, 100)), segment(5, snapshot=put_bid(redis, 200))]
    assert evaluator.plan(task(4, base=3, segments=segments)).rects == ()
    changed = evaluator.plan(task(5, base=4, segments=segments))
    assert bid(changed) == "200"
    ((x, y, width, height),) = changed.rects
    assert (x, y) == (0, 0)
    assert width < 90
    assert height < 80


def test_for_a_snapshot_that_is_gone_the_last_known_stands_in_as_a_whole_frame(
    evaluator: Evaluator, lives: LiveSnapshots, redis: FarmRedis
) -> None:
    put_scene(redis, BID)
    known = segment(0, snapshot=put_bid(redis, 100))
    evaluator.plan(task(1, segments=[known]))
    plan = evaluator.plan(task(9, base=8, segments=[known, segment(5, snapshot=77)]))
    assert (bid(plan), plan.rects) == ("100", (WHOLE,))
    assert lives.missed == 1


def test_a_past_whose_snapshot_is_gone_wants_everything(evaluator: Evaluator, redis: FarmRedis) -> None:
    put_scene(redis, BID)
    segments = [segment(0, snapshot=77), segment(9, snapshot=put_bid(redis, 100))]
    plan = evaluator.plan(task(9, base=8, segments=segments))
    assert (bid(plan), plan.rects) == ("100", (WHOLE,))


def test_a_worker_that_never_knew_any_shows_the_defaults(
    evaluator: Evaluator, lives: LiveSnapshots, redis: FarmRedis
) -> None:
    put_scene(redis, BID)
    assert bid(evaluator.plan(task(9, segments=[segment(0, snapshot=77)]))) == ""
    with pytest.raises(SnapshotGone):
        lives.live(task(1), 77)
