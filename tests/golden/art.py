"""``make example-assets``: pictures and a font for examples/assets, made by formula; the same every time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.golden.dot_matrix import dot_matrix
from tests.golden.examples import ASSETS
from workers.painters.svg import rasterised

_SEED = 12
_FRAME_MS = 60


def svg(width: int, height: int, *parts: str) -> Image.Image:
    """A drawing as a picture."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
    raster = rasterised(f"{head}{''.join(parts)}</svg>")
    return Image.fromarray(raster, "RGBa").convert("RGBA")


def disc(x: float, y: float, rx: float, paint: str, ry: float | None = None) -> str:
    """An ellipse; a circle without ``ry``."""
    high = rx if ry is None else ry
    return f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{rx:.1f}" ry="{high:.1f}" {paint}/>'


def fill(colour: str, opacity: float = 1) -> str:
    """Paint of an even colour."""
    return f'fill="{colour}" fill-opacity="{opacity:.2f}"'


def line(colour: str, width: float, opacity: float = 1) -> str:
    """Paint of an outline."""
    return f'fill="none" stroke="{colour}" stroke-width="{width:.1f}" stroke-opacity="{opacity:.2f}"'


def polygon(xs: Iterable[float], ys: Iterable[float], colour: str) -> str:
    """Corners, joined."""
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    return f'<polygon points="{corners}" fill="{colour}"/>'


def gradient(kind: str, name: str, *stops: tuple[float, str]) -> str:
    """A paint to be used by its name; linear ones run from top to bottom."""
    way = ' x1="0" y1="0" x2="0" y2="1"' if kind == "linear" else ""
    inner = "".join(f'<stop offset="{at}" stop-color="{colour}"/>' for at, colour in stops)
    return f'<{kind}Gradient id="{name}"{way}>{inner}</{kind}Gradient>'


_CURTAINS = (((60, 255, 170), 0.0, 0.40), ((70, 150, 255), 2.1, 0.30), ((210, 90, 255), 4.0, 0.24))
_RIDGES = (("#16233f", 0.72, 0.16), ("#0c1529", 0.82, 0.12), ("#060b17", 0.9, 0.07))


def aurora(width: int = 640, height: int = 800) -> Image.Image:
    """Curtains of light over mountains."""
    random = np.random.default_rng(_SEED)
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    sky = np.stack([8 + 14 * y, 14 + 30 * y, 38 + 46 * y], -1)
    for hue, phase, rise in _CURTAINS:
        foot = 0.62 - rise * 0.5 + 0.08 * np.sin(5 * x + phase) + 0.03 * np.sin(17 * x + 3 * phase)
        above = np.clip(foot - y, 0, None)
        rays = 0.65 + 0.35 * np.sin(60 * x + 9 * np.sin(4 * x + phase) + phase)
        light = np.exp(-above / (rise * 0.45)) * (y < foot) * rays
        light += 0.5 * np.exp(-np.clip(y - foot, 0, None) / 0.02) * (y >= foot) * rays
        sky += light[..., None] * np.array(hue) * 0.72
    stars = random.integers(0, [[width], [int(height * 0.6)]], (2, 260))
    sky[stars[1], stars[0]] += random.uniform(40, 190, 260)[:, None]
    picture = Image.fromarray(_soft(np.clip(sky, 0, 255)).astype(np.uint8)).convert("RGBA")
    for colour, base, peak in _RIDGES:
        ys = height * (base - peak * random.random(15) * (np.arange(15) % 2 + 0.25))
        xs = np.linspace(0, width, 15)
        ridge = polygon([0, *xs, width], [height, *ys, height], colour)
        picture.alpha_composite(svg(width, height, ridge))
    return picture


def _soft(pixels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Neighbours mixed, so that stars are points and not squares."""
    mixed = pixels.copy()
    for axis in (0, 1):
        mixed = (np.roll(mixed, 1, axis) + 2 * mixed + np.roll(mixed, -1, axis)) / 4
    return mixed


_PLANETS = ("#7dd3fc", "#f472b6", "#a3e635", "#fbbf24", "#c084fc", "#34d399")


def orbits(side: int = 640) -> Image.Image:
    """Planets on rings around a sun."""
    middle = side / 2
    sky = gradient("radial", "sky", (0, "#3b1d60"), (1, "#0a0618"))
    sun = gradient("radial", "sun", (0, "#fff7d6"), (0.35, "#ffb347"), (1, "#3b1d60"))
    parts = [f'<defs>{sky}{sun}</defs><rect width="{side}" height="{side}" fill="url(#sky)"/>']
    parts.append(disc(middle, middle, side * 0.13, 'fill="url(#sun)"'))
    for number, colour in enumerate(_PLANETS):
        radius, angle = side * (0.16 + 0.06 * number), 2.4 * number + 0.7
        x, y = middle + radius * math.cos(angle), middle + radius * math.sin(angle)
        parts.append(disc(middle, middle, radius, line(colour, 2, 0.45)))
        parts.append(disc(x, y, 26 + 2 * number, fill(colour, 0.22)))
        parts.append(disc(x, y, 10 + 2 * number, fill(colour)))
    return svg(side, side, *parts)


_WAVES = ("#b8336a", "#7d2a7a", "#4b2274", "#2a1a5e", "#150f3d")


def tide(width: int = 720, height: int = 480) -> Image.Image:
    """The sun over waves."""
    sky = gradient("linear", "sky", (0, "#31135e"), (0.45, "#d9457b"), (0.75, "#ffb26b"))
    parts = [f'<defs>{sky}</defs><rect width="{width}" height="{height}" fill="url(#sky)"/>']
    parts.append(disc(width * 0.64, height * 0.5, height * 0.2, fill("#ffe8a3")))
    for number, colour in enumerate(_WAVES):
        level, swell = height * (0.56 + 0.095 * number), height * (0.018 + 0.008 * number)
        xs = np.linspace(0, width, 61)
        ys = level + swell * np.sin(xs / width * (9 + 2 * number) + 1.9 * number)
        parts.append(polygon([0, *xs, width], [height, *ys, height], colour))
    return svg(width, height, *parts)


def equaliser(frame: int, frames: int) -> Image.Image:
    """Bars that dance."""
    parts = [f'<rect width="240" height="150" {fill("#101a33")}/>']
    for bar in range(9):
        beat = math.sin(2 * math.pi * frame / frames * (1 + bar % 3) + 1.7 * bar)
        high = 18 + 42 * (1 + beat) * (0.6 + 0.4 * math.cos(0.5 * bar))
        paint = fill(("#38bdf8", "#818cf8", "#e879f9")[bar // 3])
        place = f'x="{24 + 22 * bar}" y="{75 - high / 2:.1f}" width="14" height="{high:.1f}" rx="7"'
        parts.append(f"<rect {place} {paint}/>")
    return svg(240, 150, *parts)


def pulse(frame: int, frames: int) -> Image.Image:
    """Rings that leave a dot, on nothing."""
    ages = [(frame / frames + ring / 2) % 1 for ring in range(2)]
    rings = [disc(90, 90, 22 + 62 * age, line("#34d399", 9 * (1 - age) + 1, 1 - age)) for age in ages]
    return svg(180, 180, *rings, disc(90, 90, 22, fill("#34d399")))


def comet(frame: int, frames: int) -> Image.Image:
    """A light with a tail on its way around."""
    parts = [disc(90, 90, 66, line("#475569", 3))]
    for step in range(14):
        angle = 2 * math.pi * (frame / frames) - 0.11 * step
        x, y = 90 + 66 * math.cos(angle), 90 + 66 * math.sin(angle)
        parts.append(disc(x, y, 13 - 0.8 * step, fill("#f59e0b", 0.95 - 0.065 * step)))
    return svg(180, 180, *parts)


def coin(frame: int, frames: int) -> Image.Image:
    """A coin that turns around its upright axis."""
    share = abs(math.cos(math.pi * frame / frames))
    wide = max(5.0, 54 * share)
    parts = [disc(64, 64, wide + 3, fill("#92400e"), 57), disc(64, 64, wide, fill("#fbbf24"), 54)]
    if share > 0.15:
        parts.append(disc(64, 64, wide * 0.76, line("#b45309", 4), 41))
        reach = [0.52 if corner % 2 == 0 else 0.22 for corner in range(10)]
        xs = [64 + wide * reach[k] * math.sin(math.pi * k / 5) for k in range(10)]
        ys = [64 - 54 * reach[k] * math.cos(math.pi * k / 5) for k in range(10)]
        parts.append(polygon(xs, ys, "#b45309"))
    return svg(128, 128, *parts)


def _frames(draw: Callable[[int, int], Image.Image], count: int) -> list[Image.Image]:
    return [draw(frame, count) for frame in range(count)]


def _film(path: Path, frames: Sequence[Image.Image], *, lossless: bool = False) -> None:
    options: dict[str, Any] = {"lossless": True} if lossless else {}
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=_FRAME_MS, loop=0, **options)


def main() -> None:
    """Paint them all."""
    for name, still in (("aurora", aurora()), ("orbits", orbits()), ("tide", tide())):
        still.convert("RGB").save(ASSETS / f"{name}.jpg", quality=88, optimize=True)
    _film(ASSETS / "equaliser.gif", [bar.convert("RGB").quantize(64) for bar in _frames(equaliser, 20)])
    _film(ASSETS / "pulse.png", _frames(pulse, 14))
    _film(ASSETS / "comet.webp", _frames(comet, 20), lossless=True)
    sheet = Image.new("RGBA", (128 * 4, 128 * 3))
    for number, cell in enumerate(_frames(coin, 12)):
        sheet.paste(cell, (number % 4 * 128, number // 4 * 128))
    sheet.save(ASSETS / "coin.png", optimize=True)
    (ASSETS / "scoreboard.ttf").write_bytes(dot_matrix())


if __name__ == "__main__":
    main()
