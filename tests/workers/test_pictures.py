"""Uploaded pictures on their way to the painters."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from farm.clock import ManualClock
from farm.errors import DrawFailed, SettingsError
from farm.settings import load_settings
from farm.store import keys
from farm.store.assets import AssetStore
from farm.store.connection import FarmRedis
from workers.assets import MAX_KEPT_PX, RETRY_NS, SETTLED_NS, AssetPictures
from workers.cache import ByteCache, RecentCache
from workers.films import MAX_OPEN, Films
from workers.imaging import check_imaging
from workers.typography import fonts

SETTINGS = load_settings({})


def walking_square() -> bytes:
    """A GIF of three frames in which a red square walks over nothing."""
    frames = [Image.new("RGBA", (30, 10)) for _ in range(3)]
    for number, frame in enumerate(frames):
        frame.paste((255, 0, 0, 255), (number * 10, 0, number * 10 + 10, 10))
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=100, disposal=2)
    return buffer.getvalue()


class Shelf:
    """A store of pictures, a clock, and the pictures that a worker takes from there."""

    def __init__(self, redis: FarmRedis) -> None:
        self.redis = redis
        self.clock = ManualClock()
        self.store = AssetStore(redis, self.clock, SETTINGS)
        self.pictures = AssetPictures(self.store, self.clock, SETTINGS, 1_000_000)

    def upload(self, width: int = 20, height: int = 10) -> str:
        buffer = io.BytesIO()
        Image.new("RGBA", (width, height), (255, 0, 0, 128)).save(buffer, "PNG")
        return self.store.put(buffer.getvalue(), "p.png", "ann").id


@pytest.fixture
def shelf(redis: FarmRedis) -> Shelf:
    return Shelf(redis)


def test_a_picture_is_decoded_once_and_premultiplied(shelf: Shelf) -> None:
    asset = shelf.upload()
    state = shelf.pictures.state(asset)
    assert (state.width, state.height, state.problem) == (20, 10, None)
    shelf.redis.flushall()
    picture = shelf.pictures.picture(asset, 0)
    assert (picture.mode, picture.getpixel((3, 3))) == ("RGBa", (128, 0, 0, 128))


def test_a_new_picture_is_unsettled_until_every_worker_must_have_it(shelf: Shelf) -> None:
    asset = shelf.upload()
    assert not shelf.pictures.state(asset).settled
    shelf.clock.advance_ns(SETTLED_NS)
    assert shelf.pictures.state(asset).settled


def test_a_missing_picture_is_looked_for_once_a_second(shelf: Shelf) -> None:
    later = shelf.upload()
    data = shelf.store.data(later)
    shelf.store.delete(later)
    assert "there is no picture" in str(shelf.pictures.state(later).problem)
    shelf.redis.set(keys.asset(later), data)
    shelf.clock.advance_ns(RETRY_NS - 1)
    assert shelf.pictures.state(later).problem is not None
    shelf.clock.advance_ns(1)
    state = shelf.pictures.state(later)
    assert (state.problem, state.settled) == (None, False)


def test_a_broken_picture_has_its_problem(shelf: Shelf) -> None:
    shelf.redis.set(keys.asset("broken"), b"not a picture")
    assert "not a PNG" in str(shelf.pictures.state("broken").problem)


def test_a_picture_that_is_gone_when_it_is_wanted_again_fails_its_layer(shelf: Shelf) -> None:
    asset = shelf.upload()
    shelf.pictures.state(asset)
    shelf.pictures.cache.drop((asset, 0))
    shelf.redis.flushall()
    with pytest.raises(DrawFailed, match="there is no picture"):
        shelf.pictures.picture(asset, 0)


def test_a_huge_picture_is_kept_smaller_but_measures_what_it_was(shelf: Shelf) -> None:
    asset = shelf.upload(4500, 2000)
    assert (shelf.pictures.state(asset).width, shelf.pictures.state(asset).height) == (4500, 2000)
    kept = shelf.pictures.picture(asset, 0)
    assert kept.width * kept.height <= MAX_KEPT_PX
    assert kept.width / kept.height == pytest.approx(2.25, rel=0.01)


def test_an_animation_plays_from_one_open_decoder(shelf: Shelf) -> None:
    asset = shelf.store.put(walking_square(), "walk.gif", "ann").id
    shelf.pictures.state(asset)
    pictures = [shelf.pictures.picture(asset, 1)]
    shelf.redis.flushall()
    pictures += [shelf.pictures.picture(asset, frame) for frame in (0, 2, 1)]
    inked = [[x for x in (5, 15, 25) if picture.getpixel((x, 5))[3]] for picture in pictures]  # type: ignore[index]
    assert inked == [[15], [5], [25], [15]]
    with pytest.raises(DrawFailed, match="damaged"):
        shelf.pictures.picture(asset, 3)


def test_only_so_many_decoders_are_open() -> None:
    films, fetched = Films(), []

    def data(asset: str) -> bytes:
        fetched.append(asset)
        return walking_square()

    names = [str(number) for number in range(MAX_OPEN + 1)]
    for name in [*names, names[-1], names[0]]:
        films.frame(name, 1, data)
    assert fetched == [*names, names[0]]


def test_the_byte_cache_forgets_what_was_not_used_for_longest() -> None:
    cache: ByteCache[str, str] = ByteCache(10)
    for key in "abc":
        cache.put(key, key.upper(), 3)
    assert cache.get("a") == "A"
    cache.put("d", "D", 4)
    assert [cache.get(key) for key in "abcd"] == ["A", None, "C", "D"]
    assert (cache.stats().bytes, cache.stats().entries) == (10, 3)


def test_the_byte_cache_keeps_one_value_that_is_too_large_alone() -> None:
    cache: ByteCache[str, str] = ByteCache(10)
    cache.put("a", "A", 3)
    cache.put("huge", "H", 30)
    assert (cache.get("a"), cache.get("huge")) == (None, "H")
    cache.put("b", "B", 3)
    assert (cache.stats().bytes, cache.get("b")) == (3, "B")


def test_replacing_a_value_counts_its_bytes_once() -> None:
    cache: ByteCache[str, str] = ByteCache(10)
    for _ in range(5):
        cache.put("a", "A", 4)
    assert cache.stats().bytes == 4


def test_the_recent_cache_gives_back_what_had_to_go() -> None:
    cache: RecentCache[int, str] = RecentCache(2)
    assert [cache.put(number, str(number)) for number in (1, 2)] == [None, None]
    assert cache.get(1) == "1"
    assert cache.put(3, "3") == "2"


def test_imaging_is_complete_here() -> None:
    check_imaging()


def test_everything_that_is_missing_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_installed", dict)
    monkeypatch.setattr("workers.imaging.features.check", lambda name: name != "raqm")
    with pytest.raises(SettingsError) as caught:
        check_imaging()
    assert "without text shaping" in caught.value.message
    assert (
        "NotoSans-Regular.ttf is not installed; try `apt-get install fonts-noto-core" in caught.value.message
    )
    assert "DejaVuSansMono.ttf" in caught.value.message
