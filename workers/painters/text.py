"""Text in lines."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from scene.colour import Colour
from scene.content import Align, TextContent, VerticalAlign
from workers.cache import ByteCache, RecentCache
from workers.painters.backdrop import backdrop_margin, with_backdrop
from workers.painters.painter import Box, Quality, Raster, inked, over, whole_px
from workers.painters.shadow import Margin, shadow_margin, with_shadow
from workers.typography.fonts import EMOJI, EMOJI_SIZE_PX, Faces
from workers.typography.layout import Run, TextLayout, Typesetter, ceil_px

_MAX_LAYOUTS = 512
_BLEED = 0.3  # of the font size: how far accents, italics and descenders may reach beyond their line
_SLACK: dict[Align, float] = {"left": 0.0, "center": 0.5, "right": 1.0}
_SLACK_ABOVE: dict[VerticalAlign, float] = {"top": 0.0, "middle": 0.5, "bottom": 1.0}


_INK_BYTES = 8_000_000
"""Of letters that are kept until their colour changes."""
_BLACK = Colour(0, 0, 0)

_Picture = tuple[Image.Image, int, int]
"""An emoji's pixels, premultiplied, and where their upper left corner goes."""


@dataclass(frozen=True, slots=True, eq=False)
class _Ink:
    """Letters and their strokes as masks (height, width), and emoji: a text without its colours."""

    letters: NDArray[np.uint8]
    strokes: NDArray[np.uint8]
    """Empty when there are none."""
    pictures: tuple[_Picture, ...]


class TextPainter:
    """Draws text in its box; what does not fit in the box's height is drawn below it."""

    def __init__(self, faces: Faces | None = None) -> None:
        self._faces = faces or Faces()
        self._typesetter = Typesetter(self._faces)
        self._layouts: RecentCache[tuple[TextContent, float | None], TextLayout] = RecentCache(_MAX_LAYOUTS)
        self._inks: ByteCache[tuple[TextContent, int, int], _Ink] = ByteCache(_INK_BYTES)

    def measure(self, content: TextContent, width: float | None, height: float | None) -> Box:
        """As wide as asked for or as the longest line, as high as asked for or as all lines.

        The family stands in for an uploaded font that is not here. Raises DrawFailed when a font of the
        family is missing, and StoreUnavailable.
        """
        if content.typeface is None:
            return self._measured(content, width, height)
        state, other = self._faces.fonts.state(content.typeface), replace(content, typeface=None)
        box = self._measured(content if state.problem is None else other, width, height)
        if state.settled:
            return box
        stand_in = self._measured(other, width, height)
        unsettled = (stand_in.width, stand_in.height)
        return replace(box, problem=state.problem, unsettled=unsettled)

    def _measured(self, content: TextContent, width: float | None, height: float | None) -> Box:
        layout = self._laid_out(content, None if width is None else float(whole_px(width)))
        box_width = ceil_px(layout.width) if width is None else whole_px(width)
        box_height = ceil_px(layout.height) if height is None else whole_px(height)
        if not content.text.strip():
            return Box(0, 0)
        ink = shadow_margin(content.shadow, _ink_margin(content, layout, box_width, box_height))
        return Box(box_width, box_height, backdrop_margin(content.backdrop, ink))

    def paint(self, content: TextContent, box: Box, _quality: Quality) -> Raster:
        """The lines, aligned in the box. Raises DrawFailed when a font is missing."""
        if box.problem is not None:
            content = replace(content, typeface=None)
        asked = float(box.width)
        natural = self._laid_out(content, None)
        layout = natural if ceil_px(natural.width) <= box.width else self._laid_out(content, asked)
        margin = _ink_margin(content, layout, box.width, box.height)
        raster = with_shadow(self._written(content, layout, box, margin), content.shadow, margin)
        around = shadow_margin(content.shadow, margin)
        return with_backdrop(raster, content.backdrop, around, (box.width, box.height))

    def _written(self, content: TextContent, layout: TextLayout, box: Box, margin: Margin) -> Raster:
        """The letters and their strokes, in the box and ``margin`` around it."""
        key = (_colourless(content), box.width, box.height)
        ink = self._inks.get(key)
        if ink is None:
            ink = self._set(content, layout, box, margin)
            self._inks.put(key, ink, ink.letters.nbytes + ink.strokes.nbytes)
        raster = inked(ink.letters, content.colour)
        if ink.strokes.size and content.stroke is not None:
            raster = over(raster, inked(ink.strokes, content.stroke))
        return _with_pictures(raster, ink.pictures, content.colour.alpha) if ink.pictures else raster

    def _set(self, content: TextContent, layout: TextLayout, box: Box, margin: Margin) -> _Ink:
        left, top, right, bottom = margin
        size = (box.width + left + right, box.height + top + bottom)
        stroke_px = content.stroke_width if content.stroke is not None else 0.0
        letters, strokes = Image.new("L", size), Image.new("L", size if stroke_px else (0, 0))
        draw, draw_strokes = ImageDraw.Draw(letters), ImageDraw.Draw(strokes)
        pictures: list[_Picture] = []
        top += round(max(0.0, box.height - layout.height) * _SLACK_ABOVE[content.vertical_align])
        for number, line in enumerate(layout.lines):
            start = left + (box.width - line.width) * _SLACK[content.align]
            baseline = round(top + layout.baseline_px + number * layout.line_px)
            for run in line.runs:
                at = (start + run.x, baseline)
                if run.font == EMOJI:
                    pictures.append(self._emoji(run, content.font_size, *at))
                    continue
                face = self._faces.face(run.font, content.font_size)
                draw.text(at, run.text, 255, face, anchor="ls", direction=line.direction)
                if stroke_px:
                    draw_strokes.text(
                        at, run.text, 255, face, anchor="ls", direction=line.direction, stroke_width=stroke_px
                    )
        return _Ink(np.asarray(letters), np.asarray(strokes), tuple(pictures))

    def _laid_out(self, content: TextContent, width: float | None) -> TextLayout:
        key = (_colourless(content), width)
        layout = self._layouts.get(key)
        if layout is None:
            layout = self._typesetter.lay_out(content, width)
            self._layouts.put(key, layout)
        return layout

    def _emoji(self, run: Run, size_px: float, x: float, baseline: int) -> _Picture:
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


def _colourless(content: TextContent) -> TextContent:
    """``content`` without what changes no letter's place: texts that change their colour are set once."""
    stroke = None if content.stroke is None else _BLACK
    return replace(content, colour=_BLACK, stroke=stroke, shadow=None, backdrop=None)


def _ink_margin(content: TextContent, layout: TextLayout, width: int, height: int) -> Margin:
    """How far letters and strokes may reach beyond a box of this size."""
    bleed = math.ceil(content.font_size * _BLEED)
    if content.stroke is not None:
        bleed += math.ceil(content.stroke_width)
    # A single character may be wider than the whole box.
    beyond = bleed + max(0, ceil_px(layout.width) - width)
    below = bleed + max(0, ceil_px(layout.height) - height)
    return (beyond, bleed, beyond, below)


def _with_pictures(raster: Raster, pictures: Iterable[_Picture], alpha: int) -> Raster:
    """``raster`` with premultiplied ``pictures`` over it, at the text's ``alpha``."""
    height, width = raster.shape[:2]
    for picture, x, y in pictures:
        x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + picture.width, width), min(y + picture.height, height)
        if x0 >= x1 or y0 >= y1:
            continue
        above = np.asarray(picture)[y0 - y : y1 - y, x0 - x : x1 - x].astype(np.uint32)
        above = (above * alpha + 127) // 255
        raster[y0:y1, x0:x1] = over(above.astype(np.uint8), raster[y0:y1, x0:x1])
    return raster
