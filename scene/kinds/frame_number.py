"""Layers that show the number of the frame."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from scene.animation import PlacingAnimation
from scene.kinds.layer import Bounded, LayerBase, Several


class FrameNumberLayer(LayerBase):
    """The output frame's number as a row of black and white cells, for machines to read."""

    type: Literal["frame_number"]
    bits: int = Field(24, ge=1, le=53)
    """How many of the number's lowest bits are shown."""
    cell: int = Field(32, ge=2, le=256)
    """The side of a cell in viewport px."""
    size: None = Field(None, description="A frame number's size follows from its cells.")
    slot: None = Field(None, description="No layout can size a frame number.")
    animations: Annotated[tuple[PlacingAnimation, ...], Several, Bounded] = ()
