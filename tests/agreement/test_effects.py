"""Effects against Chromium's filters and FFmpeg's."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page

from farm.transport.planes import planes_in
from tests.agreement.others import Pixels, canvas, ffmpeg
from tests.workers.test_effects import applied
from workers import kernel
from workers.effects.blur import reach
from workers.painters.painter import Raster

WIDTH, HEIGHT = 96, 64

_PICTURE = """
  const image = new ImageData(new Uint8ClampedArray(data.pixels), data.width, data.height);
  const picture = new OffscreenCanvas(data.width, data.height);
  picture.getContext('2d').putImageData(image, 0, 0);
  ctx.filter = data.filter;
  ctx.drawImage(picture, data.x, data.y);
"""


def picture() -> Raster:
    """Opaque: soft blobs of all colours."""
    noise = np.random.default_rng(11).integers(0, 256, (HEIGHT // 8, WIDTH // 8, 3), np.uint8)
    colours = np.asarray(cv2.resize(noise, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)
    return np.dstack([colours, np.full((HEIGHT, WIDTH), 255, np.uint8)])


def filtered(page: Page, raster: Raster, css: str, margin: int = 0) -> Pixels:
    """``raster`` as Chromium draws it through a filter, premultiplied, with room around it."""
    height, width = raster.shape[:2]
    data = {"pixels": raster.ravel().tolist(), "width": width, "height": height, "filter": css}
    found = canvas(
        page, width + 2 * margin, height + 2 * margin, _PICTURE, {**data, "x": margin, "y": margin}
    )
    colours = (found[..., :3].astype(int) * found[..., 3:] + 127) // 255
    return np.dstack([colours.astype(np.uint8), found[..., 3]])


@pytest.mark.parametrize(
    ("document", "css"),
    [
        ({"type": "brightness", "amount": 0.4}, "brightness(0.4)"),
        ({"type": "brightness", "amount": 1.7}, "brightness(1.7)"),
        ({"type": "contrast", "amount": 0.5}, "contrast(0.5)"),
        ({"type": "contrast", "amount": 2.2}, "contrast(2.2)"),
        ({"type": "saturation", "amount": 0.0}, "saturate(0)"),
        ({"type": "saturation", "amount": 2.5}, "saturate(2.5)"),
        ({"type": "hue", "degrees": 77.0}, "hue-rotate(77deg)"),
        ({"type": "hue", "degrees": -200.0}, "hue-rotate(-200deg)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_tones_are_those_of_css(page: Page, document: dict[str, Any], css: str) -> None:
    ours, theirs = applied(picture(), **document).astype(int), filtered(page, picture(), css)
    assert np.abs(ours - theirs).max() <= 2


@pytest.mark.parametrize("sigma", [1, 3, 6.5, 12])
def test_a_blur_is_that_of_css(page: Page, sigma: float) -> None:
    ours = applied(picture(), type="blur", radius=sigma).astype(int)
    theirs = filtered(page, picture(), f"blur({sigma}px)", reach(sigma))
    # Below 2 px ours is the Gaussian itself, theirs up to 5 % off it; from there on both are three boxes.
    assert np.abs(ours - theirs).max() <= (1 if sigma >= 2 else 255 * 0.05)


@pytest.mark.parametrize("sigma", [2, 4, 8])
def test_a_blur_is_ffmpegs(sigma: float) -> None:
    room = reach(sigma)
    padded = np.pad(picture()[..., 0], room)
    size = (padded.shape[1], padded.shape[0])
    theirs = ffmpeg(padded, size, "gray", f"gblur=sigma={sigma}:steps=6").reshape(padded.shape)
    ours = applied(picture(), type="blur", radius=sigma)[..., 0]
    # Both stand for a Gaussian, three boxes here, a recursive filter there; each is up to 4 % off.
    assert np.abs(ours.astype(int) - theirs).max() <= 255 * 0.08


@pytest.mark.parametrize(("x", "y", "sigma"), [(6, 9, 3), (-8, 4, 5)])
def test_a_drop_shadow_is_that_of_css(page: Page, x: int, y: int, sigma: float) -> None:
    cut = picture()
    cut[:, WIDTH // 2 :] = 0
    margin = reach(sigma) + 10
    theirs = filtered(page, cut, f"drop-shadow({x}px {y}px {sigma}px rgba(200, 30, 60, 0.6))", margin)
    ours = applied(cut, type="dropShadow", x=x, y=y, radius=sigma, colour="#c81e3c99").astype(int)
    left, top = margin - max(0, reach(sigma) - x), margin - max(0, reach(sigma) - y)
    part = theirs[top : top + ours.shape[0], left : left + ours.shape[1]]
    assert np.abs(ours - part).max() <= 255 * 0.04


@pytest.mark.parametrize(("tolerance", "softness"), [(0.1, 0.2), (0.3, 0.05), (0.25, 0.4)])
def test_a_chroma_key_is_ffmpegs(tolerance: float, softness: float) -> None:
    """FFmpeg measures the same distance, of Cb and Cr from the key's, in other units and as a mean of 3 x 3
    pixels; its alpha rises evenly, ours smoothly: 3 a² - 2 a³."""
    shades = np.random.default_rng(3).integers(0, 256, (20, 30, 3), np.uint8)
    shades[:, :10] = shades[:, :10] // 4 + (30, 150, 70)  # near the key
    blocks = np.dstack([shades, np.full(shades.shape[:2], 255, np.uint8)])
    (luma,), (cb,), (cr,) = (plane.ravel() for plane in planes_of(np.array([[(40, 200, 90, 255)]], np.uint8)))
    unit = 224 / (255 * 2**0.5)  # 224 levels are 1 for us; its own unit is the diagonal of 255 levels
    whole = np.stack([plane.repeat(4, 0).repeat(4, 1) for plane in planes_of(blocks)])
    numbers = f"similarity={tolerance * unit}:blend={softness * unit}"
    graph = f"format=yuva444p,chromakey=color=0x{luma:02x}{cb:02x}{cr:02x}:yuv=1:{numbers},alphaextract"
    even = ffmpeg(whole, (4 * 30, 4 * 20), "yuv444p", graph).reshape(80, 120)[2::4, 2::4] / 255
    ours = applied(
        blocks, type="chromaKey", colour="#28c85a", tolerance=tolerance, softness=softness, spill=0
    )
    assert {0, 255} < set(ours[..., 3].ravel().tolist())
    # Levels of Cb and Cr are rounded for FFmpeg: half a level each of the way through a softness.
    allowed = 1.5 / 224 / softness * 1.5 + 0.01
    assert np.abs(ours[..., 3] / 255 - even * even * (3 - 2 * even)).max() <= allowed


def planes_of(raster: Raster) -> tuple[Pixels, Pixels, Pixels]:
    """Y', Cb and Cr of BT.709, limited range, of every pixel, as the farm converts them."""
    height, width = raster.shape[:2]
    doubled = np.ascontiguousarray(raster.repeat(2, 0).repeat(2, 1))
    y, u, v = planes_in(np.empty(width * height * 6, np.uint8), 2 * width, 2 * height)
    kernel.convert(doubled, y, u, v, np.empty_like(y), np.empty_like(u))
    return np.ascontiguousarray(y[::2, ::2]), u, v
