"""The parts of a visual feed: what is written below its picture or over it, and the badges.

Each part begins at 0, 0 and comes with its height, or its width where that is what is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from scene.colour import Colour
from scene.content import Font, TextContent, Weight
from scene.feed import FeedLook
from workers.painters.painter import whole_px
from workers.painters.panel import Mark, Patch, Words
from workers.painters.text import TextPainter

_WHITE, _SOFT, _FAINT = Colour(248, 250, 252), Colour(203, 213, 225), Colour(148, 163, 184)
_CHIP, _BADGE, _RULE = Colour(148, 163, 184, 30), Colour(8, 12, 22, 205), Colour(148, 163, 184, 56)


@dataclass(frozen=True, slots=True)
class _Style:
    """How a text is set; ``size`` and ``spacing`` are viewport px."""

    size: float
    colour: Colour
    weight: Weight = "normal"
    font: Font = "sans"
    spacing: float = 0.0
    lines: int = 1


_TOKEN = _Style(18, _FAINT, font="mono")
_COLLECTION = _Style(17, _SOFT, "bold", spacing=1.5)
_TITLE, _CREATOR = _Style(34, _WHITE, "bold"), _Style(20, _SOFT)
_PRICE, _LABEL = _Style(36, _WHITE, "bold"), _Style(16, _FAINT, "bold", spacing=1.2)
_TRAIT, _VALUE = _Style(12, _FAINT, "bold", spacing=1.0), _Style(17, _WHITE)
_CAPTION, _BADGE_TEXT = _Style(21, _WHITE, lines=3), _Style(16, _WHITE, "bold")
_BAR_TITLE, _BAR_CREATOR = _Style(30, _WHITE, "bold"), _Style(18, _SOFT)
_BAR_CAPTION, _BAR_PRICE = _Style(20, _SOFT, lines=2), _Style(32, _WHITE, "bold")
_REASON = _Style(16, _FAINT, lines=2)
_GAP, _SPACE = 14.0, 6.0  # viewport px


class FeedParts:
    """Writes the parts of one look; ``look.scale`` is that of the texts."""

    def __init__(self, texts: TextPainter, look: FeedLook) -> None:
        self._texts = texts
        self._look = look

    def naming(self, inner: int) -> tuple[list[Mark], int]:
        """Collection and token, title, creator."""
        words = self._look.words
        marks: list[Mark] = []
        y = 0
        token = self._line(_token(words.token_id), _TOKEN, inner)
        if token is not None:
            marks.append(replace(token, x=inner - token.box.width))
        room = inner - (token.box.width + self._px(_SPACE) if token else 0)
        collection = self._line(words.collection.upper(), self._accented(_COLLECTION), room)
        if collection is not None:
            marks.append(collection)
        y += max((mark.box.height for mark in (token, collection) if mark), default=0)
        for text, style in ((words.title, _TITLE), (_by(words.creator), _CREATOR)):
            line = self._line(text, style, inner)
            if line is not None:
                marks.append(replace(line, y=y))
                y += line.box.height
        return marks, y

    def price(self, inner: int) -> tuple[list[Mark], int]:
        """A rule, the label and what it costs."""
        words = self._look.words
        price = self._line(words.price, _PRICE, inner)
        if price is None:
            return [], 0
        rule = Patch(0, 0, inner, max(1, self._px(1.5)), _RULE)
        top = rule.height + self._px(_GAP)
        room = inner - price.box.width - self._px(_GAP)
        label = self._line(words.price_label.upper(), _LABEL, room)
        marks: list[Mark] = [rule, replace(price, x=inner - price.box.width, y=top)]
        if label is not None:
            marks.append(replace(label, y=top + (price.box.height - label.box.height) // 2))
        return marks, top + price.box.height

    def traits(self, inner: int) -> tuple[list[Mark], int]:
        """Chips with a name and a value each, in rows."""
        marks: list[Mark] = []
        pad, gap = self._px(11), self._px(8)
        x = y = row_high = 0
        for name, value in self._look.words.traits:
            room = max(1, inner - 2 * pad)
            lines = [
                line
                for line in (
                    self._line(name.upper(), _TRAIT, room),
                    self._line(value, _VALUE, room),
                )
                if line is not None
            ]
            if not lines:
                continue
            wide = max(line.box.width for line in lines) + 2 * pad
            high = sum(line.box.height for line in lines) + pad
            if x and x + wide > inner:
                x, y, row_high = 0, y + row_high + gap, 0
            marks.append(Patch(x, y, wide, high, _CHIP, self._px(10)))
            line_y = y + pad // 2
            for line in lines:
                marks.append(replace(line, x=x + pad, y=line_y))
                line_y += line.box.height
            x, row_high = x + wide + gap, max(row_high, high)
        return marks, y + row_high

    def caption(self, inner: int) -> tuple[list[Mark], int]:
        """A bar with a mark of the accent's colour at its left."""
        pad, mark_px = self._px(12), max(2, self._px(5))
        left = pad + mark_px + pad
        text = self._line(self._look.words.caption, _CAPTION, max(1, inner - left - pad))
        if text is None:
            return [], 0
        high = text.box.height + 2 * pad
        accent = self._look.accent
        marks: list[Mark] = [
            Patch(0, 0, inner, high, accent._replace(alpha=34), self._px(12)),
            Patch(pad, pad, mark_px, text.box.height, accent, mark_px / 2),
            replace(text, x=left, y=pad),
        ]
        return marks, high

    def bar(self, inner: int) -> tuple[list[Mark], int]:
        """The texts that lie over the picture, and how high they are."""
        words = self._look.words
        price = self._line(words.price, _BAR_PRICE, inner)
        room = max(1, inner - (price.box.width + self._px(_GAP) if price else 0))
        named = " ".join(text for text in (words.title, _token(words.token_id)) if text)
        marks: list[Mark] = []
        y = 0
        for line in (
            self._line(words.collection.upper(), self._accented(_COLLECTION), room),
            self._line(named, _BAR_TITLE, room),
            self._line(_by(words.creator), _BAR_CREATOR, room),
            self._line(words.caption, _BAR_CAPTION, room),
        ):
            if line is not None:
                marks.append(replace(line, y=y))
                y += line.box.height
        if price is not None:
            y = max(y, price.box.height)
            marks.append(replace(price, x=inner - price.box.width, y=y - price.box.height))
        return marks, y

    def badge(self, text: str, dot: Colour | None, room: int) -> tuple[list[Mark], int]:
        """A pill, with a dot where ``dot`` gives it a colour; how wide it is."""
        line = self._line(text, _BADGE_TEXT, room)
        if line is None:
            return [], 0
        high, side, dot_px = self._px(32), self._px(13), self._px(10) if dot else 0
        high = max(high, line.box.height)
        left = side + (dot_px + self._px(8) if dot else 0)
        wide = left + line.box.width + side
        marks: list[Mark] = [Patch(0, 0, wide, high, _BADGE, high / 2)]
        if dot is not None:
            marks.append(Patch(side, (high - dot_px) // 2, dot_px, dot_px, dot, dot_px / 2))
        return [*marks, replace(line, x=left, y=(high - line.box.height) // 2)], wide

    def reason(self, problem: str, inner: int) -> Words | None:
        """Why there is no picture."""
        return self._line(problem, _REASON, inner)

    def _line(self, text: str, style: _Style, width: int) -> Words | None:
        """``text`` at the upper left corner, shortened to ``width``; None when it shows nothing."""
        content = TextContent(
            text=text,
            font=style.font,
            font_size=max(1.0, style.size * self._look.scale),
            weight=style.weight,
            style="normal",
            colour=style.colour,
            align="left",
            line_height=1.3,
            letter_spacing=style.spacing * self._look.scale,
            max_lines=style.lines,
        )
        box = self._texts.measure(content, None, None)
        if box.width > width:
            box = self._texts.measure(content, float(max(1, width)), None)
        return None if box.empty else Words(content, 0, 0, box)

    def _accented(self, style: _Style) -> _Style:
        return replace(style, colour=self._look.accent)

    def _px(self, viewport_px: float) -> int:
        return whole_px(viewport_px * self._look.scale)


def _token(token_id: str) -> str:
    return f"#{token_id}" if token_id and not token_id.startswith("#") else token_id


def _by(creator: str) -> str:
    return f"by {creator}" if creator else ""
