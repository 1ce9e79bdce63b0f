"""What a painter is: it measures a content, then draws it upright."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from scene.colour import Colour
from workers import scanline

Raster = NDArray[np.uint8]
"""(height, width, 4): red, green, blue, alpha; the colours premultiplied by alpha."""

Quality = Literal["low", "medium", "high"]
_QUALITIES: dict[str, Quality] = {"low": "low", "medium": "medium", "high": "high"}

NO_MARGIN = (0, 0, 0, 0)
_RADIAL, _NO_RAMP = False, (0.0, 0.0, 0.0, 0.0)


def quality_named(name: str) -> Quality:
    """The quality of a task that says ``name``; the highest for a name of another version of the farm."""
    return _QUALITIES.get(name, "high")


@dataclass(frozen=True, slots=True)
class Box:
    """How large a content is on the canvas, in whole pixels.

    Width and height are the layer's box, to which its anchor refers. The raster is larger by ``margin``
    (left, top, right, bottom), where ink reaches beyond the box. An empty box shows nothing.
    """

    width: int
    height: int
    margin: tuple[int, int, int, int] = NO_MARGIN
    even: Colour | None = None
    """The content is this colour all over its box, and nothing else."""
    problem: str | None = None
    """Why the content cannot be shown as it should be; the painter draws a sign of it instead."""
    unsettled: tuple[int, int] | None = field(default=None, compare=False, repr=False)
    """While what equal states show may still differ between workers and frames (a picture that comes or
    went): width and height of the other look. Such a layer counts as changed in every frame."""

    @property
    def raster_size(self) -> tuple[int, int]:
        """Width and height of the raster."""
        left, top, right, bottom = self.margin
        return self.width + left + right, self.height + top + bottom

    @property
    def empty(self) -> bool:
        """Whether there is nothing to see."""
        return self.width <= 0 or self.height <= 0


C_contra = TypeVar("C_contra", contravariant=True)


class Painter(Protocol[C_contra]):
    """Draws one kind of content. Both methods are pure but for what ``Box.problem`` tells."""

    def measure(self, content: C_contra, width: float | None, height: float | None) -> Box:
        """The box of ``content`` when the layer asks for this size; None means as it is by nature."""
        ...

    def paint(self, content: C_contra, box: Box, quality: Quality) -> Raster:
        """``content`` as a raster of ``box.raster_size``. Raises DrawFailed."""
        ...


def whole_px(length: float | None) -> int:
    """``length`` in whole pixels, half up; nothing for None."""
    return 0 if length is None else math.floor(length + 0.5)


def premultiplied(colour: Colour) -> tuple[int, int, int, int]:
    """``colour`` as one pixel of a raster."""
    alpha = colour.alpha
    return (
        (colour.red * alpha + 127) // 255,
        (colour.green * alpha + 127) // 255,
        (colour.blue * alpha + 127) // 255,
        alpha,
    )


def inked(mask: NDArray[np.uint8], colour: Colour) -> Raster:
    """``colour`` where ``mask`` (height, width) is 255, nothing where it is 0, in between in between."""
    height, width = mask.shape
    raster: Raster = np.zeros((height, width, 4), np.uint8)
    if raster.size:
        ink = np.array([premultiplied(colour)], np.uint8)
        covered = np.ascontiguousarray(mask)
        scanline.paint(raster, width, height, ink, _RADIAL, _NO_RAMP, covered, None, ink[0])
    return raster


def over(above: Raster, below: Raster) -> Raster:
    """``above`` laid over ``below``, which is as large."""
    mixed: Raster = np.empty(above.shape, np.uint8)
    # Both are premultiplied, so that no sum passes 255.
    scanline.lay(mixed, np.ascontiguousarray(above), np.ascontiguousarray(below))
    return mixed
