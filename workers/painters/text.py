"""Text in lines."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from scene.content import Align, TextContent
from workers.cache import RecentCache
from workers.painters.painter import Box, Quality, Raster, inked, whole_px
from workers.typography.fonts import EMOJI, EMOJI_SIZE_PX, Faces
from workers.typography.layout import Run, TextLayout, Typesetter, ceil_px

_MAX_LAYOUTS = 512
_BLEED = 0.3  # of the font size: how far accents, italics and descenders may reach beyond their line
_SLACK: dict[Align, float] = {"left": 0.0, "center": 0.5, "right": 1.0}


class TextPainter:
    """Draws text from the top of its box; what does not fit in the box's height is drawn below it."""

    def __init__(self) -> None:
        self._faces = Faces()
        self._typesetter = Typesetter(self._faces)
        self._layouts: RecentCache[tuple[TextContent, float | None], TextLayout] = RecentCache(_MAX_LAYOUTS)

    def measure(self, content: TextContent, width: float | None, height: float | None) -> Box:
        """As wide as asked for or as the longest line, as high as asked for or as all lines.

        Raises DrawFailed when a font is missing.
        """
        layout = self._laid_out(content, None if width is None else float(whole_px(width)))
        box_width = ceil_px(layout.width) if width is None else whole_px(width)
        lines_px = ceil_px(layout.height)
        box_height = lines_px if height is None else whole_px(height)
        if not content.text.strip():
            return Box(0, 0)
        bleed = math.ceil(content.font_size * _BLEED)
        # A single character may be wider than the whole box.
        beyond = bleed + max(0, ceil_px(layout.width) - box_width)
        below = bleed + max(0, lines_px - box_height)
        return Box(box_width, box_height, (beyond, bleed, beyond, below))

    def paint(self, content: TextContent, box: Box, _quality: Quality) -> Raster:
        """The lines, aligned in the box. Raises DrawFailed when a font is missing."""
        left, top, _, _ = box.margin
        asked = float(box.width)
        natural = self._laid_out(content, None)
        layout = natural if ceil_px(natural.width) <= box.width else self._laid_out(content, asked)
        mask = Image.new("L", box.raster_size)
        pictures: list[tuple[Image.Image, int, int]] = []
        draw = ImageDraw.Draw(mask)
        for number, line in enumerate(layout.lines):
            start = left + (box.width - line.width) * _SLACK[content.align]
            baseline = round(top + layout.baseline_px + number * layout.line_px)
            for run in line.runs:
                if run.font == EMOJI:
                    pictures.append(self._emoji(run, content.font_size, start + run.x, baseline))
                else:
                    face = self._faces.face(run.font, content.font_size)
                    at = (start + run.x, baseline)
                    draw.text(at, run.text, 255, face, anchor="ls", direction=line.direction)
        raster = inked(np.asarray(mask), content.colour)
        return _with_pictures(raster, pictures, content.colour.alpha) if pictures else raster

    def _laid_out(self, content: TextContent, width: float | None) -> TextLayout:
        key = (content, width)
        layout = self._layouts.get(key)
        if layout is None:
            layout = self._typesetter.lay_out(content, width)
            self._layouts.put(key, layout)
        return layout

    def _emoji(self, run: Run, size_px: float, x: float, baseline: int) -> tuple[Image.Image, int, int]:
        """The run's pictures, premultiplied, and where their upper left corner goes."""
        face = self._faces.face(EMOJI, EMOJI_SIZE_PX)
        box = face.getbbox(run.text, anchor="ls")
        left, top, right, bottom = (math.floor(box[0]), math.floor(box[1]), *map(math.ceil, box[2:]))
        drawn = Image.new("RGBA", (max(1, right - left), max(1, bottom - top)))
        ImageDraw.Draw(drawn).text((-left, -top), run.text, font=face, anchor="ls", embedded_color=True)
        scale = size_px / EMOJI_SIZE_PX
        size = (max(1, round(drawn.width * scale)), max(1, round(drawn.height * scale)))
        small = drawn.convert("RGBa").resize(size, Image.Resampling.BOX)
        return small, round(x + left * scale), round(baseline + top * scale)


def _with_pictures(raster: Raster, pictures: list[tuple[Image.Image, int, int]], alpha: int) -> Raster:
    """``raster`` with premultiplied ``pictures`` over it, at the text's ``alpha``."""
    height, width = raster.shape[:2]
    for picture, x, y in pictures:
        x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + picture.width, width), min(y + picture.height, height)
        if x0 >= x1 or y0 >= y1:
            continue
        above = np.asarray(picture)[y0 - y : y1 - y, x0 - x : x1 - x].astype(np.uint32)
        above = (above * alpha + 127) // 255
        below = raster[y0:y1, x0:x1]
        below[...] = above + (below * (255 - above[..., 3:]) + 127) // 255
    return raster
