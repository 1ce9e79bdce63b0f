"""Visual feeds: a picture with rounded corners, on a card or by itself, with its texts and badges.

What lies below and above the picture is kept by its look, so that a live feed's next picture costs only the
picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

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
from workers.painters.panel import Panels, Patch, inked_bands, stamp
from workers.painters.sign import picture_sign
from workers.painters.text import TextPainter

OPAQUE = 255

_MATTE = Colour(4, 8, 16)
_STALE_LIGHT = 0.45
"""What is left of the light of a picture that is not live any more."""
_SHADE_ALPHA = 225
_REASON_AT = 0.74  # of the picture's height: below the sign
_LIVE: tuple[FeedState, ...] = ("live", "stale")
_MAX_LAYOUTS = 128
_FRAMES_BYTES = 16_000_000

_LayoutKey = tuple[FeedLook, FeedState, float | None, float | None]


@dataclass(frozen=True, slots=True)
class _Frame:
    """What is drawn around a picture: ``corners`` is how much of each of its pixels is seen, 0..255, and
    ``bands`` are the rows of ``above`` in which there is anything."""

    below: Raster
    above: Raster
    corners: NDArray[np.uint8]
    bands: list[tuple[int, int]]


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
            _shade(shown[height - layout.shade :])
        # Only in the rows of the corners does anything below the picture shine through.
        edge = min(math.ceil(layout.radius), (height + 1) // 2)
        raster[y + edge : y + height - edge, x : x + width] = shown[edge : height - edge]
        for first, last in ((0, edge), (height - edge, height)):
            stamp(raster, _rounded(shown[first:last], frame.corners[first:last]), x, y + first)
        for first, last in frame.bands:
            stamp(raster, frame.above[first:last], 0, first)
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
            above = self._panels.drawn(layout.above, *size, quality)
            below = self._panels.drawn(layout.below, *size, quality)
            frame = _Frame(below, above, corners[..., 3], inked_bands(above))
            self._frames.put((layout, quality), frame, 9 * layout.width * layout.height)
        return frame

    def _shown(self, content: FeedContent, box: Box, size: tuple[int, int], quality: Quality) -> Raster:
        """What fills the picture's box, as if it had no corners: opaque, and nobody else's."""
        if box.problem is not None or not content.picture:
            return self._sign(content.look, box.problem, size, quality)
        try:
            picture = self._pictures.picture(content.picture, 0)
        except DrawFailed:
            if content.state not in _LIVE:
                raise
            return self._sign(content.look, None, size, quality)
        raster = _on_matte(fitted(picture, content.look.fit, size, quality))
        if content.state == "stale":
            raster[..., :3] = _dimmed(raster)
        return raster

    def _sign(self, look: FeedLook, problem: str | None, size: tuple[int, int], quality: Quality) -> Raster:
        """The sign of a picture that is missing, with the reason where there is room, or on its way."""
        raster = _on_matte(picture_sign(*size, waiting=problem is None))
        if problem is None or look.overlay == "bar":
            return raster
        words = self._setter.reason(look, problem, size[0])
        top = round(size[1] * _REASON_AT)
        if words is not None and top + words.box.height <= size[1]:
            written = self._panels.drawn([replace(words, y=top)], *size, quality)
            stamp(raster, written, 0, 0)
        return raster


def _on_matte(above: Raster) -> Raster:
    """``above`` over what shows where it does not reach; its own if it is opaque."""
    if above[..., 3].min() == OPAQUE:
        return above.copy()
    raster = np.empty_like(above)
    raster[...] = _MATTE
    stamp(raster, above, 0, 0)
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


def _shade(rows: Raster) -> None:
    """Make ``rows``, which are opaque, darker towards the lower edge."""
    rise = np.linspace(0, 1, rows.shape[0], dtype=np.float32) ** np.float32(1.3)
    light = 255 - (rise * _SHADE_ALPHA).astype(np.uint16)[:, None, None]
    rows[..., :3] = (rows[..., :3] * light + 127) // 255
