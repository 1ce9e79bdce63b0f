"""Layers of one even colour."""

from __future__ import annotations

from typing import Annotated, Literal

from scene.animation import ColourAnimation
from scene.fields import ColourText
from scene.kinds.layer import Bounded, LayerBase, Several


class ColourLayer(LayerBase):
    """An even colour; where the document gives no size it fills the viewport."""

    type: Literal["colour"]
    colour: ColourText
    """Of the whole box."""
    animations: Annotated[tuple[ColourAnimation, ...], Several, Bounded] = ()
