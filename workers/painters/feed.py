"""Visual feeds: a picture with rounded corners, on a card or by itself, with its texts and badges.

What lies below and above the picture is kept by its look, so that a live feed's next picture costs only the
picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from farm.errors import DrawFailed
from scene.colour import Colour
from scene.feed import FeedContent, FeedLook, FeedState
from workers.cache import ByteCache, RecentCache
from workers.painters.feed_layout import FeedLayout, FeedSetter
from workers.painters.image import Pictures, fitted
from workers.painters.painter import Box, Quality, Raster
from workers.painters.panel import Panels, Patch, stamp
from workers.painters.sign import picture_sign
from workers.painters.text import TextPainter

_MATTE = Colour(4, 8, 16)
_STALE_LIGHT = 0.45
"""What is left of the light of a picture that is not live any more."""
_SHADE_ALPHA = 225
_LIVE: tuple[FeedState, ...] = ("live", "stale")
_MAX_LAYOUTS = 128
_FRAMES_BYTES = 16_000_000

_LayoutKey = tuple[FeedLook, FeedState, float | None, float | None]


@dataclass(frozen=True, slots=True)
class _Frame:
    """What is drawn around a picture: ``corners`` is how much of each of its pixels is seen, 0..255."""

    below: Raster
    above: Raster
    corners: NDArray[np.uint8]


class FeedPainter:
    """Draws feeds."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        texts = TextPainter()
        self._setter = FeedSetter(texts)
        self._panels = Panels(texts)
        self._layouts: RecentCache[_LayoutKey, FeedLayout] = RecentCache(_MAX_LAYOUTS)
        self._frames: ByteCache[tuple[FeedLayout, Quality], _Frame] = ByteCache(_FRAMES_BYTES)

    def measure(self, content: FeedContent, width: float | None, height: float | None) -> Box:
        """As large as asked for, else as picture and texts need. Raises StoreUnavailable, DrawFailed."""
        layout = self._laid_out(content, width, height)
        size = (layout.width, layout.height)
        if not content.picture or content.state in _LIVE:
            # A live feed's box does not follow from its picture: overtaken ones are not loaded for it.
            return Box(*size, problem=content.problem)
        state = self._pictures.state(content.picture)
        return Box(*size, problem=state.problem, unsettled=None if state.settled else size)

    def paint(self, content: FeedContent, box: Box, quality: Quality) -> Raster:
        """The feed, with a sign where its picture is missing. Raises StoreUnavailable, DrawFailed."""
        layout = self._laid_out(content, box.width, box.height)
        frame = self._frame(layout, quality)
        raster = frame.below.copy()
        x, y, width, height = layout.picture
        shown = self._shown(content, box, (width, height), quality)
        if layout.shade:
            stamp(shown, _shade(width, layout.shade), 0, height - layout.shade)
        shown = _rounded(shown, frame.corners)
        stamp(raster, shown, x, y)
        stamp(raster, frame.above, 0, 0)
        return raster

    def _laid_out(self, content: FeedContent, width: float | None, height: float | None) -> FeedLayout:
        key = (content.look, content.state, width, height)
        layout = self._layouts.get(key)
        if layout is None:
            layout = self._setter.lay_out(*key)
            self._layouts.put(key, layout)
        return layout

    def _frame(self, layout: FeedLayout, quality: Quality) -> _Frame:
        frame = self._frames.get((layout, quality))
        if frame is None:
            size = (layout.width, layout.height)
            _, _, width, height = layout.picture
            corners = self._panels.patch(
                Patch(0, 0, width, height, Colour(255, 255, 255), layout.radius), quality
            )
            frame = _Frame(
                self._panels.drawn(layout.below, *size, quality),
                self._panels.drawn(layout.above, *size, quality),
                corners[..., 3],
            )
            self._frames.put((layout, quality), frame, 9 * layout.width * layout.height)
        return frame

    def _shown(self, content: FeedContent, box: Box, size: tuple[int, int], quality: Quality) -> Raster:
        """The picture's box without its corners: the picture over a matte, or a sign. A fresh raster."""
        if box.problem is not None or not content.picture:
            return picture_sign(*size, waiting=box.problem is None)
        try:
            picture = self._pictures.picture(content.picture, 0)
        except DrawFailed:
            if content.state not in _LIVE:
                raise
            return picture_sign(*size, waiting=True)
        above = fitted(picture, content.look.fit, size, quality)
        raster = np.empty((size[1], size[0], 4), np.uint8)
        raster[...] = _MATTE
        stamp(raster, above, 0, 0)
        if content.state == "stale":
            raster[..., :3] = _dimmed(raster)
        return raster


def _dimmed(raster: Raster) -> NDArray[np.uint8]:
    """Grey and dark: nobody takes it for what is happening now."""
    grey = np.asarray(Image.fromarray(raster[..., :3]).convert("L"), np.float32)[..., None]
    mixed = (0.3 * raster[..., :3].astype(np.float32) + 0.7 * grey) * np.float32(_STALE_LIGHT)
    return mixed.astype(np.uint8)


def _rounded(raster: Raster, corners: NDArray[np.uint8]) -> Raster:
    """``raster`` as far as ``corners`` lets it be seen."""
    seen = (raster * corners[..., None].astype(np.uint16) + 127) // 255
    return seen.astype(np.uint8)


def _shade(width: int, height: int) -> Raster:
    """Black that becomes denser towards the lower edge."""
    raster = np.zeros((height, width, 4), np.uint8)
    rise = np.linspace(0, 1, height, dtype=np.float32) ** np.float32(1.3)
    raster[..., 3] = (rise * _SHADE_ALPHA).astype(np.uint8)[:, None]
    return raster
