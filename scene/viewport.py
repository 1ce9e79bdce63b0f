"""The coordinate system of a scene: its size, how it lies on the canvas, its safe area and its grid."""

from __future__ import annotations

from typing import Literal, NamedTuple, Self

from pydantic import Field, model_validator

from scene.fields import MAX_SIDE_PX, Length, Origin, Part, Within, mistake, viewport_px

ViewportFit = Literal["contain", "cover", "stretch"]

_SHARES: dict[Origin, tuple[float, float]] = {
    "topLeft": (0.0, 0.0),
    "top": (0.5, 0.0),
    "topRight": (1.0, 0.0),
    "left": (0.0, 0.5),
    "center": (0.5, 0.5),
    "right": (1.0, 0.5),
    "bottomLeft": (0.0, 1.0),
    "bottom": (0.5, 1.0),
    "bottomRight": (1.0, 1.0),
}


class Box(NamedTuple):
    """Upper left corner and sides, viewport px."""

    x: float
    y: float
    width: float
    height: float

    def at(self, origin: Origin) -> tuple[float, float]:
        """The point of the box that ``origin`` names."""
        across, down = _SHARES[origin]
        return self.x + across * self.width, self.y + down * self.height

    def seen_from(self, x: float, y: float) -> Box:
        """The same box, measured from another point than the viewport's upper left corner."""
        return self._replace(x=self.x - x, y=self.y - y)


class SafeArea(Part):
    """Margins that hold nothing important: viewport px, or shares of the viewport's side that they lie on."""

    left: Length = 0.0
    """Of the viewport's left side."""
    top: Length = 0.0
    """Of its upper side."""
    right: Length = 0.0
    """Of its right side."""
    bottom: Length = 0.0
    """Of its lower side."""


class Grid(Part):
    """Lines that edits snap layers to, from the viewport's upper left corner on."""

    size: float = Field(ge=1, le=1000)
    """From line to line, viewport px."""
    snap: bool = True
    """Whether they do."""


class Viewport(Part):
    """The coordinate system that a scene is written in; it is fitted into whatever canvas is streamed."""

    width: int = Field(1920, ge=16, le=MAX_SIDE_PX)
    """Viewport px."""
    height: int = Field(1080, ge=16, le=MAX_SIDE_PX)
    """Viewport px."""
    fit: ViewportFit = "contain"
    """On a canvas of other proportions: all of it in the middle, as much as fills the canvas, or places and
    boxes stretched to it; letters, strokes and corners keep their proportions."""
    safe_area: SafeArea | None = None
    """None: all of it is safe."""
    grid: Grid | None = None
    """None: edits leave places as they are."""

    @model_validator(mode="after")
    def _safe_area_is_left(self) -> Self:
        safe = self.area("safe")
        for side, pair, left_over in (
            ("width", "left and right", safe.width),
            ("height", "top and bottom", safe.height),
        ):
            if left_over < 1:
                raise mistake(f"leaves nothing of the viewport's {side}; make {pair} smaller", ".safeArea")
        return self

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        return self.width, self.height

    def area(self, within: Within) -> Box:
        """The whole viewport, or its safe area."""
        margins = self.safe_area
        if within == "viewport" or margins is None:
            return Box(0.0, 0.0, float(self.width), float(self.height))
        left, right = (viewport_px(margin, self.width) for margin in (margins.left, margins.right))
        top, bottom = (viewport_px(margin, self.height) for margin in (margins.top, margins.bottom))
        return Box(left, top, self.width - left - right, self.height - top - bottom)
