"""Pictures that are missing, broken or slow, through the real renderer: a sign and a word, never a wait."""

from __future__ import annotations

import io
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NoReturn

import numpy as np
import pytest
from PIL import Image

from farm.clock import ManualClock
from farm.errors import StoreUnavailable
from farm.messages import FrameDone
from farm.settings import load_settings
from farm.store import keys
from farm.store.assets import AssetStore
from farm.store.connection import FarmRedis, connect
from farm.transport.mailbox import Letter
from farm.transport.planes import Planes
from tests.workers.farmhand import HEIGHT, WIDTH, canvas, emits, put_scene, same, task
from workers.assets import RETRY_NS, SETTLED_NS, AssetPictures
from workers.loading import HELD_NS, MAX_AHEAD, MAX_LOADS, BesideFrames, StillLoading
from workers.preload import Preloader
from workers.renderer import Renderer

BIG = {"size": {"width": 100, "height": 60}, "position": {"x": 10, "y": 10}}
SETTINGS = load_settings({"FRAME_TRANSPORT": "mailbox", "ASSET_MAX_PIXELS": "1000000"})


def png(colour: str = "#ff8000", size: tuple[int, int] = (20, 12)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def bomb() -> bytes:
    """A small PNG that says it has 50,000 x 50,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")


class Studio:
    """A worker, and the canvas that its frames end up on."""

    def __init__(self, redis: FarmRedis) -> None:
        self.redis = redis
        self.clock = ManualClock(monotonic_ns=5_000_000)
        self.renderer = Renderer(SETTINGS, redis, self.clock, "worker-7")
        emits(redis)
        self.planes = canvas()

    def frame(self, n: int, base: int = -1) -> FrameDone | None:
        """Draw a frame onto the canvas; None when it was given up."""
        self.renderer.render(task(n, base))
        message = self.redis.lpop(keys.mailbox("s", 1))
        if not isinstance(message, bytes):
            return None
        letter = Letter.unpack(message, WIDTH, HEIGHT)
        letter.copy_to(self.planes)
        return letter.done

    def look(self) -> Planes:
        """The canvas as it is now."""
        return Planes(*(plane.copy() for plane in self.planes))


@pytest.fixture
def studio(redis: FarmRedis) -> Iterator[Studio]:
    made = Studio(redis)
    yield made
    made.renderer.close()


@contextmanager
def slow_store(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A store that answers only when the event is set."""
    answer, data = threading.Event(), AssetStore.data

    def late(store: AssetStore, address: str) -> bytes:
        assert answer.wait(30)
        return data(store, address)

    monkeypatch.setattr(AssetStore, "data", late)
    try:
        yield answer
    finally:
        answer.set()


def settled(studio: Studio, n: int, base: int = -1) -> FrameDone:
    """The frame, drawn again until nothing holds it up: the loads run in threads of their own."""
    for _ in range(500):
        done = studio.frame(n, base)
        if done is not None:
            return done
    pytest.fail("it is held up for ever")


def here(studio: Studio, n: int, base: int = -1) -> FrameDone:
    """The frame, drawn again until what it wants is here."""
    for _ in range(500):
        done = settled(studio, n, base)
        if not done.layer_errors:
            return done
    pytest.fail("the picture never came")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "there is no picture"),
        (b"\x89PNG\r\n\x1a\nnonsense", "damaged"),
        (png(size=(200, 200))[:-40], "damaged"),
        (bomb(), "pixels"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>', "not a PNG"),
    ],
)
@pytest.mark.parametrize("kind", ["image", "feed"])
def test_a_picture_that_cannot_be_drawn_is_a_sign_and_told(
    studio: Studio, data: bytes | None, reason: str, kind: str
) -> None:
    if data is not None:
        studio.redis.set(keys.asset("bad"), data)
    other = {"type": "colour", "colour": "#ffffff", "size": {"width": 6, "height": 6}}
    put_scene(studio.redis, {"type": kind, "asset": "bad", **BIG}, other)
    done = settled(studio, 3)
    [(layer, why)] = done.layer_errors
    assert (layer, reason in why) == ("layer0", True)
    assert studio.planes.y[2, 2] == 235
    assert np.ptp(studio.planes.y[15:65, 15:105].astype(int)) > 20


def test_a_slow_picture_holds_frames_up_for_a_moment_and_then_no_more(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.redis.set(keys.asset("slow"), png())
    put_scene(studio.redis, {"type": "image", "asset": "slow", **BIG})
    with slow_store(monkeypatch) as answer:
        assert studio.frame(1) is None
        assert studio.frame(2) is None
        assert studio.renderer.stats()["loading"] == 2
        studio.clock.advance_ns(HELD_NS)
        done = studio.frame(3)
        assert done is not None
        assert done.layer_errors == (("layer0", "its picture is still being loaded"),)
        answer.set()
        here(studio, 4, base=3)
    # What came while frame 4 was drawn may show with the next one only, which draws it in any case.
    here(studio, 5, base=4)
    patched = studio.look()
    here(studio, 5)
    assert same(patched, studio.planes)


def test_a_fast_picture_comes_with_the_frame_that_wants_it(studio: Studio) -> None:
    for name in ("one", "two", "three"):
        studio.redis.set(keys.asset(name), png())
    put_scene(studio.redis, *({"type": "image", "asset": name, **BIG} for name in ("one", "two", "three")))
    assert here(studio, 1).layer_errors == ()


def test_a_store_that_fails_costs_frames_only_for_a_moment(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_store: AssetStore, _address: str) -> bytes:
        raise StoreUnavailable("Redis does not answer")

    put_scene(studio.redis, {"type": "image", "asset": "gone", **BIG})
    monkeypatch.setattr(AssetStore, "data", fails)
    assert studio.frame(1) is None
    assert studio.renderer.stats()["loading"] == 1
    studio.clock.advance_ns(HELD_NS)
    assert settled(studio, 2).layer_errors


def test_a_frame_waits_once_for_all_that_it_wants(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    layers: list[dict[str, Any]] = [{"type": "image", "asset": f"slow{n}", **BIG} for n in range(5)]
    put_scene(studio.redis, *layers)
    waits: list[float] = []
    monkeypatch.setattr("workers.loading.wait", lambda futures, left_s: waits.append(left_s))
    with slow_store(monkeypatch):
        assert studio.frame(1) is None
    assert len(waits) == 1


def test_a_picture_that_was_forgotten_is_loaded_again_beside_the_frames(studio: Studio) -> None:
    studio.redis.set(keys.asset("art"), png())
    put_scene(studio.redis, {"type": "image", "asset": "art", **BIG})
    here(studio, 1)
    before = studio.look()
    studio.renderer._pictures.cache.drop(("art", 0))
    studio.renderer._sprites.cache = type(studio.renderer._sprites.cache)(1_000_000)
    here(studio, 2)
    assert same(before, studio.planes)


def test_a_settled_picture_that_was_forgotten_leaves_no_hole_however_long_it_takes(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.redis.set(keys.asset("art"), png())
    put_scene(studio.redis, {"type": "image", "asset": "art", **BIG})
    here(studio, 1)
    studio.clock.advance_ns(SETTLED_NS)
    here(studio, 2)
    before = studio.look()
    studio.renderer._pictures.cache.drop(("art", 0))
    studio.renderer._sprites.cache = type(studio.renderer._sprites.cache)(1_000_000)
    with slow_store(monkeypatch) as answer:
        for n in (3, 4, 5):
            assert studio.frame(n) is None
            studio.clock.advance_ns(HELD_NS)
        answer.set()
        assert settled(studio, 6).layer_errors == ()
    assert same(before, studio.planes)


def test_a_frame_of_a_film_that_comes_late_is_drawn_when_it_is_here(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.redis.set(keys.asset("art"), png())
    put_scene(studio.redis, {"type": "image", "asset": "art", **BIG})
    here(studio, 1)
    studio.clock.advance_ns(SETTLED_NS)
    before = studio.look()
    studio.renderer._sprites.cache = type(studio.renderer._sprites.cache)(1_000_000)
    with monkeypatch.context() as late:
        late.setattr(studio.renderer._pictures, "picture", is_late)
        here(studio, 2)
        assert not same(before, studio.planes)
    here(studio, 3)
    assert same(before, studio.planes)


def is_late(_asset: str, _frame: int) -> NoReturn:
    """See :class:`workers.painters.image.Pictures`."""
    raise StillLoading("its picture takes long to load")


class Shelf:
    """A source that counts."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def data(self, address: str) -> bytes:
        """See :class:`workers.assets.AssetSource`."""
        self.asked.append(address)
        return png()


def test_a_preloaded_picture_is_there_when_a_frame_wants_it() -> None:
    shelf, clock = Shelf(), ManualClock()
    loads = BesideFrames(clock, patience_s=10)
    pictures = AssetPictures(shelf, clock, SETTINGS, 1_000_000, loads=loads)
    pictures.preload("art")
    pictures.preload("art")
    assert pictures.picture("art", 0).size == (20, 12)
    assert pictures.state("art").problem is None
    pictures.preload("art")
    loads.check()
    assert shelf.asked == ["art"]


def test_a_picture_that_nothing_uses_is_forgotten_after_its_lifetime() -> None:
    shelf, clock = Shelf(), ManualClock()
    settings = load_settings({"ASSET_CACHE_LIFETIME_S": "10"})
    pictures = AssetPictures(shelf, clock, settings, 1_000_000)
    for name in ("used", "unused"):
        pictures.picture(name, 0)
    for _ in range(6):
        clock.advance_ns(2_000_000_000)
        pictures.picture("used", 0)
        pictures.sweep()
    assert pictures.cache.stats().entries == 1
    pictures.picture("unused", 0)
    assert shelf.asked == ["used", "unused", "unused"]


@pytest.mark.parametrize(("ahead", "most"), [(True, MAX_AHEAD), (False, MAX_LOADS)])
def test_so_many_loads_are_under_way(ahead: bool, most: int) -> None:
    clock, go = ManualClock(), threading.Event()
    loads = BesideFrames(clock, patience_s=0)
    ran: list[int] = []

    def load(number: int) -> None:
        assert go.wait(30)
        ran.append(number)

    for number in range(MAX_LOADS + 5):
        (loads.begin if ahead else loads.want)((str(number), 0), partial(load, number))
    go.set()
    loads._pool.shutdown(wait=True)
    assert len(ran) == most


def test_a_problem_is_looked_into_again_without_holding_frames(studio: Studio) -> None:
    put_scene(studio.redis, {"type": "image", "asset": "late", **BIG})
    settled(studio, 1)
    held = studio.renderer.stats()["loading"]
    studio.redis.set(keys.asset("late"), png())
    studio.clock.advance_ns(RETRY_NS)
    here(studio, 2, base=1)
    assert studio.renderer.stats()["loading"] == held


def test_a_picture_that_is_announced_is_loaded_before_a_frame_wants_it(redis: FarmRedis) -> None:
    clock, store = ManualClock(), AssetStore(redis, ManualClock(), SETTINGS)
    came = threading.Event()
    pictures = AssetPictures(store, clock, SETTINGS, 1_000_000)

    def preload(address: str) -> None:
        pictures.preload(address)
        came.set()

    preloader = Preloader(redis, preload)
    preloader.start()
    try:
        assert preloader.listening.wait(10)
        record = store.put(png(), "art.png", "ann")
        assert came.wait(10)
    finally:
        preloader.stop()
    redis.delete(keys.asset(record.address))
    assert pictures.picture(record.address, 0).size == (20, 12)


def test_a_preloader_without_a_store_waits_for_one(redis: FarmRedis) -> None:
    nowhere = connect("redis://127.0.0.1:1/0", timeout_s=0.05)
    preloader = Preloader(nowhere, lambda _address: None)
    preloader.start()
    preloader.stop()
    assert not preloader.listening.is_set()


def test_a_frame_that_has_time_is_drawn_with_its_picture_however_slow_that_is(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.redis.set(keys.asset("slow"), png())
    put_scene(studio.redis, {"type": "image", "asset": "slow", **BIG})
    with slow_store(monkeypatch) as answer:
        assert studio.frame(1) is None
        studio.clock.advance_ns(2 * HELD_NS)
        assert studio.frame(2) is not None
        late = threading.Timer(0.1, answer.set)
        late.start()
        studio.renderer.render(task(3, unhurried=True))
        late.join()
    message = studio.redis.lpop(keys.mailbox("s", 1))
    assert isinstance(message, bytes)
    assert Letter.unpack(message, WIDTH, HEIGHT).done.layer_errors == ()
