"""Colours on their way from one to another: Oklab, premultiplied by alpha, as CSS mixes colours.

Even steps of it look even, and no way leads through a muddy middle. Sources: B. Ottosson, A perceptual color
space for image processing, https://bottosson.github.io/posts/oklab/; CSS Color 4, 12.3 (premultiplied).
"""

from __future__ import annotations

from math import cbrt

from scene.colour import Colour

CHANNELS: dict[str, tuple[float, float]] = {
    "lightness": (0.0, 1.0),
    "a": (-0.5, 0.5),
    "b": (-0.5, 0.5),
    "alpha": (0.0, 1.0),
}
"""The numbers that a colour is moved by, each with its smallest and largest value."""

_TRANSPARENT = Colour(0, 0, 0, 0)


def channels_of(colour: Colour | None) -> tuple[float, float, float, float]:
    """The numbers of ``colour`` in the order of CHANNELS; None is transparent."""
    red, green, blue = (_linear(part / 255) for part in (colour or _TRANSPARENT)[:3])
    alpha = (colour or _TRANSPARENT).alpha / 255
    long = cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        (0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short) * alpha,
        (1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short) * alpha,
        (0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short) * alpha,
        alpha,
    )


def colour_of(lightness: float, a: float, b: float, alpha: float) -> Colour:
    """The colour that these channels show, the nearest in sRGB by clipping; exact for those of a colour."""
    opaque = round(alpha * 255)
    if opaque == 0:
        return _TRANSPARENT
    lightness, a, b = lightness / alpha, a / alpha, b / alpha
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return Colour(
        _shown(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _shown(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _shown(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
        opaque,
    )


def _linear(shown: float) -> float:
    """sRGB's transfer function, IEC 61966-2-1, backwards."""
    return shown / 12.92 if shown <= 0.04045 else ((shown + 0.055) / 1.055) ** 2.4


def _shown(light: float) -> int:
    light = min(max(light, 0.0), 1.0)
    return round(255 * (12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055))
