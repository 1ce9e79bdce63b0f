"""The ring and the mailbox: what one side writes the other reads, and nothing else gets through."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.errors import FrameRefused
from farm.messages import Delivery, FrameDone, to_pack
from farm.transport.mailbox import MOST_DESCRIBED_BYTES, Letter, pack_frame
from farm.transport.planes import MOST_COVERED, Planes, i420_bytes, planes_in, rects_fit
from farm.transport.ring import SHM_DIR, Ring, SlotBusy
from scene.geometry import Rect

WIDTH, HEIGHT, SLOTS = 64, 32, 4
WHOLE: Rect = (0, 0, WIDTH, HEIGHT)


def done(frame: int, *rects: Rect) -> FrameDone:
    return FrameDone("s", 1, frame, -1, 1, rects, "worker-1", 0.1, 2.0)


def picture(seed: int) -> Planes:
    noise = np.random.default_rng(seed).integers(16, 236, i420_bytes(WIDTH, HEIGHT), np.uint8)
    return planes_in(noise, WIDTH, HEIGHT)


def same(a: Planes, b: Planes) -> bool:
    return all(np.array_equal(p, q) for p, q in zip(a, b, strict=True))


@pytest.fixture
def ring() -> Iterator[Ring]:
    made = Ring.create("test", WIDTH, HEIGHT, SLOTS)
    yield made
    made.close(unlink=True)


def delivery(ring: Ring, nonce: str | None = None) -> Delivery:
    return Delivery(ring.name, nonce or ring.nonce, "mailbox", WIDTH, HEIGHT, SLOTS)


@pytest.fixture
def worker(ring: Ring) -> Iterator[Ring]:
    attached = Ring.attach(delivery(ring))
    assert attached is not None
    yield attached
    attached.close()


def draw(worker: Ring, frame: int, source: Planes, *rects: Rect) -> None:
    with worker.drawing(frame) as drawing:
        drawing.planes.copy_from(source, rects)
        drawing.finish(done(frame, *rects))


def test_a_finished_frame_reaches_the_canvas(ring: Ring, worker: Ring) -> None:
    canvas, source = picture(0), picture(1)
    draw(worker, 5, source, WHOLE)
    assert ring.copy_to(canvas, 5) == done(5, WHOLE)
    assert same(canvas, source)


def test_only_the_rects_are_copied(ring: Ring, worker: Ring) -> None:
    canvas, source, before = picture(0), picture(1), picture(0)
    draw(worker, 5, source, (8, 4, 16, 10))
    ring.copy_to(canvas, 5)
    before.copy_from(source, [(8, 4, 16, 10)])
    assert same(canvas, before)


def test_a_frame_that_nobody_drew_is_not_there(ring: Ring, worker: Ring) -> None:
    draw(worker, 5, picture(1), WHOLE)
    assert ring.look(5 + SLOTS) is None
    assert ring.look(4) is None


def test_a_slot_in_work_is_locked_for_all_others(ring: Ring, worker: Ring) -> None:
    other = Ring.attach(delivery(ring))
    assert other is not None
    draw(worker, 1, picture(1), WHOLE)
    with worker.drawing(1 + SLOTS):
        with pytest.raises(SlotBusy), other.drawing(1 + 2 * SLOTS):
            pytest.fail("two writers in one slot")
        assert ring.copy_to(picture(0), 1) is None
    other.close()


def test_a_writer_that_died_half_way_leaves_nothing_usable(ring: Ring, worker: Ring) -> None:
    class KilledError(Exception):
        pass

    with pytest.raises(KilledError), worker.drawing(5):
        raise KilledError
    canvas = picture(0)
    assert ring.copy_to(canvas, 5) is None
    assert same(canvas, picture(0))
    draw(worker, 5, picture(1), WHOLE)
    assert ring.copy_to(canvas, 5) is not None


def test_a_late_frame_is_refused_before_it_is_drawn(ring: Ring, worker: Ring) -> None:
    ring.emitted = 7
    with pytest.raises(FrameRefused, match="after its tick"), worker.drawing(7):
        pytest.fail("drew a frame that nobody needs")


def test_a_ring_of_another_host_or_epoch_is_not_attached(ring: Ring) -> None:
    assert Ring.attach(delivery(ring, nonce="0" * 32)) is None
    assert Ring.attach(Delivery("framefarm-nowhere", ring.nonce, "m", WIDTH, HEIGHT, SLOTS)) is None


@pytest.mark.parametrize("rect", [(0, 0, WIDTH + 2, 2), (-2, 0, 4, 4), (1, 0, 4, 4), (0, 0, 0, 2)])
def test_rects_outside_the_canvas_are_garbage(ring: Ring, worker: Ring, rect: Rect) -> None:
    with worker.drawing(3) as drawing:
        drawing.finish(done(3, rect))
    canvas = picture(0)
    with pytest.raises(FrameRefused) as refused:
        ring.copy_to(canvas, 3)
    assert refused.value.reason == "garbage"
    assert same(canvas, picture(0))


def test_more_pixels_than_any_frame_has_are_garbage(ring: Ring, worker: Ring) -> None:
    with worker.drawing(3) as drawing:
        drawing.finish(done(3, *[WHOLE] * (MOST_COVERED + 1)))
    with pytest.raises(FrameRefused, match="rectangles"):
        ring.look(3)
    description = to_pack(done(3, *[WHOLE] * 100_000))
    letter = len(description).to_bytes(4, "little") + description + bytes(40)
    with pytest.raises(FrameRefused, match="rectangles"):
        Letter.unpack(letter, WIDTH, HEIGHT)


def test_a_slot_that_describes_another_frame_is_garbage(ring: Ring, worker: Ring) -> None:
    with worker.drawing(3) as drawing:
        drawing.finish(done(10**15, WHOLE))
    for read in (ring.look, lambda frame: ring.copy_to(picture(0), frame)):
        with pytest.raises(FrameRefused, match="says that it is"):
            read(3)


def test_a_letter_with_a_description_without_end_is_refused() -> None:
    talkative = msgspec.structs.replace(done(3, WHOLE), layer_errors=(("title", "x" * MOST_DESCRIBED_BYTES),))
    with pytest.raises(FrameRefused, match="says too much") as refused:
        Letter.unpack(pack_frame(talkative, picture(1)), WIDTH, HEIGHT)
    assert refused.value.reason == "garbage"


def test_closing_with_unlink_leaves_no_segment() -> None:
    made = Ring.create("gone", WIDTH, HEIGHT, SLOTS)
    assert (SHM_DIR / made.name).exists()
    made.close(unlink=True)
    assert not (SHM_DIR / made.name).exists()


even = st.integers(0, 15).map(lambda half: 2 * half)
rects = st.lists(
    st.tuples(even, even, even, even).filter(lambda r: rects_fit([r], WIDTH, HEIGHT)), max_size=4
)


@given(rects=rects, seed=st.integers(0, 99))
def test_a_letter_carries_its_rects_exactly(rects: list[Rect], seed: int) -> None:
    source, canvas, expected = picture(seed), picture(100), picture(100)
    letter = Letter.unpack(pack_frame(done(9, *rects), source), WIDTH, HEIGHT)
    letter.copy_to(canvas)
    expected.copy_from(source, rects)
    assert letter.done == done(9, *rects)
    assert same(canvas, expected)


@given(cut=st.integers(0, 5000), flip=st.integers(0, 255))
def test_a_damaged_letter_is_refused_or_read_whole(cut: int, flip: int) -> None:
    message = bytearray(pack_frame(done(9, WHOLE), picture(1)))
    message[cut % len(message)] ^= flip
    del message[max(1, cut) % len(message) :]
    with suppress(FrameRefused):  # anything else fails the test
        Letter.unpack(bytes(message), WIDTH, HEIGHT).copy_to(picture(0))
