"""Animations as documents hold them; ``scene.motion`` plays them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from scene.fields import MAX_POSITION_PX, MAX_SIDE_PX, Part, mistake, share, worded
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
    "opacity": (0, 1),
    "rotation": (-36_000, 36_000),
    "fontSize": (1, 1000),
    "radius": (0, MAX_SIDE_PX),
    "strokeWidth": (0, 1000),
}
"""Every property that can be animated, with its smallest and largest value; an overshoot ends there."""

LENGTHS = frozenset({"position.x", "position.y", "size.width", "size.height"})
"""Those that may be given as a percentage of the viewport."""

Placing = Literal["position.x", "position.y", "anchor.x", "anchor.y", "opacity", "rotation"]
Sizing = Literal["size.width", "size.height"]


class AfterRevision(Part):
    """The frame that first showed ``revision``: what "now" became when the edit was kept."""

    revision: int = Field(ge=1, le=2**53)


Start = Annotated[
    Literal["now"] | Annotated[float, Field(ge=0, le=MAX_TIME_S)] | AfterRevision,
    worded('must be "now", seconds of scene time (0 or more), or {"revision": number}'),
]
Loop = Annotated[
    bool | Annotated[int, Field(ge=1, le=1_000_000)],
    worded("must be true (for ever), false (once), or how often it plays in all, 1 to 1000000"),
]
Value = float | Annotated[str, Field(max_length=16)]


class Animation(Part):
    """One number of a layer, moved from ``from`` (else the layer's own value) to ``to``.

    Nothing happens before start + delay; the last value holds when it has ended. With ``yoyo`` every second
    play runs backwards. Each kind of layer narrows ``property`` to what it has.
    """

    target: str = Field(alias="property")
    from_: Annotated[Value, worded("must be a number")] | None = Field(None, alias="from")
    to: Annotated[Value, worded("must be a number")]
    spring: Spring | None = None
    """Instead of a duration and an easing."""
    duration: Annotated[float, Field(ge=0, le=86_400)] | None = Field(None, validate_default=True)
    """Seconds of one play; a spring has its own."""
    delay: float = Field(0.0, ge=0, le=86_400)
    """Seconds between the start and the first movement."""
    easing: Easing = "linear"
    loop: Loop = False
    yoyo: bool = False
    start: Start = "now"

    @field_validator("from_", "to")
    @classmethod
    def _suits_property(cls, value: Any, info: ValidationInfo) -> Any:
        target = info.data.get("target")
        if value is None or target is None:
            return value
        low, high = BOUNDS[target]
        if isinstance(value, str):
            return _checked_percentage(value, target)
        if not low <= value <= high:
            raise mistake(f"must be between {low:g} and {high:g} for {target}")
        return value

    @field_validator("duration")
    @classmethod
    def _takes_its_time(cls, duration: float | None, info: ValidationInfo) -> float | None:
        spring = info.data.get("spring")
        if "spring" in info.data and spring is None and duration is None:
            raise mistake("is required; add it, or a spring")
        if spring is not None and duration is not None:
            raise mistake("cannot be set beside a spring, which has its own; remove it")
        return duration

    @field_validator("easing")
    @classmethod
    def _paces_no_spring(cls, easing: Easing, info: ValidationInfo) -> Easing:
        if info.data.get("spring") is not None and easing != "linear":
            raise mistake("cannot be set beside a spring; remove it")
        return easing


def _checked_percentage(text: str, target: str) -> str:
    if target not in LENGTHS:
        raise mistake(f"must be a number for {target}")
    try:
        negative = share(text) < 0
    except ValueError as error:
        raise mistake(f"{error}, or a number of pixels") from error
    if negative and target.startswith("size."):
        raise mistake(f"must not be negative for {target}")
    return text


class PlacingAnimation(Animation):
    """Of a layer whose size follows from its content."""

    target: Placing = Field(alias="property")


class BoxAnimation(Animation):
    """Of a layer that has nothing but its box to animate."""

    target: Literal[Placing, Sizing] = Field(alias="property")


class TextAnimation(Animation):
    """Of a text."""

    target: Literal[Placing, Sizing, "fontSize"] = Field(alias="property")


class ShapeAnimation(Animation):
    """Of a shape."""

    target: Literal[Placing, Sizing, "radius", "strokeWidth"] = Field(alias="property")
