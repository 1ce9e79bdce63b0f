"""What the fields of a scene document are made of: their types, bounds and wording."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    WrapValidator,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from scene.colour import COLOUR_PATTERN, parse_colour

MAX_POSITION_PX = 100_000
MAX_SIDE_PX = 8192
MAX_PERCENT = 1000
MAX_TEXT = 5000
"""Characters of one layer."""

_PERCENT = re.compile(r"(-?\d{1,4}(?:\.\d{1,6})?)%")
# All but tab and line feed; half of a surrogate pair is not text either.
_UNDRAWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class Part(BaseModel):
    """A part of a scene document: immutable, camelCase outside, nothing unknown, nothing converted."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        alias_generator=to_camel,
        use_attribute_docstrings=True,  # they describe the fields in the schema and in docs/
    )

    @model_validator(mode="before")
    @classmethod
    def _is_no_flood(cls, data: Any) -> Any:
        if isinstance(data, dict) and len(data) > MAX_FIELDS:
            raise mistake(f"has {len(data)} fields, nearly all of them unknown; remove those")
        return data


MAX_FIELDS = 64
"""Of one object; no part of a document knows as many."""


def mistake(reason: str, at: str = "") -> PydanticCustomError:
    """A mistake with our own wording; ``at`` continues the path, for example ``[1].from``."""
    return PydanticCustomError("scene", "{reason}", {"reason": reason, "at": at})


def worded(reason: str) -> WrapValidator:
    """Say ``reason`` instead of pydantic's own words, which tell of each arm of a union apart."""

    def validate(value: object, handler: Callable[[object], Any]) -> Any:
        try:
            return handler(value)
        except ValidationError as error:
            raise mistake(reason) from error

    return WrapValidator(validate)


def share(text: str) -> float:
    """``"12.5%"`` as 0.125. Raises ValueError when it is no percentage, or one beyond MAX_PERCENT."""
    match = _PERCENT.fullmatch(text)
    if match is None or abs(float(match[1])) > MAX_PERCENT:
        raise ValueError(f'must be a percentage up to {MAX_PERCENT} such as "50%"')
    return float(match[1]) / 100


def viewport_px(value: float | str, whole_px: float) -> float:
    """A length in viewport px, whether written as such or as a percentage of ``whole_px``."""
    return share(value) * whole_px if isinstance(value, str) else value


def _percentage(text: str) -> str:
    share(text)
    return text


def _not_negative(text: str) -> str:
    if share(text) < 0:
        raise ValueError("must not be negative")
    return text


def _colour(text: str) -> str:
    try:
        parse_colour(text)
    except ValueError as error:
        raise mistake(str(error)) from error
    return text


def _drawable(value: object, handler: Callable[[object], str]) -> str:
    # Before pydantic looks: half of a surrogate pair is no text at all to it.
    if isinstance(value, str) and _UNDRAWABLE.search(value):
        raise mistake("has control characters that cannot be drawn; remove them")
    return handler(value)


Percent = Annotated[str, Field(json_schema_extra={"pattern": f"^{_PERCENT.pattern}$"})]

Coordinate = Annotated[
    Annotated[float, Field(ge=-MAX_POSITION_PX, le=MAX_POSITION_PX)]
    | Annotated[Percent, AfterValidator(_percentage)],
    worded(
        f"must be pixels between -{MAX_POSITION_PX} and {MAX_POSITION_PX}, "
        f'or a percentage of the viewport up to {MAX_PERCENT} such as "50%"'
    ),
]
"""Where something lies, in viewport px or as a share of the viewport."""

Length = Annotated[
    Annotated[float, Field(ge=0, le=MAX_SIDE_PX)] | Annotated[Percent, AfterValidator(_not_negative)],
    worded(
        f"must be pixels between 0 and {MAX_SIDE_PX}, "
        f'or a percentage of the viewport up to {MAX_PERCENT} such as "50%"'
    ),
]
"""How wide or high something is, in viewport px or as a share of the viewport."""


def _measured(low: int, high: int) -> WrapValidator:
    return worded(
        f"must be pixels between {low} and {high}, or a percentage of the viewport's shorter side "
        f'up to {MAX_PERCENT} such as "5%"'
    )


_ShareOfShorter = Annotated[Percent, AfterValidator(_not_negative)]
# Measures that are the same in both directions: viewport px, or a share of the shorter side of the viewport
# or of the safe area, whichever a layer lies in. A share of more than the bound counts as the bound.
Spacing = Annotated[Annotated[float, Field(ge=0, le=1000)] | _ShareOfShorter, _measured(0, 1000)]
"""A distance, or how wide a line is."""
TextStroke = Annotated[Annotated[float, Field(ge=0, le=100)] | _ShareOfShorter, _measured(0, 100)]
"""How wide the line around letters is."""
Radius = Annotated[Annotated[float, Field(ge=0, le=MAX_SIDE_PX)] | _ShareOfShorter, _measured(0, MAX_SIDE_PX)]
"""Of corners."""
FontSize = Annotated[Annotated[float, Field(ge=1, le=1000)] | _ShareOfShorter, _measured(1, 1000)]
"""How high letters are."""
LetterSpacing = Annotated[
    Annotated[float, Field(ge=-100, le=500)] | Annotated[Percent, AfterValidator(_percentage)],
    _measured(-100, 500),
]
"""What is added between letters."""

Within = Literal["viewport", "safe"]
"""The whole viewport, or its safe area."""
Origin = Literal[
    "topLeft", "top", "topRight", "left", "center", "right", "bottomLeft", "bottom", "bottomRight"
]
"""A point of the viewport or of its safe area."""

Unit = Annotated[float, Field(ge=0, le=1)]
ColourText = Annotated[
    str, AfterValidator(_colour), Field(json_schema_extra={"pattern": f"^({COLOUR_PATTERN.pattern})$"})
]
DrawableText = Annotated[str, Field(max_length=MAX_TEXT), WrapValidator(_drawable)]
Name = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$"),
    worded("must be 1 to 64 letters, digits or any of _ . -"),
]


class Position(Part):
    """Where a layer's anchor point lies in the viewport, or in its safe area."""

    x: Coordinate = 0.0
    """Viewport px, or a share of the viewport's width; like y from the origin."""
    y: Coordinate = 0.0
    """Viewport px, or a share of the viewport's height."""
    origin: Origin = "topLeft"
    """From where both are measured, to the right and downwards; so is every animation of them."""


class Size(Part):
    """A layer's box. What is left out follows from the content."""

    width: Length | None = None
    """Viewport px, or a share of the viewport's width."""
    height: Length | None = None
    """Viewport px, or a share of the viewport's height."""


MAX_SCALE = 20.0
"""How many times its size a layer may be drawn."""

_Factor = Annotated[float, Field(ge=0, le=MAX_SCALE)]


class Scale(Part):
    """How many times its size a layer is drawn, around its anchor, with all that belongs to it."""

    x: _Factor = 1.0
    """Times its width."""
    y: _Factor = 1.0
    """Times its height."""


def both_ways(scale: object) -> object:
    """One number is meant for both directions."""
    if isinstance(scale, int | float) and not isinstance(scale, bool):
        return {"x": float(scale), "y": float(scale)}
    return scale


class Anchor(Part):
    """A point of a layer's box; 0, 0 is its upper left corner, 1, 1 its lower right one."""

    x: Unit = 0.0
    """Of the width, from the left."""
    y: Unit = 0.0
    """Of the height, from the top."""
