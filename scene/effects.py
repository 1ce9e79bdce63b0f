"""Effects as documents hold them: what is done to a layer's own picture, one after the other.

Lengths are viewport px. Every number can be animated, as ``effects[0].radius``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, get_args

from pydantic import Field

from scene.fields import MAX_SIDE_PX, ColourText, Part, Unit

MAX_EFFECTS = 8
"""Of one layer."""
MAX_BLUR_PX = 200

Blurring = Annotated[float, Field(ge=0, le=MAX_BLUR_PX)]
"""The standard deviation of a Gaussian blur, as in CSS."""
Factor = Annotated[float, Field(ge=0, le=4)]
"""1 changes nothing."""
Px = Annotated[float, Field(ge=0, le=MAX_SIDE_PX)]
Shift = Annotated[float, Field(ge=-1000, le=1000)]
MaskShape = Literal["rectangle", "circle", "ellipse"]


class Blur(Part):
    """A Gaussian blur; it reaches beyond the layer's box."""

    type: Literal["blur"]
    radius: Blurring


class Brightness(Part):
    """All colours times ``amount``."""

    type: Literal["brightness"]
    amount: Factor


class Contrast(Part):
    """The distance from middle grey times ``amount``."""

    type: Literal["contrast"]
    amount: Factor


class Saturation(Part):
    """0 is grey, 1 changes nothing."""

    type: Literal["saturation"]
    amount: Factor


class Hue(Part):
    """Turns the colour circle."""

    type: Literal["hue"]
    degrees: float = Field(ge=-36_000, le=36_000)


class Tint(Part):
    """Mixes ``amount`` of ``colour`` into every colour."""

    type: Literal["tint"]
    colour: ColourText
    amount: Unit = 0.5


class DropShadow(Part):
    """The layer's outline in ``colour``, blurred, below it and shifted."""

    type: Literal["dropShadow"]
    x: Shift = 0.0
    y: Shift = 8.0
    radius: Blurring = 8.0
    colour: ColourText = "#00000099"


class Glow(Part):
    """Light around the layer."""

    type: Literal["glow"]
    radius: Blurring = 16.0
    strength: float = Field(1.5, ge=0, le=8)
    colour: ColourText = "#ffffff"


class Mask(Part):
    """Shows what lies inside a shape in the middle of the layer's box; with ``invert`` what lies outside."""

    type: Literal["mask"]
    shape: MaskShape
    radius: Px = 0.0
    """Of a rectangle's corners."""
    inset: Px = 0.0
    """How far the shape keeps from the box."""
    feather: Px = 0.0
    """How wide its soft edge is, inwards."""
    invert: bool = False


class RoundedCorners(Part):
    """Cuts the corners of the layer's box."""

    type: Literal["roundedCorners"]
    radius: Px


class Vignette(Part):
    """Mixes ``amount`` of ``colour`` in towards the corners, from ``size`` of the way on."""

    type: Literal["vignette"]
    amount: Unit = 0.6
    size: float = Field(0.4, ge=0, le=0.99)
    colour: ColourText = "#000000"


class Pixelate(Part):
    """Blocks of even colour."""

    type: Literal["pixelate"]
    size: float = Field(ge=1, le=1000)


class ChromaKey(Part):
    """Makes colours clear that are like ``colour``, whatever their brightness.

    ``tolerance`` and ``softness`` are distances in the plane of Cb and Cr, in which two colours are up
    to about 1 apart; ``spill`` takes the key's light off what remains.
    """

    type: Literal["chromaKey"]
    colour: ColourText = "#00ff00"
    tolerance: Unit = 0.2
    softness: Unit = 0.1
    spill: Unit = 0.5


AnyEffect = (
    Blur
    | Brightness
    | Contrast
    | Saturation
    | Hue
    | Tint
    | DropShadow
    | Glow
    | Mask
    | RoundedCorners
    | Vignette
    | Pixelate
    | ChromaKey
)
Effect = Annotated[AnyEffect, Field(discriminator="type")]


class Crop(Part):
    """How much of a layer's box is cut off from each side; what remains stays where it is."""

    left: Px = 0.0
    top: Px = 0.0
    right: Px = 0.0
    bottom: Px = 0.0


Bounds = tuple[float, float]
EFFECT_PROPERTY = re.compile(r"effects\[\d{1,2}\]\.[A-Za-z]{1,16}")
FINISH_PATTERN = r"^(crop\.(left|top|right|bottom)|effects\[\d{1,2}\]\.[A-Za-z]{1,16})$"
"""What :func:`is_finish_property` takes, for the JSON schema."""
CROPPED_SIDES: Mapping[str, Bounds] = {
    f"crop.{side}": (0.0, MAX_SIDE_PX) for side in ("left", "top", "right", "bottom")
}


def _numbers(kind: type[Part]) -> Mapping[str, Bounds]:
    """The fields of ``kind`` that are numbers, with their smallest and largest value."""
    found = {}
    for name, field in kind.model_fields.items():
        low = next((limit.ge for limit in field.metadata if hasattr(limit, "ge")), None)
        high = next((limit.le for limit in field.metadata if hasattr(limit, "le")), None)
        if isinstance(low, int | float) and isinstance(high, int | float):
            found[name] = (float(low), float(high))
    return found


NUMBERS: Mapping[type[Part], Mapping[str, Bounds]] = {kind: _numbers(kind) for kind in get_args(AnyEffect)}
"""By kind of effect what of it can be animated."""


def is_finish_property(target: object) -> bool:
    """Whether ``target`` reads as a number of an effect or of the crop."""
    return isinstance(target, str) and (
        target in CROPPED_SIDES or EFFECT_PROPERTY.fullmatch(target) is not None
    )


def finish_bounds(effects: Sequence[AnyEffect]) -> dict[str, Bounds]:
    """Every number of a layer's crop and ``effects`` that can be animated, by property."""
    numbers = {
        f"effects[{index}].{name}": bounds
        for index, effect in enumerate(effects)
        for name, bounds in NUMBERS[type(effect)].items()
    }
    return {**CROPPED_SIDES, **numbers}


def finish_values(crop: Crop, effects: Sequence[AnyEffect]) -> dict[str, float]:
    """The document's own values of what :func:`finish_bounds` names."""
    numbers = {
        f"effects[{index}].{name}": float(getattr(effect, name))
        for index, effect in enumerate(effects)
        for name in NUMBERS[type(effect)]
    }
    sides = {
        "crop.left": crop.left,
        "crop.top": crop.top,
        "crop.right": crop.right,
        "crop.bottom": crop.bottom,
    }
    return {**sides, **numbers}
