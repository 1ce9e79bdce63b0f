"""What a layer shows in one frame, in canvas pixels.

Contents and layer states are hashable values: equal ones are drawn as equal pixels, so they serve as the
keys of raster caches and as the measure of what changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scene.card import CardContent
from scene.character import AnyCharacterContent
from scene.colour import Colour
from scene.feed import FeedContent
from scene.finish import PLAIN, Finish
from scene.fitting import Fit
from scene.paint import Backdrop, Gradient, LineCap, Point, Shadow

Font = Literal["sans", "serif", "mono"]
Weight = Literal["normal", "bold"]
Style = Literal["normal", "italic"]
Align = Literal["left", "center", "right"]
VerticalAlign = Literal["top", "middle", "bottom"]
ShapeName = Literal["rectangle", "circle", "ellipse", "polygon", "star", "line"]


@dataclass(frozen=True, slots=True)
class ColourContent:
    """An even fill of the layer's whole box."""

    colour: Colour


@dataclass(frozen=True, slots=True)
class ImageContent:
    """An uploaded picture, fitted into the layer's box as ``fit`` says.

    Where the box has no width or height of its own, ``scale`` is canvas pixels per pixel of the picture;
    where it has one of the two, the other follows from the picture's proportions. ``frame`` counts from 0:
    the frames of an animated picture, or the cells of a sheet with ``grid`` (columns, rows). Without an
    ``asset`` there is no picture: yet, or for good when a ``problem`` says why.
    """

    asset: str
    fit: Fit
    scale: float = 1.0
    frame: int = 0
    grid: tuple[int, int] | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class SvgContent:
    """A drawing that comes with the scene, fitted into the layer's box as ``fit`` says.

    ``width`` and ``height`` are its own size, in canvas pixels.
    """

    svg: str
    fit: Fit
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class TextContent:
    """Lines of text, wrapped to the layer's width if it has one.

    ``font_size`` is 1 px or more, ``line_height`` counts font sizes. The stroke lies around the
    letters, below their colour; the shadow lies below both, above the backdrop. ``letter_spacing`` is added
    after each letter of a script whose letters stand apart. Of more than ``max_lines`` lines the last one
    that is shown ends in "…".
    """

    text: str
    font: Font
    font_size: float
    weight: Weight
    style: Style
    colour: Colour
    align: Align
    line_height: float
    vertical_align: VerticalAlign = "top"
    letter_spacing: float = 0.0
    max_lines: int | None = None
    stroke: Colour | None = None
    stroke_width: float = 0.0
    shadow: Shadow | None = None
    backdrop: Backdrop | None = None
    typeface: str | None = None
    """An uploaded font, which draws what it has glyphs for."""


@dataclass(frozen=True, slots=True)
class ShapeContent:
    """A shape in the layer's box; what is None is not painted.

    A rectangle has corners of ``radius``; a circle is the largest one in the middle of the box, an ellipse
    touches its sides. A polygon has ``points``, or ``corners`` evenly on that ellipse, one at the top; a star
    has as many and between them others, ``inner`` of the way out. The gradient lies over the fill. The stroke
    lies inside the outline; that of a line, which has no fill, around it, in the gradient if there is one.
    """

    shape: ShapeName
    radius: float
    fill: Colour | None
    stroke: Colour | None
    stroke_width: float
    points: tuple[Point, ...] = ()
    corners: int = 5
    inner: float = 0.5
    cap: LineCap = "butt"
    gradient: Gradient | None = None
    shadow: Shadow | None = None


@dataclass(frozen=True, slots=True)
class FrameNumberContent:
    """The output frame's number as a row of ``bits`` + 4 square cells of ``cell`` px, for machines to read.

    From left to right: one white and one black cell (start marks); the lowest ``bits`` bits of the frame's
    number, the most significant first, white for 1; the even parity of those bits (white when an odd number
    of them is 1); the inverse of that parity. ``number`` is already reduced to ``bits`` bits.
    """

    number: int
    bits: int
    cell: int

    def cells(self) -> tuple[bool, ...]:
        """The cells from left to right; True is white."""
        bits = [bool(self.number >> bit & 1) for bit in reversed(range(self.bits))]
        parity = sum(bits) % 2 == 1
        return (True, False, *bits, parity, not parity)


Content = (
    ColourContent
    | ImageContent
    | TextContent
    | ShapeContent
    | FrameNumberContent
    | CardContent
    | SvgContent
    | FeedContent
    | AnyCharacterContent
)


@dataclass(frozen=True, slots=True)
class LayerState:
    """One layer in one frame. All lengths are canvas pixels; equal states mean equal pixels."""

    id: str
    content: Content
    x: float
    """Of the anchor point, like ``y``."""
    y: float
    width: float | None
    """None: as wide as the content is by nature."""
    height: float | None
    anchor_x: float
    """0..1 of the box: the point that lies at x, y and that the box turns around."""
    anchor_y: float
    rotation_deg: float
    """Clockwise, 0 <= rotation_deg < 360."""
    opacity: float
    """Above 0, up to 1, in steps of 1/255."""
    finish: Finish = PLAIN
