"""Pictures that people upload: read within limits, and every decoder's error becomes AssetRefused.

PNG, JPEG, WebP and GIF (of an animation, the first frame; ``farm.moving_images`` has the others). Colour
profiles are ignored; a JPEG's orientation tag is obeyed, so sizes are those of the picture as people see it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import simplejpeg  # type: ignore[import-untyped]  # it ships no types
from PIL import Image, ImageOps, UnidentifiedImageError

from farm.errors import AssetRefused

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_ORIENTATION = 0x0112
_SIDEWAYS = range(5, 9)  # EXIF orientations that swap width and height


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """What a picture's header says. ``format`` is one of FORMATS; sizes in pixels."""

    format: str
    width: int
    height: int


def inspect_image(data: bytes, *, max_bytes: int, max_pixels: int) -> ImageInfo:
    """Read the header of the picture in ``data`` and check it against the limits.

    Raises AssetRefused. Cheap: no pixel is decoded, so a damaged body goes unnoticed.
    """
    with _opened(data, max_bytes, max_pixels) as image:
        return _info(image)


def check_picture(data: bytes, *, max_bytes: int, max_pixels: int) -> ImageInfo:
    """What :func:`inspect_image` does, and that the body is whole. Raises AssetRefused.

    A JPEG is decoded at an eighth of its size, which reads all of it and costs a tenth.
    """
    with _opened(data, max_bytes, max_pixels) as image:
        info = _info(image)
        image.draft("RGB", (max(1, image.width // 8), max(1, image.height // 8)))
        image.load()
        return info


def decode_image(data: bytes, *, max_bytes: int, max_pixels: int) -> Image.Image:
    """The whole picture in ``data`` as RGBA, upright. Raises AssetRefused."""
    with _opened(data, max_bytes, max_pixels) as image:
        if image.format == "JPEG" and image.mode == "RGB" and _ORIENTATION not in image.getexif():
            # The same pixels as by PIL, in half the time.
            return Image.fromarray(simplejpeg.decode_jpeg(data, colorspace="RGBA"))
        return upright_rgba(image)


def upright_rgba(image: Image.Image) -> Image.Image:
    """The pixels of ``image`` as people see them."""
    image.load()
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I;16") or upright.mode in ("I", "F"):
        upright = _eight_bits(upright)
    return upright.convert("RGBA")


@contextmanager
def decoder_errors() -> Iterator[None]:
    """Every decoder's error becomes AssetRefused."""
    try:
        yield
    except AssetRefused:
        raise
    except UnidentifiedImageError as error:
        raise AssetRefused("this is not a PNG, JPEG, WebP or GIF picture") from error
    except Image.DecompressionBombError as error:
        raise AssetRefused("the picture has far too many pixels; make it smaller") from error
    except Exception as error:
        raise AssetRefused(f"the picture is damaged ({type(error).__name__})") from error


@contextmanager
def _opened(data: bytes, max_bytes: int, max_pixels: int) -> Iterator[Image.Image]:
    """The picture with its header read and its size checked."""
    if len(data) > max_bytes:
        raise AssetRefused(f"the picture has {len(data):,} bytes; at most {max_bytes:,} are allowed")
    with decoder_errors(), Image.open(io.BytesIO(data), formats=FORMATS) as image:
        _check_size(image, max_pixels)
        yield image


def _check_size(image: Image.Image, max_pixels: int) -> None:
    if image.width * image.height > max_pixels:
        size = f"{image.width} x {image.height}"
        raise AssetRefused(f"the picture has {size} pixels; at most {max_pixels:,} in all are allowed")


def _info(image: Image.Image) -> ImageInfo:
    width, height = image.size
    if image.getexif().get(_ORIENTATION) in _SIDEWAYS:
        width, height = height, width
    return ImageInfo(str(image.format), width, height)


def _eight_bits(image: Image.Image) -> Image.Image:
    """A picture of 16 bits a sample as grey of 8; PIL itself would clip it."""
    return Image.fromarray((np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8))
