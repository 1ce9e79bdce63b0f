"""What is done to a layer's own picture before it is laid over those below, in canvas pixels.

The colour matrices are those of W3C Filter Effects Level 1 (https://www.w3.org/TR/filter-effects-1/), in sRGB
as CSS has them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from scene.blending import Blend
from scene.colour import Colour, parse_colour
from scene.effects import (
    AnyEffect,
    Blur,
    Brightness,
    ChromaKey,
    Contrast,
    DropShadow,
    Glow,
    Hue,
    Mask,
    MaskShape,
    Pixelate,
    RoundedCorners,
    Saturation,
    Tint,
    Vignette,
)
from scene.fitting import Fitting

_STEPS = 1000
"""Amounts are rounded to this part, so that the slow end of a change comes to rest."""

Row = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Blurred:
    """A Gaussian blur of the standard deviation ``sigma``."""

    sigma: float


@dataclass(frozen=True, slots=True)
class Recoloured:
    """Red, green and blue by a row each: shares of red, green and blue, and what is added, 0..1."""

    red: Row
    green: Row
    blue: Row


@dataclass(frozen=True, slots=True)
class Shadowed:
    """The outline, shifted, blurred and ``strength`` times as dense, in ``colour`` below the picture."""

    x: float
    y: float
    sigma: float
    strength: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Masked:
    """See :class:`scene.effects.Mask`."""

    shape: MaskShape
    radius: float
    inset: float
    feather: float
    invert: bool


@dataclass(frozen=True, slots=True)
class Vignetted:
    """See :class:`scene.effects.Vignette`."""

    amount: float
    size: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Pixelated:
    """Blocks of ``size`` pixels."""

    size: int


@dataclass(frozen=True, slots=True)
class Keyed:
    """See :class:`scene.effects.ChromaKey`."""

    colour: Colour
    tolerance: float
    softness: float
    spill: float


EffectState = Blurred | Recoloured | Shadowed | Masked | Vignetted | Pixelated | Keyed


@dataclass(frozen=True, slots=True)
class Finish:
    """All of it: what is cut off at left, top, right and bottom; the effects in order; the blend."""

    crop: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    effects: tuple[EffectState, ...] = ()
    blend: Blend = "normal"

    @property
    def is_plain(self) -> bool:
        """Whether it leaves the picture as it is; the blend is about those below."""
        return not self.effects and self.crop == (0.0, 0.0, 0.0, 0.0)


PLAIN = Finish()

Values = Mapping[str, float]
FinishMaker = Callable[[Values], Finish]
"""A layer's finish from the values of all its properties."""


def finish_maker(effects: Sequence[AnyEffect], blend: Blend, fitting: Fitting) -> FinishMaker:
    """What makes the finish of a layer with these effects and this blend mode."""
    return partial(_finish, effects, blend, fitting)


def _finish(effects: Sequence[AnyEffect], blend: Blend, fitting: Fitting, values: Values) -> Finish:
    fitting = fitting.zoomed(values["scale.x"], values["scale.y"])
    left, top = fitting.width(values["crop.left"]), fitting.height(values["crop.top"])
    right, bottom = fitting.width(values["crop.right"]), fitting.height(values["crop.bottom"])
    states = [
        _RESOLVERS[type(effect)](effect, _Numbers(f"effects[{index}].", values, fitting))
        for index, effect in enumerate(effects)
    ]
    return Finish((left, top, right, bottom), tuple(state for state in states if state is not None), blend)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The numbers of one effect, in canvas px where they are lengths."""

    prefix: str
    values: Values
    fitting: Fitting

    def length(self, name: str) -> float:
        return self.fitting.length(self.values[self.prefix + name])

    def amount(self, name: str) -> float:
        return round(self.values[self.prefix + name] * _STEPS) / _STEPS


def _blurred(_effect: Blur, numbers: _Numbers) -> Blurred | None:
    sigma = numbers.length("radius")
    return Blurred(sigma) if sigma else None


def _drop_shadow(effect: DropShadow, numbers: _Numbers) -> Shadowed:
    x, y, sigma = numbers.length("x"), numbers.length("y"), numbers.length("radius")
    return Shadowed(x, y, sigma, 1.0, parse_colour(effect.colour))


def _glow(effect: Glow, numbers: _Numbers) -> Shadowed:
    sigma, strength = numbers.length("radius"), numbers.amount("strength")
    return Shadowed(0.0, 0.0, sigma, strength, parse_colour(effect.colour))


def _mask(effect: Mask, numbers: _Numbers) -> Masked:
    radius, inset, feather = numbers.length("radius"), numbers.length("inset"), numbers.length("feather")
    return Masked(effect.shape, radius, inset, feather, effect.invert)


def _rounded_corners(_effect: RoundedCorners, numbers: _Numbers) -> Masked:
    return Masked("rectangle", numbers.length("radius"), 0.0, 0.0, invert=False)


def _vignette(effect: Vignette, numbers: _Numbers) -> Vignetted:
    return Vignetted(numbers.amount("amount"), numbers.amount("size"), parse_colour(effect.colour))


def _pixelated(_effect: Pixelate, numbers: _Numbers) -> Pixelated | None:
    size = round(numbers.length("size"))
    return Pixelated(size) if size > 1 else None


def _keyed(effect: ChromaKey, numbers: _Numbers) -> Keyed:
    tolerance, softness = numbers.amount("tolerance"), numbers.amount("softness")
    return Keyed(parse_colour(effect.colour), tolerance, softness, numbers.amount("spill"))


def _brightness(_effect: Brightness, numbers: _Numbers) -> Recoloured | None:
    return _scaled(numbers.amount("amount"), 0.0, 0.0, 0.0)


def _contrast(_effect: Contrast, numbers: _Numbers) -> Recoloured | None:
    factor = numbers.amount("amount")
    offset = 0.5 - 0.5 * factor
    return _scaled(factor, offset, offset, offset)


def _tint(effect: Tint, numbers: _Numbers) -> Recoloured | None:
    tint = parse_colour(effect.colour)
    share = numbers.amount("amount") * tint.alpha / 255
    red, green, blue = (share * channel / 255 for channel in tint[:3])
    return _scaled(1 - share, red, green, blue)


def _scaled(factor: float, red: float, green: float, blue: float) -> Recoloured | None:
    if factor == 1:
        return None
    return Recoloured((factor, 0.0, 0.0, red), (0.0, factor, 0.0, green), (0.0, 0.0, factor, blue))


def _saturation(_effect: Saturation, numbers: _Numbers) -> Recoloured | None:
    s = numbers.amount("amount")
    if s == 1:
        return None
    return Recoloured(
        (0.213 + 0.787 * s, 0.715 - 0.715 * s, 0.072 - 0.072 * s, 0.0),
        (0.213 - 0.213 * s, 0.715 + 0.285 * s, 0.072 - 0.072 * s, 0.0),
        (0.213 - 0.213 * s, 0.715 - 0.715 * s, 0.072 + 0.928 * s, 0.0),
    )


def _hue(_effect: Hue, numbers: _Numbers) -> Recoloured | None:
    degrees = numbers.amount("degrees") % 360
    if degrees == 0:
        return None
    angle = math.radians(degrees)
    c, s = math.cos(angle), math.sin(angle)
    return Recoloured(
        (0.213 + c * 0.787 - s * 0.213, 0.715 - c * 0.715 - s * 0.715, 0.072 - c * 0.072 + s * 0.928, 0.0),
        (0.213 - c * 0.213 + s * 0.143, 0.715 + c * 0.285 + s * 0.140, 0.072 - c * 0.072 - s * 0.283, 0.0),
        (0.213 - c * 0.213 - s * 0.787, 0.715 - c * 0.715 + s * 0.715, 0.072 + c * 0.928 + s * 0.072, 0.0),
    )


_RESOLVERS: Mapping[type, Callable[[Any, _Numbers], EffectState | None]] = {
    Blur: _blurred,
    Brightness: _brightness,
    Contrast: _contrast,
    Saturation: _saturation,
    Hue: _hue,
    Tint: _tint,
    DropShadow: _drop_shadow,
    Glow: _glow,
    Mask: _mask,
    RoundedCorners: _rounded_corners,
    Vignette: _vignette,
    Pixelate: _pixelated,
    ChromaKey: _keyed,
}
"""An effect of the document in canvas pixels; None when it changes nothing."""
