"""Whole characters in one raster, for what is about all of one: fading, turning, blending, effects."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from scene.character import FigureContent, PartContent, PlacedPart
from scene.content import LayerState
from scene.geometry import Rect
from workers import kernel
from workers.cache import ByteCache
from workers.painters.character import PartPainter
from workers.painters.painter import Box, Quality, Raster
from workers.placement import Placement, place
from workers.raster import laid_out

_PARTS_BYTES = 32_000_000


@dataclass(frozen=True, slots=True)
class _Layer:
    """A part as it is laid over others: planes of single bytes, four a pixel, as the kernel takes them."""

    ink: NDArray[np.uint8]
    clear: NDArray[np.uint8]


_Key = tuple[PartContent, float, float, float, int, int, Quality]


class FigurePainter:
    """Lays the parts of a figure over one another, each as it was kept from the last pose that had it."""

    def __init__(self, parts: PartPainter) -> None:
        self._parts = parts
        self._uprights: ByteCache[tuple[PartContent, Quality], Raster] = ByteCache(_PARTS_BYTES // 4)
        self._layers: ByteCache[_Key, _Layer] = ByteCache(_PARTS_BYTES)

    def measure(self, content: FigureContent, _width: float | None, _height: float | None) -> Box:
        """The character's box; a margin where parts reach beyond it."""
        return Box(content.width, content.height, _margin(content))

    def paint(self, content: FigureContent, box: Box, quality: Quality) -> Raster:
        """All parts. Raises DrawFailed when the package has gone."""
        width, height = box.raster_size
        figure = np.zeros((height, width, 4), np.uint8)
        pixels = figure.reshape(height, -1)
        for part in content.parts:
            placement = _placement(part)
            layer = self._layer(part, placement, quality)
            left, top, part_width, part_height = _bounds(part, placement)
            x, y = 4 * (left + box.margin[0]), top + box.margin[1]
            here = pixels[y : y + part_height, x : x + 4 * part_width]
            kernel.over(here, layer.ink, layer.clear, 255)
        return figure

    def _layer(self, part: PlacedPart, placement: Placement, quality: Quality) -> _Layer:
        # What is not turned looks alike wherever it lies.
        key: _Key = (part.content, 0.0, 0.0, 0.0, 0, 0, quality)
        if placement.turn is not None:
            turned = part.degrees, part.pivot_x, part.pivot_y
            key = (part.content, *turned, placement.left, placement.top, quality)
        layer = self._layers.get(key)
        if layer is None:
            raster = self._upright(part.content, quality)
            if placement.turn is not None:
                raster = laid_out(raster, placement, quality)
            raster = np.ascontiguousarray(raster)
            alone = cv2.bitwise_not(cv2.extractChannel(raster, 3))
            clear: Raster = cv2.merge((alone, alone, alone, alone)).astype(np.uint8, copy=False)
            layer = _Layer(raster.reshape(raster.shape[0], -1), clear.reshape(raster.shape[0], -1))
            self._layers.put(key, layer, 2 * raster.nbytes)
        return layer

    def _upright(self, content: PartContent, quality: Quality) -> Raster:
        raster = self._uprights.get((content, quality))
        if raster is None:
            raster = self._parts.paint(content, Box(content.width, content.height), quality)
            self._uprights.put((content, quality), raster, raster.nbytes)
        return raster


def _placement(part: PlacedPart) -> Placement:
    """Where the part lies in the figure's box, turned as it is."""
    content = part.content
    layer = LayerState(
        id="",
        content=content,
        x=part.left + part.pivot_x,
        y=part.top + part.pivot_y,
        width=None,
        height=None,
        anchor_x=part.pivot_x / content.width,
        anchor_y=part.pivot_y / content.height,
        rotation_deg=part.degrees % 360,
        opacity=1.0,
    )
    return place(layer, Box(content.width, content.height))


def _bounds(part: PlacedPart, placement: Placement) -> Rect:
    """What its pixels cover: one that is not turned needs no even bounds."""
    if placement.turn is not None:
        return placement.bounds
    return part.left, part.top, part.content.width, part.content.height


@lru_cache(maxsize=256)
def _margin(content: FigureContent) -> tuple[int, int, int, int]:
    bounds = [_bounds(part, _placement(part)) for part in content.parts]
    return (
        max((0, *(-x for x, _, _, _ in bounds))),
        max((0, *(-y for _, y, _, _ in bounds))),
        max((0, *(x + width - content.width for x, _, width, _ in bounds))),
        max((0, *(y + height - content.height for _, y, _, height in bounds))),
    )
