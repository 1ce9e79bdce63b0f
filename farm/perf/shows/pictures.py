"""The pictures of the shows, drawn on the spot; the same every time."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Field = NDArray[np.float64]


def backdrop(size: tuple[int, int], phase: float = 0.0) -> Image.Image:
    """A dark sky whose colours flow."""
    x, y = _grid(size)
    waves = 0.5 + 0.5 * np.sin(3 * x + 2 * np.sin(2 * y + phase) + phase)
    glow = np.exp(-((x - 1.2 - 0.3 * math.sin(phase)) ** 2 + (y - 0.35) ** 2) * 3)
    return _rgb(14 + 30 * waves + 60 * glow, 20 + 34 * waves + 40 * glow, 52 + 74 * waves + 66 * glow)


def host(size: tuple[int, int], phase: float) -> Image.Image:
    """Somebody who talks: head, shoulders and a mouth that opens with ``phase``; soft edges."""
    x, y = _grid(size, centred=True)
    head = 1 - np.hypot(x / 0.5, (y + 0.42) / 0.45)
    shoulders = 1 - np.hypot(x / 0.98, (y - 1.1) / 0.95)
    alpha = np.clip(np.maximum(head, shoulders) * 60, 0, 1)
    mouth = np.clip((1 - np.hypot(x / 0.16, (y + 0.2) / (0.02 + 0.07 * abs(math.sin(phase))))) * 30, 0, 1)
    eyes = np.clip((1 - np.hypot((np.abs(x) - 0.18) / 0.06, (y + 0.5) / 0.06)) * 30, 0, 1)
    shade = 0.75 - 0.25 * x - 0.1 * y
    dark = 1 - 0.85 * np.maximum(mouth, eyes)
    red, green, blue = (np.broadcast_to(level * shade, alpha.shape) * dark for level in (250, 196, 160))
    return Image.merge("RGBA", [*_rgb(red, green, blue).split(), _grey(alpha * 255)])


def feed(side: int, phase: float) -> Image.Image:
    """A square of waves."""
    x, y = _grid((side, side))
    wave = np.sin(7 * x + phase) * np.cos(6 * y - phase) + np.sin(5 * (x + y) + 2 * phase)
    return _rgb(128 + 60 * wave, 110 + 50 * np.sin(2 * wave), 150 + 70 * np.cos(wave + phase))


def talk(size: tuple[int, int], line_px: int) -> Image.Image:
    """A column of messages on a panel that the background shines through: bars for words."""
    width, height = size
    picture = Image.new("RGBA", size, (10, 16, 32, 0))
    draw = ImageDraw.Draw(picture)
    random = np.random.default_rng(7)
    for top in range(0, height - line_px, line_px):
        draw.rounded_rectangle((8, top + 6, width - 8, top + line_px - 6), 14, fill=(10, 16, 32, 196))
        hue = random.integers(90, 255, 3)
        draw.ellipse((22, top + 18, 22 + line_px - 36, top + line_px - 18), fill=(*map(int, hue), 255))
        left = line_px + 8
        while left < width - 90:
            word = int(random.integers(24, 92))
            draw.rounded_rectangle(
                (left, top + line_px // 2 - 7, left + word, top + line_px // 2 + 7),
                6,
                fill=(226, 232, 240, 255),
            )
            left += word + 10
    return picture


def banner(size: tuple[int, int]) -> Image.Image:
    """A lower third: a bar with two lines of words."""
    width, height = size
    ramp = np.linspace(0, 1, width)[None, :] * np.ones((height, 1))
    bar = _rgb(14 + 85 * ramp, 165 - 63 * ramp, 233 + 8 * ramp)
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width - 1, height - 1), 22, fill=236)
    bar.putalpha(mask)
    draw = ImageDraw.Draw(bar)
    draw.rounded_rectangle((34, 30, width * 0.55, 66), 10, fill=(255, 255, 255, 255))
    draw.rounded_rectangle((34, 86, width * 0.8, 108), 8, fill=(224, 242, 254, 220))
    return bar


def letters(size: tuple[int, int], seed: int) -> Image.Image:
    """A line of a ticker: many small shapes with edges, as text has them, on nothing."""
    width, height = size
    picture = Image.new("RGBA", size, (255, 255, 255, 0))
    draw = ImageDraw.Draw(picture)
    random = np.random.default_rng(seed)
    left = 0
    while left < width - height:
        wide = int(random.integers(height // 4, height // 2))
        top = int(random.integers(0, height // 3))
        shape = draw.ellipse if random.integers(2) else draw.rectangle
        shape((left, top, left + wide, height - 4), outline=(248, 250, 252, 255), width=max(2, height // 9))
        left += wide + height // 6 + (height // 2 if random.integers(5) == 0 else 0)
    return picture


def _grid(size: tuple[int, int], *, centred: bool = False) -> tuple[Field, Field]:
    width, height = size
    if centred:
        return np.linspace(-1, 1, width)[None, :], np.linspace(-1, 1, height)[:, None]
    return np.linspace(0, width / height, width)[None, :], np.linspace(0, 1, height)[:, None]


def _rgb(red: Field, green: Field, blue: Field) -> Image.Image:
    return Image.merge("RGB", [_grey(channel) for channel in np.broadcast_arrays(red, green, blue)])


def _grey(values: Field) -> Image.Image:
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
