"""Where the parts of a visual feed lie: its picture, the texts below or over it, the badges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from scene.colour import Colour
from scene.feed import FeedLook, FeedState
from scene.geometry import Rect
from workers.painters.feed_parts import FeedParts
from workers.painters.painter import whole_px
from workers.painters.panel import Mark, Patch, Words
from workers.painters.text import TextPainter

NATURAL_WIDTH = 480
"""Of a feed whose layer says none, in viewport px."""

_PANEL, _RIM = Colour(13, 19, 33, 244), Colour(51, 65, 85)
_LIVE, _LOST = Colour(239, 68, 68), Colour(245, 158, 11)
# In viewport px.
_PADDING, _GAP = 18.0, 14.0
_SHRINKS = (1.0, 0.85, 0.7, 0.6, 0.5, 0.4, 0.3)
_LEAST_PICTURE = 0.4
"""Of the height of a box; texts become smaller before the picture does."""
_LEAST_HEIGHT = 8
_BADGES: dict[FeedState, tuple[str, Colour]] = {"live": ("LIVE", _LIVE), "stale": ("SIGNAL LOST", _LOST)}


@dataclass(frozen=True, slots=True)
class FeedLayout:
    """A feed in its box of ``width`` x ``height`` px. ``below`` lies below the picture, ``above`` over it."""

    width: int
    height: int
    picture: Rect
    below: tuple[Mark, ...]
    above: tuple[Mark, ...]
    radius: float
    """Of the picture's corners."""
    shade: int
    """How high a shade rises from the picture's lower edge."""


class FeedSetter:
    """Lays feeds out. Raises DrawFailed when a font is missing."""

    def __init__(self, texts: TextPainter) -> None:
        self._texts = texts

    def lay_out(
        self, look: FeedLook, state: FeedState, width: float | None, height: float | None
    ) -> FeedLayout:
        """As large as asked for; else as wide as feeds are, and as high as the picture and the texts."""
        wide = max(1, whole_px(NATURAL_WIDTH * look.scale if width is None else width))
        high = None if height is None else max(1, whole_px(height))
        for shrink in _SHRINKS:
            sheet = _Sheet(self._texts, replace(look, scale=look.scale * shrink), wide)
            layout = sheet.card(state, high) if look.overlay == "card" else sheet.picture_only(state, high)
            if high is None or layout.picture[3] >= _LEAST_PICTURE * high:
                break
        return layout

    def reason(self, look: FeedLook, problem: str, width: int) -> Words | None:
        """Why there is no picture, in the middle of a box of this width; None when that shows nothing."""
        pad = whole_px(_PADDING * look.scale)
        words = FeedParts(self._texts, look).reason(problem, max(1, width - 2 * pad))
        return None if words is None else replace(words, x=(width - words.box.width) // 2)


class _Sheet:
    """One feed of the width ``wide``; ``look.scale`` is that of its texts."""

    def __init__(self, texts: TextPainter, look: FeedLook, wide: int) -> None:
        self._parts = FeedParts(texts, look)
        self._look = look
        self._wide = wide

    def card(self, state: FeedState, high: int | None) -> FeedLayout:
        """The picture with a panel around it and the texts below."""
        pad = self._px(_PADDING)
        inner = max(1, self._wide - 2 * pad)
        below, texts_high = self._texts_below(inner)
        if high is None:
            pictured = max(_LEAST_HEIGHT, round(inner / self._look.proportion))
        else:
            pictured = max(1, high - 2 * pad - texts_high)
        whole = high if high is not None else pictured + 2 * pad + texts_high
        picture = (pad, pad, inner, pictured)
        top = pad + pictured
        radius = min(self._look.radius, self._wide / 2, whole / 2)
        rim_px = max(1.0, 2 * self._look.scale)
        panel = Patch(0, 0, self._wide, whole, _PANEL, radius, _RIM, rim_px)
        inner_radius = max(0.0, min(radius - pad / 2, inner / 2, pictured / 2))
        marks = (panel, *(replace(mark, x=mark.x + pad, y=mark.y + top) for mark in below))
        above = tuple(self._badges(state, picture))
        return FeedLayout(self._wide, whole, picture, marks, above, inner_radius, 0)

    def picture_only(self, state: FeedState, high: int | None) -> FeedLayout:
        """The picture alone; with a bar of texts over its lower part where the look wants one."""
        whole = high if high is not None else max(_LEAST_HEIGHT, round(self._wide / self._look.proportion))
        picture = (0, 0, self._wide, whole)
        radius = min(self._look.radius, self._wide / 2, whole / 2)
        if self._look.overlay == "none":
            return FeedLayout(self._wide, whole, picture, (), (), radius, 0)
        pad = self._px(_PADDING)
        bar, bar_high = self._parts.bar(max(1, self._wide - 2 * pad))
        top = whole - pad - bar_high
        marks = [replace(mark, x=mark.x + pad, y=mark.y + top) for mark in bar]
        shade = min(whole, round(1.6 * bar_high) + 2 * pad) if bar else 0
        return FeedLayout(
            self._wide, whole, picture, (), (*marks, *self._badges(state, picture)), radius, shade
        )

    def _texts_below(self, inner: int) -> tuple[list[Mark], int]:
        """What lies below the picture, from its lower edge on, and how high all of it is."""
        words = self._look.words
        blocks = [self._parts.naming(inner), self._parts.price(inner), self._parts.traits(inner)]
        marks: list[Mark] = []
        y = 0
        for block, high in blocks:
            if block:
                y += self._px(_GAP)
                marks += _moved(block, y)
                y += high
        if words.caption:
            y += self._px(_GAP)
            caption, high = self._parts.caption(inner)
            marks += _moved(caption, y)
            y += high
        return marks, y

    def _badges(self, state: FeedState, picture: Rect) -> Iterator[Mark]:
        """What is happening at the picture's upper left, where it is kept at its upper right."""
        words, edge = self._look.words, self._px(12)
        left, top, wide, _ = picture
        x = left + edge
        told = [_BADGES[state]] if state in _BADGES else []
        if words.status:
            told.append((words.status, self._look.accent))
        for text, colour in told:
            marks, badge_wide = self._parts.badge(text, colour, wide)
            yield from (replace(mark, x=mark.x + x, y=mark.y + top + edge) for mark in marks)
            x += badge_wide + self._px(8)
        if words.chain:
            marks, badge_wide = self._parts.badge(words.chain, None, wide)
            right = left + wide - edge - badge_wide
            if right >= x:
                yield from (replace(mark, x=mark.x + right, y=mark.y + top + edge) for mark in marks)

    def _px(self, viewport_px: float) -> int:
        return whole_px(viewport_px * self._look.scale)


def _moved(marks: Iterable[Mark], y: int) -> Iterator[Mark]:
    return (replace(mark, y=mark.y + y) for mark in marks)
