"""The parts of a document that say how shapes and texts are inked: gradients, shadows, points."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from scene.colour import parse_colour
from scene.fields import MAX_SIDE_PX, Anchor, ColourText, Part, Unit, mistake, worded
from scene.fitting import Fitting
from scene.paint import Backdrop, Gradient, GradientKind, Shadow

MAX_STOPS = 16
MAX_POINTS = 256
MAX_CORNERS = 64
MAX_BLUR_PX = 200
MAX_SHADOW_OFFSET_PX = 1000


PointShares = Annotated[
    tuple[Unit, Unit],
    Field(strict=False),
    worded("must be a point [x, y]: shares of the box, 0 to 1 each, such as [0.5, 1]"),
]
Points = Annotated[tuple[PointShares, ...], Field(strict=False, min_length=2, max_length=MAX_POINTS)]


class Coloured(Part):
    """A part with a ``colour``, which may be spelt ``color``."""

    @model_validator(mode="before")
    @classmethod
    def _british(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "colour" in data:
            return data
        return {"colour" if key == "color" else key: value for key, value in data.items()}


class StopPart(Coloured):
    """A colour of a gradient and where it is reached."""

    at: Unit
    """How far along the gradient."""
    colour: ColourText
    """There; mixed in sRGB on the way to the next stop."""


class GradientPart(Part):
    """Colours that run into one another."""

    type: GradientKind = "linear"
    """A linear one is as long as CSS makes it; a radial one runs from its centre outwards."""
    stops: Annotated[tuple[StopPart, ...], Field(strict=False, min_length=2, max_length=MAX_STOPS)]
    """In rising order of ``at``."""
    angle: float = Field(0.0, ge=-360, le=360)
    """Degrees, clockwise: 0 runs to the right, 90 downwards. Of a linear gradient."""
    centre: Anchor = Anchor(x=0.5, y=0.5)
    """Of a radial gradient."""
    reach: float = Field(1.0, ge=0.01, le=10)
    """Of a radial gradient: where it ends, in half sides of the box."""

    @model_validator(mode="after")
    def _stops_rise(self) -> Self:
        places = [stop.at for stop in self.stops]
        if places != sorted(places):
            raise mistake("must not fall from one stop to the next; sort them by at", ".stops")
        return self


class ShadowPart(Coloured):
    """A shadow below the ink; it turns with the layer."""

    x: float = Field(0.0, ge=-MAX_SHADOW_OFFSET_PX, le=MAX_SHADOW_OFFSET_PX)
    """To the right, viewport px."""
    y: float = Field(4.0, ge=-MAX_SHADOW_OFFSET_PX, le=MAX_SHADOW_OFFSET_PX)
    """Downwards, viewport px."""
    blur: float = Field(8.0, ge=0, le=MAX_BLUR_PX)
    """Twice the standard deviation, viewport px, as in CSS."""
    colour: ColourText = "#00000080"
    """Of the shadow."""


class BackdropPart(Coloured):
    """A box behind a text."""

    colour: ColourText
    """Of the box."""
    padding: float = Field(12.0, ge=0, le=500)
    """How far it reaches beyond the text's own box, viewport px."""
    radius: float = Field(0.0, ge=0, le=MAX_SIDE_PX)
    """Of its corners, viewport px."""


def gradient_of(part: GradientPart | None) -> Gradient | None:
    """``part`` as it is drawn."""
    if part is None:
        return None
    stops = tuple((stop.at, parse_colour(stop.colour)) for stop in part.stops)
    return Gradient(part.type, stops, part.angle % 360, (part.centre.x, part.centre.y), part.reach)


def shadow_of(part: ShadowPart | None, fitting: Fitting) -> Shadow | None:
    """``part`` as it is drawn."""
    if part is None:
        return None
    x, y, blur = (fitting.length(px) for px in (part.x, part.y, part.blur))
    return Shadow(x, y, blur, parse_colour(part.colour))


def backdrop_of(part: BackdropPart | None, fitting: Fitting) -> Backdrop | None:
    """``part`` as it is drawn."""
    if part is None:
        return None
    return Backdrop(parse_colour(part.colour), fitting.length(part.padding), fitting.length(part.radius))
