"""What ink is made of beyond an even colour, in canvas pixels: hashable values, parts of contents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scene.colour import Colour

GradientKind = Literal["linear", "radial"]
LineCap = Literal["butt", "round", "square"]
Point = tuple[float, float]
"""Shares of a box's width and height, from its upper left corner."""


@dataclass(frozen=True, slots=True)
class Gradient:
    """Colours that run into one another, mixed in sRGB with straight alpha.

    A linear one runs at ``angle_deg`` (0 to the right, 90 downwards) through the middle of the box and is as
    long as CSS makes it: the corners get the end colours. A radial one runs from ``centre`` outwards and
    ends at ``reach`` half sides of the box.
    """

    kind: GradientKind
    stops: tuple[tuple[float, Colour], ...]
    """Where (0..1, rising) and which colour."""
    angle_deg: float = 0.0
    centre: Point = (0.5, 0.5)
    reach: float = 1.0


@dataclass(frozen=True, slots=True)
class Backdrop:
    """An even box behind a text: its box, larger by ``padding`` on all sides, with corners of ``radius``."""

    colour: Colour
    padding: float
    radius: float


@dataclass(frozen=True, slots=True)
class Shadow:
    """The silhouette of ink, moved and blurred, below it. It is a part of the layer, and turns with it."""

    x: float
    y: float
    blur: float
    """Twice the standard deviation of the Gaussian, as in CSS."""
    colour: Colour
