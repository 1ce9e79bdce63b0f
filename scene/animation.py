"""Animations as documents hold them; ``scene.motion`` plays them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    ValidationInfo,
    field_serializer,
    field_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from scene.colour import parse_colour
from scene.effects import FINISH_PATTERN, is_finish_property
from scene.fields import MAX_POSITION_PX, MAX_SCALE, MAX_SIDE_PX, Part, mistake, share, worded
from scene.numbers import MAX_VALUE
from scene.route import Path
from scene.spring import Spring
from scene.timing import Easing

MAX_TIME_S = 86_400 * 366
"""Scene time of a stream that has run for a year."""

BOUNDS: dict[str, tuple[float, float]] = {
    "position.x": (-MAX_POSITION_PX, MAX_POSITION_PX),
    "position.y": (-MAX_POSITION_PX, MAX_POSITION_PX),
    "size.width": (0, MAX_SIDE_PX),
    "size.height": (0, MAX_SIDE_PX),
    "anchor.x": (0, 1),
    "anchor.y": (0, 1),
    "scale.x": (0, MAX_SCALE),
    "scale.y": (0, MAX_SCALE),
    "opacity": (0, 1),
    "rotation": (-36_000, 36_000),
    "fontSize": (1, 1000),
    "radius": (0, MAX_SIDE_PX),
    "strokeWidth": (0, 1000),
    "value": (-MAX_VALUE, MAX_VALUE),
}
"""Every property that can be animated, with its smallest and largest value; an overshoot ends there."""

MEASURES = frozenset({"fontSize", "radius", "strokeWidth"})
"""Lengths that are the same in both directions: percentages are shares of the shorter side."""

LENGTHS = frozenset({"position.x", "position.y", "size.width", "size.height"}) | MEASURES
"""Those that may be given as a percentage of the viewport."""

BOTH = {"scale": ("scale.x", "scale.y")}
"""Properties that move two numbers alike."""

COLOURS = frozenset({"colour", "fill", "stroke"})
"""Properties that are colours."""

Placing = Literal[
    "position",
    "position.x",
    "position.y",
    "anchor.x",
    "anchor.y",
    "scale",
    "scale.x",
    "scale.y",
    "opacity",
    "rotation",
]
Sizing = Literal["size.width", "size.height"]


class AfterRevision(Part):
    """The frame that first showed ``revision``: what "now" became when the edit was kept."""

    revision: int = Field(ge=1, le=2**53)
    """The scene's revision."""


Start = Annotated[
    Literal["now", "onAir"] | Annotated[float, Field(ge=0, le=MAX_TIME_S)] | AfterRevision,
    worded('must be "now", "onAir", seconds of scene time (0 or more), or {"revision": number}'),
]
"""``now``: when the edit is first shown. ``onAir``: each time that the layer's scene goes on program."""
Loop = Annotated[
    bool | Annotated[int, Field(ge=1, le=1_000_000)],
    worded("must be true (for ever), false (once), or how often it plays in all, 1 to 1000000"),
]
Value = Annotated[
    float | Annotated[str, Field(max_length=16)],
    worded("must be a number, a percentage or a colour, as the property takes it"),
]

MAX_KEYFRAMES = 100
"""Of one animation."""


def _not_too_many(keyframes: object) -> object:
    if isinstance(keyframes, list) and not 1 <= len(keyframes) <= MAX_KEYFRAMES:
        raise mistake(f"has {len(keyframes)} entries; 1 to {MAX_KEYFRAMES} are allowed")
    return keyframes


class Keyframe(Part):
    """A value and when it is reached."""

    at: float = Field(ge=0, le=86_400)
    """A share of the animation's duration; without a duration, seconds."""
    value: Value
    """A number, a percentage or a colour, as the property takes it."""
    easing: Easing | None = None
    """On the way to the next keyframe; else the animation's."""


class Movement(Part):
    """One number or colour of a layer, moved from ``from`` (else the layer's own value) to ``to``, or through
    ``keyframes``. Colours are mixed in Oklab, premultiplied by alpha; see ``scene.oklab``.

    Nothing happens before its beginning + delay; the last value holds when it has ended. With ``yoyo`` every
    second play runs backwards. Each kind of layer narrows ``property`` to what it has; ``crop.left`` and
    numbers of its effects, such as ``effects[0].radius``, every layer has.
    """

    target: str = Field(alias="property")
    keyframes: (
        Annotated[
            tuple[Keyframe, ...],
            Field(strict=False, max_length=MAX_KEYFRAMES),
            BeforeValidator(_not_too_many),
        ]
        | None
    ) = None
    """Instead of ``from`` and ``to``, in the order of time. Until the first the layer's own value leads
    there, after the last its value holds."""
    path: Path | None = Field(None, validate_default=True)
    """Of ``position``, instead of ``from`` and ``to``: SVG path data or points in viewport px, which the
    layer's anchor follows at the easing's pace, at constant speed if that is linear."""
    orient: bool = False
    """Turn with the path; the layer's own rotation is added."""
    from_: Value | None = Field(None, alias="from")
    """The value at the beginning; else the layer's own."""
    to: Value | None = Field(None, validate_default=True)
    """The value at the end."""
    spring: Spring | None = None
    """Instead of a duration and an easing."""
    duration: Annotated[float, Field(ge=0, le=86_400)] | None = Field(None, validate_default=True)
    """Seconds of one play; a spring has its own."""
    delay: float = Field(0.0, ge=0, le=86_400)
    """Seconds between the beginning and the first movement."""
    easing: Easing = "linear"
    """The curve of progress."""
    loop: Loop = False
    """Whether, or how often, it plays again."""
    yoyo: bool = False
    """Every second play runs backwards."""

    @property
    def begins_with_own_value(self) -> bool:
        """Whether the layer's own value is a part of the motion."""
        return self.keyframes[0].at > 0 if self.keyframes else self.from_ is None

    @field_validator("target", mode="before")
    @classmethod
    def _british(cls, target: object) -> object:
        return "colour" if target == "color" else target

    @field_validator("keyframes")
    @classmethod
    def _in_order(cls, keyframes: tuple[Keyframe, ...] | None, info: ValidationInfo) -> Any:
        last = 0.0
        for index, keyframe in enumerate(keyframes or ()):
            if keyframe.at < last:
                raise mistake(
                    "lies before the keyframe above it; put them in the order of time", f"[{index}].at"
                )
            check_value(keyframe.value, info.data.get("target"), f"[{index}].value")
            last = keyframe.at
        return keyframes

    @field_validator("path")
    @classmethod
    def _leads_a_position(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        target = info.data.get("target")
        if path is None and target == "position" and info.data.get("keyframes", ()) is None:
            raise mistake("is required for position; add it, or animate position.x and position.y")
        if path is not None and target not in (None, "position"):
            raise mistake("is for position only; change the property or remove it")
        return path

    @field_validator("orient")
    @classmethod
    def _has_a_path(cls, orient: Any, info: ValidationInfo) -> Any:
        if orient and "path" in info.data and info.data["path"] is None:
            raise mistake("needs a path to turn with; add one or remove it")
        return orient

    @field_validator("from_", "to", "spring")
    @classmethod
    def _stands_without_keyframes(cls, value: Any, info: ValidationInfo) -> Any:
        if value is not None and info.data.get("keyframes") is not None:
            raise mistake("cannot be set beside keyframes; remove it")
        return value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = handler.resolve_ref_schema(handler(core_schema))
        fields = schema.get("properties", {})
        if "property" in fields:
            finish = {"type": "string", "pattern": FINISH_PATTERN}
            fields["property"] = {
                "title": "Property",
                "description": "What moves: one number or colour of the layer.",
                "anyOf": [fields["property"], finish],
            }
        return schema

    @field_validator("target", mode="wrap")
    @classmethod
    def _may_be_of_an_effect(cls, value: object, suits_kind: Callable[[object], str]) -> Any:
        # Which effects there are only the layer knows; it looks at these.
        return value if is_finish_property(value) else suits_kind(value)

    @field_serializer("target")
    def _as_written(self, target: str) -> str:
        return target

    @field_validator("from_", "to")
    @classmethod
    def _suits_property(cls, value: Any, info: ValidationInfo) -> Any:
        if value is not None:
            check_value(value, info.data.get("target"))
        elif (
            info.field_name == "to"
            and info.data.get("keyframes", ()) is None
            and info.data.get("path", ()) is None
            and info.data.get("target") != "position"
        ):
            raise mistake("is required; add it, or keyframes")
        return value

    @field_validator("duration")
    @classmethod
    def _takes_its_time(cls, duration: float | None, info: ValidationInfo) -> float | None:
        spring, keyframes = info.data.get("spring"), info.data.get("keyframes")
        known = {"spring", "keyframes"} <= info.data.keys()
        if known and spring is None and keyframes is None and duration is None:
            raise mistake("is required; add it, or a spring")
        if spring is not None and duration is not None:
            raise mistake("cannot be set beside a spring, which has its own; remove it")
        if keyframes and duration is not None and keyframes[-1].at > 1:
            raise mistake(
                f"makes every `at` a share of it, but one is {keyframes[-1].at:g}; "
                "give shares from 0 to 1, or remove the duration and give seconds"
            )
        return duration

    @field_validator("easing")
    @classmethod
    def _paces_no_spring(cls, easing: Easing, info: ValidationInfo) -> Easing:
        if info.data.get("spring") is not None and easing != "linear":
            raise mistake("cannot be set beside a spring; remove it")
        return easing


class Animation(Movement):
    """A movement that begins at a moment of scene time."""

    start: Start = "now"
    """When it begins: now, a second of scene time, or the frame that first showed a revision."""


def check_value(value: float | str, target: str | None, at: str = "") -> None:
    """Raise a mistake when ``target``, if it is known here, does not take ``value``."""
    if target is None or is_finish_property(target):
        return
    if target == "position":
        raise mistake("cannot be set for position, which follows a path; remove it", at)
    if target in COLOURS:
        _check_colour(value, target, at)
    elif isinstance(value, str):
        _check_percentage(value, target, at)
    else:
        low, high = BOUNDS[BOTH.get(target, (target,))[0]]
        if not low <= value <= high:
            raise mistake(f"must be between {low:g} and {high:g} for {target}", at)


def _check_colour(value: float | str, target: str, at: str) -> None:
    try:
        parse_colour(str(value))
    except ValueError as error:
        raise mistake(f"{error} for {target}", at) from error


def _check_percentage(text: str, target: str, at: str) -> None:
    if target not in LENGTHS:
        raise mistake(f"must be a number for {target}", at)
    try:
        negative = share(text) < 0
    except ValueError as error:
        raise mistake(f"{error}, or a number of pixels", at) from error
    if negative and not target.startswith("position."):
        raise mistake(f"must not be negative for {target}", at)


class PlacingAnimation(Animation):
    """Of a layer whose size follows from its content."""

    target: Placing = Field(alias="property")


class BoxAnimation(Animation):
    """Of a layer that has nothing but its box to animate."""

    target: Literal[Placing, Sizing] = Field(alias="property")


class ColourAnimation(Animation):
    """Of an even colour."""

    target: Literal[Placing, Sizing, "colour"] = Field(alias="property")


class TextAnimation(Animation):
    """Of a text."""

    target: Literal[Placing, Sizing, "fontSize", "value", "colour"] = Field(alias="property")


class ShapeAnimation(Animation):
    """Of a shape."""

    target: Literal[Placing, Sizing, "radius", "strokeWidth", "fill", "stroke"] = Field(alias="property")
