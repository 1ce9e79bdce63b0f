"""Layers that show a drawing."""

from __future__ import annotations

from typing import Annotated, Literal

from scene.animation import BoxAnimation
from scene.fitting import Fit
from scene.kinds.layer import Bounded, ContentSizedLayer, Several
from scene.svg import SvgText


class SvgLayer(ContentSizedLayer):
    """A drawing that comes with the scene: plain shapes and gradients, as SVG text."""

    type: Literal["svg"]
    svg: SvgText
    """Paths, shapes, groups and gradients; nothing that refers to another file."""
    fit: Fit = "contain"
    """How the drawing lies in a box of other proportions."""
    animations: Annotated[tuple[BoxAnimation, ...], Several, Bounded] = ()
