"""Status cards: a panel with a badge, a title and lines, made of shapes and texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from scene.card import CardContent, CardState
from scene.colour import Colour
from scene.content import ShapeContent, ShapeName, TextContent, Weight
from workers.painters.painter import Box, Quality, Raster, whole_px
from workers.painters.panel import stamp
from workers.painters.shape import ShapePainter
from workers.painters.text import TextPainter

NATURAL_WIDTH = 640
"""Of a card whose layer says none, in viewport px."""

_STATE_COLOURS: Mapping[CardState, Colour] = {
    "idle": Colour(148, 163, 184),
    "waiting": Colour(251, 191, 36),
    "starting": Colour(251, 191, 36),
    "live": Colour(248, 80, 80),
    "paused": Colour(56, 189, 248),
    "stopping": Colour(148, 163, 184),
    "failed": Colour(248, 80, 80),
}
_PANEL, _RIM = Colour(15, 23, 42, 236), Colour(51, 65, 85)
_TITLE, _LINE = Colour(248, 250, 252), Colour(203, 213, 225)
# In viewport px.
_PADDING, _RADIUS, _BAR = 36.0, 24.0, 8.0
_BADGE, _DOT, _GAP, _SPACE = 44.0, 14.0, 18.0, 8.0
_BADGE_TEXT, _TITLE_TEXT, _LINE_TEXT = 22.0, 46.0, 26.0
_SHRINKS = (1.0, 0.85, 0.7, 0.6, 0.5, 0.4)


@dataclass(frozen=True, slots=True)
class _Row:
    """A text with its upper left corner and its box."""

    text: TextContent
    x: int
    y: int
    box: Box


class CardPainter:
    """Lets the painters of shapes and texts draw a card's parts."""

    def __init__(self) -> None:
        self._shapes = ShapePainter()
        self._texts = TextPainter()

    def measure(self, content: CardContent, width: float | None, height: float | None) -> Box:
        """As large as asked for, else as wide as cards are and as high as the texts.

        Raises DrawFailed when a font is missing.
        """
        box_width = whole_px(NATURAL_WIDTH * content.scale if width is None else width)
        if height is not None:
            return Box(box_width, whole_px(height))
        return Box(box_width, self._height(content, box_width))

    def paint(self, content: CardContent, box: Box, quality: Quality) -> Raster:
        """The card, its parts smaller where there is no room. Raises DrawFailed when a font is missing."""
        content = self._fitted(content, box)
        accent = content.accent or _STATE_COLOURS[content.state]
        radius = min(_RADIUS * content.scale, box.width / 2, box.height / 2)
        rim_px = max(1.0, 2 * content.scale)
        card = self._shape(
            "rectangle", (box.width, box.height), _PANEL, quality, radius, (_RIM, rim_px)
        ).copy()
        self._badge(card, content, accent, quality)
        bar_px = max(1, _px(content, _BAR))
        height = max(1, box.height - 2 * _px(content, _PADDING))
        bar = self._shape("rectangle", (bar_px, height), accent, quality, bar_px / 2)
        stamp(card, bar, (_px(content, _PADDING) - bar_px) // 2, (box.height - height) // 2)
        for row in self._rows(content, box.width):
            self._write(card, row, quality)
        return card

    def _height(self, content: CardContent, width: int) -> int:
        """By nature, of a card so wide."""
        rows = self._rows(content, width)
        below = rows[-1].y + rows[-1].box.height if rows else _px(content, _PADDING + _BADGE)
        return below + _px(content, _PADDING)

    def _fitted(self, content: CardContent, box: Box) -> CardContent:
        """With the largest scale at which all texts fit; the smallest, and cut off, when none does."""
        for shrink in _SHRINKS:
            smaller = replace(content, scale=content.scale * shrink)
            if self._height(smaller, box.width) <= box.height:
                break
        return smaller

    def _badge(self, card: Raster, content: CardContent, accent: Colour, quality: Quality) -> None:
        left, top, high = _px(content, _PADDING), _px(content, _PADDING), max(1, _px(content, _BADGE))
        dot, gap = max(2, _px(content, _DOT)), _px(content, _GAP)
        text = _text(content, content.state.upper(), _BADGE_TEXT, accent, "bold")
        box = self._texts.measure(text, None, None)
        wide = gap + dot + gap // 2 + box.width + gap
        pill = self._shape("rectangle", (wide, high), accent._replace(alpha=48), quality, high / 2)
        stamp(card, pill, left, top)
        mark = self._shape("circle", (dot, dot), accent, quality)
        stamp(card, mark, left + gap, top + (high - dot) // 2)
        at_y = top + (high - box.height) // 2
        self._write(card, _Row(text, left + gap + dot + gap // 2, at_y, box), quality)

    def _rows(self, content: CardContent, width: int) -> list[_Row]:
        """The title and the lines, wrapped at the padding, from top to bottom."""
        inner = max(1, width - 2 * _px(content, _PADDING))
        written = [(content.title, _TITLE_TEXT, _TITLE, "bold")] if content.title.strip() else []
        written += [(line, _LINE_TEXT, _LINE, "normal") for line in content.lines]
        rows, y = [], _px(content, _PADDING + _BADGE + _GAP)
        for text, size, colour, weight in written:
            row = _text(content, text, size, colour, "bold" if weight == "bold" else "normal")
            box = self._texts.measure(row, float(inner), None)
            if box.empty:
                y += round(row.font_size * row.line_height)
                continue
            rows.append(_Row(row, _px(content, _PADDING), y, box))
            y += box.height + (_px(content, _SPACE) if weight == "bold" else 0)
        return rows

    def _write(self, card: Raster, row: _Row, quality: Quality) -> None:
        left, top, _, _ = row.box.margin
        stamp(card, self._texts.paint(row.text, row.box, quality), row.x - left, row.y - top)

    def _shape(
        self,
        shape: ShapeName,
        size: tuple[int, int],
        fill: Colour,
        quality: Quality,
        radius: float = 0.0,
        stroke: tuple[Colour | None, float] = (None, 0.0),
    ) -> Raster:
        content = ShapeContent(shape, radius, fill, *stroke)
        return self._shapes.paint(content, Box(*size), quality)


def _px(content: CardContent, viewport_px: float) -> int:
    return whole_px(viewport_px * content.scale)


def _text(content: CardContent, text: str, size: float, colour: Colour, weight: Weight) -> TextContent:
    return TextContent(
        text=text,
        font="sans",
        font_size=max(1.0, size * content.scale),
        weight=weight,
        style="normal",
        colour=colour,
        align="left",
        line_height=1.3,
    )
