"""Pictures from outside: good ones are read as people see them, all others are refused with a reason."""

from __future__ import annotations

import io
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from farm.errors import AssetRefused
from farm.images import FORMATS, ImageInfo, decode_image, inspect_image

MAX_BYTES, MAX_PIXELS = 1_000_000, 100_000


def encoded(image: Image.Image, format: str = "PNG", **options: object) -> bytes:  # noqa: A002  PIL's name
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def inspect(data: bytes) -> ImageInfo:
    return inspect_image(data, max_bytes=MAX_BYTES, max_pixels=MAX_PIXELS)


def decode(data: bytes) -> Image.Image:
    return decode_image(data, max_bytes=MAX_BYTES, max_pixels=MAX_PIXELS)


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_is_inspected_and_decoded(kind: str) -> None:
    data = encoded(Image.new("RGB", (40, 20), (200, 30, 30)), kind)
    assert inspect(data) == ImageInfo(kind, 40, 20)
    picture = decode(data)
    assert (picture.mode, picture.size) == ("RGBA", (40, 20))
    assert np.abs(np.asarray(picture)[10, 10].astype(int) - (200, 30, 30, 255)).max() <= 3


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_colour_mode_becomes_rgba(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    data = encoded(Image.new(mode, (8, 8)), kind)
    assert decode(data).mode == "RGBA"


@pytest.mark.parametrize("options", [{"subsampling": 0}, {"subsampling": 2}, {"progressive": True}])
@pytest.mark.parametrize("size", [(40, 20), (41, 23), (1, 1)])
def test_a_photograph_is_decoded_as_by_any_other_reader(
    options: dict[str, object], size: tuple[int, int]
) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (6, 9, 3), np.uint8)
    data = encoded(Image.fromarray(noise).resize(size), "JPEG", quality=80, **options)
    with Image.open(io.BytesIO(data)) as image:
        assert np.array_equal(np.asarray(decode(data)), np.asarray(image.convert("RGBA")))


def test_sixteen_bits_are_scaled_and_not_clipped() -> None:
    data = encoded(Image.fromarray(np.full((4, 4), 0x8000, np.uint16)))
    assert decode(data).getpixel((1, 1)) == (128, 128, 128, 255)


def test_the_orientation_of_a_photograph_is_obeyed() -> None:
    image = Image.new("RGB", (40, 20), "white")
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(image, "JPEG", exif=exif)
    assert inspect(data) == ImageInfo("JPEG", 20, 40)
    assert decode(data).size == (20, 40)


def test_the_first_frame_of_an_animation_is_the_picture() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert decode(data).getpixel((4, 4)) == (255, 0, 0, 255)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a PNG"),
        (b"GIF89a", "not a PNG|damaged"),
        (b"%PDF-1.4 hello", "not a PNG"),
        (encoded(Image.new("RGB", (8, 8)), "BMP"), "not a PNG"),
        (encoded(Image.effect_noise((64, 64), 90))[:900], "damaged"),
        (encoded(Image.new("L", (1000, 101))), "1000 x 101 pixels; at most 100,000"),
        (bytes(MAX_BYTES + 1), "1,000,001 bytes; at most 1,000,000"),
    ],
)
def test_a_bad_picture_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(AssetRefused, match=reason):
        decode(data)


def test_a_huge_picture_is_refused_before_a_pixel_is_decoded() -> None:
    with pytest.raises(AssetRefused, match="at most 100,000"):
        inspect(encoded(Image.new("1", (9000, 9000))))


GOOD = [encoded(Image.effect_noise((32, 24), 60).convert("RGB"), kind) for kind in FORMATS]


@given(st.sampled_from(GOOD), st.integers(0, 10_000), st.binary(min_size=1, max_size=8))
def test_damage_anywhere_gives_a_picture_or_a_refusal_and_nothing_else(
    good: bytes, place: int, noise: bytes
) -> None:
    at = place % len(good)
    damaged = good[:at] + noise + good[at + len(noise) :]
    with suppress(AssetRefused):
        assert decode(damaged).mode == "RGBA"
