"""Pictures that are replaced while they are on air, through the real renderer: patches equal full frames."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from farm.clock import ManualClock
from farm.settings import load_settings
from farm.store import keys
from farm.store.assets import AssetStore
from farm.store.connection import FarmRedis
from farm.store.feeds import FeedStore
from farm.store.snapshots import NO_SNAPSHOT, SnapshotStore
from farm.transport.mailbox import Letter
from scene.time import Segment
from tests.workers.farmhand import HEIGHT, WIDTH, canvas, emits, put_scene, same, segment, task
from tests.workers.test_loading import png
from workers.loading import HELD_NS
from workers.renderer import Renderer

SETTINGS = load_settings({"FRAME_TRANSPORT": "mailbox"})
BOX = {"size": {"width": 90, "height": 60}, "position": {"x": 11, "y": 9}}


class Air:
    """Two workers that take turns, and the canvas that both draw on."""

    def __init__(self, redis: FarmRedis) -> None:
        self.redis = redis
        self.clock = ManualClock(monotonic_ns=5_000_000, wall_ms=1_000_000)
        self.workers = [Renderer(SETTINGS, redis, self.clock, f"worker-{n}") for n in range(2)]
        self.planes = canvas()
        emits(redis)

    def show(self, n: int, base: int, *segments: Segment) -> None:
        """Draw frame ``n`` onto the canvas, by one worker and then the other."""
        for _ in range(500):
            self.workers[n % 2].render(task(n, base, segments))
            message = self.redis.lpop(keys.mailbox("s", 1))
            if isinstance(message, bytes):
                letter = Letter.unpack(message, WIDTH, HEIGHT)
                assert letter.done.layer_errors == ()
                letter.copy_to(self.planes)
                return
        pytest.fail("it is held up for ever")


@pytest.fixture
def air(redis: FarmRedis) -> Iterator[Air]:
    made = Air(redis)
    yield made
    for worker in made.workers:
        worker.close()


def test_other_bytes_under_one_id_change_the_frames(air: Air) -> None:
    store = AssetStore(air.redis, air.clock, SETTINGS)
    first = store.put(png("#ff8000"), "art.png", "ann")
    layer = {"type": "image", "asset": first.id, **BOX}
    put_scene(air.redis, {**layer, "content": first.address})
    second = store.replace(first.id, png("#0080ff"))
    put_scene(air.redis, {**layer, "content": second.address})
    segments = (segment(), segment(5, revision=2))
    air.show(3, -1, *segments)
    before = air.planes.y[30, 40]
    # Long enough for both workers to take the pictures for settled.
    air.clock.advance_ns(10_000_000_000)
    air.show(5, 3, *segments)
    assert air.planes.y[30, 40] != before
    patched = air.planes
    air.planes = canvas()
    air.show(6, -1, *segments)
    assert same(patched, air.planes)


def live(redis: FarmRedis, clock: ManualClock, colour: str) -> int:
    """A live feed's next picture is on air; the number of its snapshot."""
    store = SnapshotStore(redis)
    head = store.head("s")
    kept = store.load("s", head) if head else NO_SNAPSHOT
    entry = FeedStore(redis, clock, SETTINGS).put("s", png(colour), kept, "camera")
    shown = kept.with_feed("camera", msgspec.structs.replace(entry, snapshot=head + 1))
    number = store.commit("s", shown, expected_head=head)
    assert number is not None
    redis.zadd(keys.snapshot_births("s"), {f"{number} {number}": number})
    return number


@pytest.mark.parametrize("overlay", ["card", "bar", "none"])
def test_a_live_feeds_next_picture_changes_the_frames(air: Air, overlay: str) -> None:
    put_scene(air.redis, {"type": "feed", "feed": "camera", "overlay": overlay, "radius": 9, **BOX})
    numbers = [live(air.redis, air.clock, colour) for colour in ("#ff8000", "#0080ff", "#00ff80")]
    segments = tuple(segment(4 * k, snapshot=number) for k, number in enumerate(numbers))
    looks = []
    for n, base in ((1, -1), (5, 1), (10, 5)):
        air.show(n, base, *segments)
        looks.append(int(air.planes.u[16, 26]))
    assert len(set(looks)) == 3
    patched = air.planes
    air.planes = canvas()
    air.show(11, -1, *segments)
    assert same(patched, air.planes)


def test_a_feeds_picture_that_is_gone_holds_no_frame_up_for_long(air: Air) -> None:
    put_scene(air.redis, {"type": "feed", "feed": "camera", **BOX})
    number = live(air.redis, air.clock, "#ff8000")
    for key in air.redis.keys("ff:asset:feed-*"):
        air.redis.delete(key)
    on_air = segment(snapshot=number)
    air.show(1, -1, on_air)
    air.clock.advance_ns(HELD_NS)
    air.show(2, 1, on_air)
