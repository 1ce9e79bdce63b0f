"""Frames leave by ring where the encoder shares memory, and by mailbox where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from farm.clock import ManualClock
from farm.errors import NotFound
from farm.messages import Delivery
from farm.settings import load_settings
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.transport.mailbox import Letter
from farm.transport.ring import Ring
from tests.workers.farmhand import (
    HEIGHT,
    WHOLE,
    WIDTH,
    canvas,
    emits,
    open_ring,
    put_scene,
    same,
    segment,
    task,
)
from workers.renderer import MAX_QUEUE_MS, Renderer, queue_ms

MAILBOX = keys.mailbox("s", 1)


def renderer(redis: FarmRedis, **settings: str) -> Renderer:
    return Renderer(load_settings(settings), redis, ManualClock(monotonic_ns=5_000_000), "worker-7")


@pytest.fixture(autouse=True)
def ticking(redis: FarmRedis) -> None:
    """The encoder process of stream "s" emits."""
    emits(redis)


@pytest.fixture
def scene(redis: FarmRedis) -> int:
    return put_scene(redis, {"type": "colour", "colour": "#ffffff", "size": {"width": 30, "height": 30}})


@pytest.fixture
def ring() -> Iterator[tuple[Ring, Delivery]]:
    with open_ring() as opened:
        yield opened


def letters(redis: FarmRedis) -> list[Letter]:
    return [
        Letter.unpack(message, WIDTH, HEIGHT)
        for message in redis.lrange(MAILBOX, 0, -1)
        if isinstance(message, bytes)
    ]


@pytest.mark.usefixtures("scene")
def test_ring_and_mailbox_carry_the_same_frame(redis: FarmRedis, ring: tuple[Ring, Delivery]) -> None:
    by_ring, by_mailbox = canvas(), canvas()
    renderer(redis).render(task(3, delivery=ring[1]))
    renderer(redis, FRAME_TRANSPORT="mailbox").render(task(3, delivery=ring[1]))
    (letter,) = letters(redis)
    assert ring[0].copy_to(by_ring, 3) == letter.done
    letter.copy_to(by_mailbox)
    assert same(by_ring, by_mailbox)
    assert (by_ring.y[:30, :30] == 235).all()


@pytest.mark.usefixtures("scene")
def test_the_frame_says_what_it_is(redis: FarmRedis) -> None:
    renderer(redis).render(task(9, fence=4, queued_ns=2_000_000))
    (letter,) = letters(redis)
    done = letter.done
    assert (done.stream, done.epoch, done.frame, done.base, done.fence) == ("s", 1, 9, -1, 4)
    assert (done.worker, done.queue_ms, done.rects, done.layer_errors) == ("worker-7", 3.0, (WHOLE,), ())


@pytest.mark.usefixtures("scene")
def test_a_frame_that_changes_nothing_is_delivered_without_rects(redis: FarmRedis) -> None:
    renderer(redis).render(task(9, base=8))
    assert letters(redis)[0].done.rects == ()


@pytest.mark.usefixtures("scene")
def test_a_ring_with_another_nonce_is_not_touched(redis: FarmRedis, ring: tuple[Ring, Delivery]) -> None:
    delivery = msgspec.structs.replace(ring[1], nonce="f" * 32)
    renderer(redis).render(task(3, delivery=delivery))
    assert ring[0].look(3) is None
    assert len(letters(redis)) == 1


@pytest.mark.usefixtures("scene")
def test_a_slot_that_is_held_is_got_around_by_mailbox(redis: FarmRedis, ring: tuple[Ring, Delivery]) -> None:
    stuck = Ring.attach(ring[1])
    assert stuck is not None
    with stuck.drawing(3):
        renderer(redis).render(task(3, delivery=ring[1]))
    stuck.close()
    assert letters(redis)[0].done.frame == 3


@pytest.mark.usefixtures("scene")
def test_a_frame_whose_tick_has_passed_is_not_drawn(redis: FarmRedis, ring: tuple[Ring, Delivery]) -> None:
    ring[0].emitted = 5
    emits(redis, upto=5)
    drawing = renderer(redis)
    for late in (task(5, delivery=ring[1]), task(5)):
        drawing.render(late)
    assert drawing.counts == {"passed": 2}
    assert (ring[0].look(5), letters(redis)) == (None, [])


@pytest.mark.usefixtures("scene")
def test_a_frame_of_an_epoch_that_nobody_emits_any_more_is_not_drawn(redis: FarmRedis) -> None:
    redis.delete(keys.passed("s", 1))
    drawing = renderer(redis)
    with open_ring() as (_, ended):
        pass
    for gone in (task(5), task(5, delivery=ended)):
        drawing.render(gone)
    assert drawing.counts == {"passed": 2}
    assert letters(redis) == []


@pytest.mark.usefixtures("scene")
def test_a_second_draw_is_not_made_when_the_first_is_there(
    redis: FarmRedis, ring: tuple[Ring, Delivery]
) -> None:
    drawing = renderer(redis)
    drawing.render(task(3, fence=4, delivery=ring[1]))
    drawing.render(task(3, fence=4, delivery=ring[1], hedge=True))
    assert drawing.counts == {"drawn": 1, "drawn already": 1}
    drawing.render(task(3, fence=5, delivery=ring[1], hedge=True))
    done = ring[0].look(3)
    assert done is not None
    assert (done.fence, done.hedge) == (5, True)


@pytest.mark.usefixtures("scene")
def test_two_draws_of_a_frame_never_meet_in_its_slot(redis: FarmRedis, ring: tuple[Ring, Delivery]) -> None:
    """While the first holds the slot the second goes by mailbox; and the other way round."""
    first = Ring.attach(ring[1])
    assert first is not None
    with first.drawing(3) as drawing:
        drawing.planes.y.fill(99)
        renderer(redis).render(task(3, delivery=ring[1], hedge=True))
        assert ring[0].look(3) is None
    first.close()
    (letter,) = letters(redis)
    picture = canvas()
    letter.copy_to(picture)
    assert letter.done.hedge
    assert (picture.y[:30, :30] == 235).all()


@pytest.mark.usefixtures("scene")
def test_the_mailbox_is_bounded_and_expires(redis: FarmRedis) -> None:
    drawing = renderer(redis)
    for frame in range(20):
        drawing.render(task(frame))
    assert [letter.done.frame for letter in letters(redis)] == list(range(12, 20))
    assert 0 < redis.ttl(MAILBOX) <= 10


def mapped(name: str) -> bool:
    """Whether this process has a file open whose path ends with ``name``."""
    links = Path("/proc/self/fd").iterdir()
    return any(name in str(link.readlink()) for link in links if link.is_symlink())


@pytest.mark.usefixtures("scene")
def test_a_new_ring_of_a_stream_replaces_the_old_one(redis: FarmRedis) -> None:
    drawing = renderer(redis)
    with open_ring() as (encoders, first):
        drawing.render(task(1, delivery=first))
    del encoders
    assert mapped(first.ring)
    with open_ring() as (second_ring, second):
        drawing.render(task(2, delivery=second))
        assert second_ring.look(2) is not None
    assert not mapped(first.ring)
    drawing.close()
    del second_ring
    assert not mapped(second.ring)


@pytest.mark.usefixtures("scene")
def test_the_ring_of_an_ended_stream_is_given_back(redis: FarmRedis) -> None:
    drawing = renderer(redis)
    with open_ring() as (encoders, ended):
        drawing.render(task(1, delivery=ended))
    del encoders
    emits(redis, "another")
    with pytest.raises(NotFound):
        drawing.render(task(1, stream="another"))
    assert not mapped(ended.ring)


def test_a_frame_that_cannot_be_drawn_leaves_no_finished_slot(
    redis: FarmRedis, ring: tuple[Ring, Delivery], scene: int
) -> None:
    drawing = renderer(redis)
    with pytest.raises(NotFound, match="no scene revision"):
        drawing.render(task(1, segments=[segment(revision=scene + 1)], delivery=ring[1]))
    assert ring[0].look(1) is None
    drawing.render(task(1, delivery=ring[1]))
    assert ring[0].look(1) is not None


def test_many_layer_errors_fit_beside_the_picture(redis: FarmRedis, ring: tuple[Ring, Delivery]) -> None:
    put_scene(redis, *[{"type": "image", "asset": f"gone-{i}" + "x" * 50} for i in range(60)])
    renderer(redis).render(task(1, delivery=ring[1]))
    done = ring[0].look(1)
    assert done is not None
    assert len(done.layer_errors) == 8
    assert done.layer_errors[0][0] == "layer0"


@pytest.mark.parametrize(
    ("queued_ns", "started_ns", "expected"),
    [(0, 2_500_000, 2.5), (5, 5, 0.0), (10, 5, -1.0), (0, int((MAX_QUEUE_MS + 1) * 1e6), -1.0)],
)
def test_waiting_is_only_told_when_the_clocks_can_be_compared(
    queued_ns: int, started_ns: int, expected: float
) -> None:
    assert queue_ms(queued_ns, started_ns) == expected


def test_an_unknown_quality_is_drawn_in_the_best(redis: FarmRedis) -> None:
    put_scene(redis)
    renderer(redis).render(task(1, quality="unheard of"))
    assert len(letters(redis)) == 1
