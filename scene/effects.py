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
    """Standard deviation, viewport px, as in CSS."""


class Brightness(Part):
    """All colours times ``amount``."""

    type: Literal["brightness"]
    amount: Factor
    """1 changes nothing, 0 is black."""


class Contrast(Part):
    """The distance from middle grey times ``amount``."""

    type: Literal["contrast"]
    amount: Factor
    """1 changes nothing, 0 is grey."""


class Saturation(Part):
    """How colourful the picture is."""

    type: Literal["saturation"]
    amount: Factor
    """1 changes nothing, 0 is grey."""


class Hue(Part):
    """Turns the colour circle."""

    type: Literal["hue"]
    degrees: float = Field(ge=-36_000, le=36_000)
    """360 is once around."""


class Tint(Part):
    """Mixes ``amount`` of ``colour`` into every colour."""

    type: Literal["tint"]
    colour: ColourText
    """What is mixed in."""
    amount: Unit = 0.5
    """How much of it."""


class DropShadow(Part):
    """The layer's outline in ``colour``, blurred, below it and shifted."""

    type: Literal["dropShadow"]
    x: Shift = 0.0
    """To the right, viewport px."""
    y: Shift = 8.0
    """Downwards, viewport px."""
    radius: Blurring = 8.0
    """Standard deviation of its blur, viewport px."""
    colour: ColourText = "#00000099"
    """Of the shadow."""


class Glow(Part):
    """Light around the layer."""

    type: Literal["glow"]
    radius: Blurring = 16.0
    """Standard deviation of its blur, viewport px."""
    strength: float = Field(1.5, ge=0, le=8)
    """How many times as dense as a blurred outline is."""
    colour: ColourText = "#ffffff"
    """Of the light."""


class Mask(Part):
    """Shows what lies inside a shape in the middle of the layer's box; with ``invert`` what lies outside."""

    type: Literal["mask"]
    shape: MaskShape
    """A circle is the largest one in the box; an ellipse touches its sides."""
    radius: Px = 0.0
    """Of a rectangle's corners, viewport px."""
    inset: Px = 0.0
    """How far the shape keeps from the box, viewport px."""
    feather: Px = 0.0
    """How wide its soft edge is, inwards, viewport px."""
    invert: bool = False
    """Show what lies outside instead."""


class RoundedCorners(Part):
    """Cuts the corners of the layer's box."""

    type: Literal["roundedCorners"]
    radius: Px
    """Viewport px."""


class Vignette(Part):
    """Mixes ``amount`` of ``colour`` in towards the corners, from ``size`` of the way on."""

    type: Literal["vignette"]
    amount: Unit = 0.6
    """How much of the colour the corners get."""
    size: float = Field(0.4, ge=0, le=0.99)
    """How far from the middle it begins; 1 would be the corner."""
    colour: ColourText = "#000000"
    """Of the corners."""


class Pixelate(Part):
    """Blocks of even colour."""

    type: Literal["pixelate"]
    size: float = Field(ge=1, le=1000)
    """The side of a block, viewport px."""


class ChromaKey(Part):
    """Makes colours clear that are like ``colour``, whatever their brightness.

    Distances are those in the plane of Cb and Cr, in which two colours are up to about 1 apart.
    """

    type: Literal["chromaKey"]
    colour: ColourText = "#00ff00"
    """The key, such as a green wall's."""
    tolerance: Unit = 0.2
    """Up to this distance from the key all is clear."""
    softness: Unit = 0.1
    """From there to this much farther it comes back."""
    spill: Unit = 0.5
    """How much of the key's light is taken off what remains."""


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
    """Viewport px, like the others."""
    top: Px = 0.0
    """From above."""
    right: Px = 0.0
    """From the right."""
    bottom: Px = 0.0
    """From below."""


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
