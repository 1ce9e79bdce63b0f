"""Animations from outside: their frames are what viewers show, and their sizes are bounded."""

from __future__ import annotations

import io
import itertools
from collections.abc import Sequence

import pytest
from PIL import Image, ImageDraw

from farm import moving_images
from farm.errors import AssetRefused
from farm.moving_images import MovingImage, frame_times_ms
from tests.repo.tree import ROOT

EXAMPLES = ROOT / "examples" / "assets"
COLOURS = ("red", "lime", "blue")


def film(kind: str, duration: int | Sequence[int] = (50, 100, 250), **options: object) -> bytes:
    """A film with a square that walks from left to right over nothing."""
    frames = []
    for number, colour in enumerate(COLOURS):
        frame = Image.new("RGBA", (30, 10))
        ImageDraw.Draw(frame).rectangle((number * 10, 0, number * 10 + 9, 9), colour)
        frame.putpixel(
            (number * 10 + 1, 1), (0, 0, 0, 0)
        )  # else WebP's encoder forgets that nothing is below
        frames.append(frame)
    buffer = io.BytesIO()
    lossless = {"lossless": True} if kind == "WEBP" else {"disposal": 2} if kind == "GIF" else {}
    extra = {**lossless, **options}
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:], duration=duration, loop=0, **extra)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_every_kind_has_its_frames_and_durations(kind: str) -> None:
    data = film(kind)
    assert frame_times_ms(data) == (50, 100, 250)
    moving = MovingImage(data)
    for number in (0, 1, 2, 0, 2, 1):
        frame = moving.frame(number)
        assert (frame.mode, frame.size) == ("RGBA", (30, 10))
        alphas = [frame.getpixel((x, 5))[3] for x in (5, 15, 25)]  # type: ignore[index]
        assert alphas == [255 if cell == number else 0 for cell in range(3)], number
    with pytest.raises(AssetRefused):
        moving.frame(3)
    moving.close()


@pytest.mark.parametrize("path", ["pulse.png", "equaliser.gif", "comet.webp"])
def test_frames_come_in_any_order_whichever_was_the_first(path: str) -> None:
    data = (EXAMPLES / path).read_bytes()
    whole = MovingImage(data)
    frames = [whole.frame(number) for number in range(4)]
    for first, second in itertools.permutations(range(4), 2):
        moving = MovingImage(data)
        assert moving.frame(first) == frames[first]
        assert moving.frame(second) == frames[second]
        moving.close()


def test_an_apngs_picture_for_others_is_no_frame() -> None:
    data = film("PNG", (60, 70), default_image=True)
    assert frame_times_ms(data) == (60, 70)
    moving = MovingImage(data)
    assert moving.frame(0).getpixel((15, 5)) == (0, 255, 0, 255)


def test_a_still_picture_has_no_durations() -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "PNG")
    assert frame_times_ms(buffer.getvalue()) == ()


def test_durations_that_mean_none_are_those_of_browsers() -> None:
    assert frame_times_ms(film("GIF", [0, 10, 20])) == (100, 100, 20)


def test_a_damaged_frame_is_refused() -> None:
    data = film("PNG")
    with pytest.raises(AssetRefused, match="damaged"):
        frame_times_ms(data[: len(data) * 2 // 3])


def test_frames_pixels_and_seconds_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving_images, "MAX_SECONDS", 2)
    assert len(frame_times_ms(film("GIF", 660))) == 3
    with pytest.raises(AssetRefused, match="more than 2 seconds"):
        frame_times_ms(film("GIF", 670))
    monkeypatch.setattr(moving_images, "MAX_FRAMES_PX", 300 * 2)
    with pytest.raises(AssetRefused, match="more than 2 frames"):
        frame_times_ms(film("WEBP"))
