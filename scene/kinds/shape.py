"""Layers that show a shape."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from scene.animation import ShapeAnimation
from scene.content import ShapeName
from scene.drawing import MAX_CORNERS, GradientPart, Points, ShadowPart
from scene.fields import ColourText, Radius, Spacing, Unit, mistake
from scene.kinds.layer import Bounded, LayerBase, Several
from scene.paint import LineCap


class ShapeLayer(LayerBase):
    """A shape in the layer's box; where the document gives no size it fills the viewport."""

    type: Literal["shape"]
    shape: ShapeName
    """A circle is the largest one in the middle of the box; an ellipse touches its sides."""
    radius: Radius = 0.0
    """Of a rectangle's corners: viewport px, or a share of the shorter side."""
    fill: ColourText | None = None
    """Of its area; a line has none."""
    stroke: ColourText | None = None
    """Inside its outline; of a line, around it."""
    stroke_width: Spacing = 0.0
    """Viewport px, or a share of the shorter side."""
    points: Points | None = None
    """Of a polygon, which is closed, or a line: ``[x, y]`` each, shares of the box."""
    corners: int = Field(5, ge=3, le=MAX_CORNERS)
    """Of a polygon without points, or of a star."""
    inner: Unit = 0.5
    """How far out the inner corners of a star lie."""
    cap: LineCap = "butt"
    """How a line ends."""
    gradient: GradientPart | None = None
    """Painted over the fill."""
    shadow: ShadowPart | None = None
    """Below the shape."""

    @field_validator("points")
    @classmethod
    def _enough_points(cls, points: Points | None, info: ValidationInfo) -> Points | None:
        if points is not None and len(points) < 3 and info.data.get("shape") == "polygon":
            raise mistake("has 2 entries; a polygon needs at least 3")
        return points

    animations: Annotated[tuple[ShapeAnimation, ...], Several, Bounded] = ()
