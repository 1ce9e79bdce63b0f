"""Places on the canvas, in pixels; x grows to the right, y downwards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

Rect = tuple[int, int, int, int]
"""x, y, width, height of a part of the canvas; all four even, so that 4:2:0 chroma has whole samples."""

MAX_RECTS = 8
"""More patches than this cost more than the pixels that they save."""

_FULL_SHARE = 0.7
_WASTE_SHARE = 0.25
_WASTE_PX = 1024


def area(rect: Rect) -> int:
    """Pixels in ``rect``."""
    return rect[2] * rect[3]


def overlap(a: Rect, b: Rect) -> bool:
    """Whether ``a`` and ``b`` share a pixel."""
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


def bounding(a: Rect, b: Rect) -> Rect:
    """The smallest rectangle that holds both."""
    x, y = min(a[0], b[0]), min(a[1], b[1])
    return x, y, max(a[0] + a[2], b[0] + b[2]) - x, max(a[1] + a[3], b[1] + b[3]) - y


def even_inside(rect: Rect, width: int, height: int) -> Rect | None:
    """``rect``, grown to even sides and clipped to a canvas of even sides; None when nothing is left."""
    left, top = max(rect[0], 0) & ~1, max(rect[1], 0) & ~1
    right = min((rect[0] + rect[2] + 1) & ~1, width)
    bottom = min((rect[1] + rect[3] + 1) & ~1, height)
    return (left, top, right - left, bottom - top) if left < right and top < bottom else None


def outside(rect: Rect, hole: Rect) -> list[Rect]:
    """``rect`` without ``hole``, which overlaps it, in at most four parts: above, below, left and right."""
    x, y, right, bottom = rect[0], rect[1], rect[0] + rect[2], rect[1] + rect[3]
    top_y, bottom_y = max(y, hole[1]), min(bottom, hole[1] + hole[3])
    left_x, right_x = max(x, hole[0]), min(right, hole[0] + hole[2])
    parts = (
        (x, y, rect[2], top_y - y),
        (x, bottom_y, rect[2], bottom - bottom_y),
        (x, top_y, left_x - x, bottom_y - top_y),
        (right_x, top_y, right - right_x, bottom_y - top_y),
    )
    return [part for part in parts if part[2] > 0 and part[3] > 0]


def merge_rects(rects: Iterable[Rect], width: int, height: int) -> tuple[Rect, ...]:
    """Few rectangles that hold all ``rects`` on a canvas: even, inside it, disjoint, at most MAX_RECTS.

    Near ones become one; where they fill most of the canvas it is the whole canvas.
    """
    inside = {even_inside(rect, width, height) for rect in rects}
    wanted = sorted((rect for rect in inside if rect is not None), key=lambda rect: (-area(rect), rect))
    if wanted and area(wanted[0]) > _FULL_SHARE * width * height:
        return ((0, 0, width, height),)
    near = _join_near(wanted)
    merged = _disjoint(near)
    if len(merged) > MAX_RECTS:
        merged = _join_overlapping(near)
    if sum(map(area, merged)) > _FULL_SHARE * width * height:
        return ((0, 0, width, height),)
    return tuple(sorted(merged))


def _join_near(rects: Iterable[Rect]) -> list[Rect]:
    """At most MAX_RECTS that hold all, joined where that wastes little; they may still overlap."""
    kept: list[Rect] = []
    for rect in rects:
        grown = rect
        while kept:
            index, waste = _nearest(kept, grown)
            both = bounding(kept[index], grown)
            if len(kept) < MAX_RECTS and waste > max(_WASTE_PX, _WASTE_SHARE * area(both)):
                break
            del kept[index]
            grown = both
        kept.append(grown)
    return kept


def _nearest(rects: Sequence[Rect], rect: Rect) -> tuple[int, int]:
    """Which of ``rects`` wastes least when it is joined to ``rect``, and how much: pixels of their bounding
    rectangle that lie in neither. This is asked most often, so it calls nothing."""
    x, y, width, height = rect
    right, bottom, own = x + width, y + height, width * height
    found, least = 0, -1
    for index, (left, top, wide, high) in enumerate(rects):
        across = (right if right > left + wide else left + wide) - (x if x < left else left)
        down = (bottom if bottom > top + high else top + high) - (y if y < top else top)
        waste = across * down - own - wide * high
        if width + wide > across and height + high > down:
            waste += (width + wide - across) * (height + high - down)
        if waste < least or least < 0:
            found, least = index, waste
    return found, least


def _disjoint(rects: Iterable[Rect]) -> list[Rect]:
    """The same pixels, each in one rectangle only."""
    kept: list[Rect] = []
    for rect in rects:
        parts = [rect]
        for other in kept:
            parts = [
                piece
                for part in parts
                for piece in (outside(part, other) if overlap(part, other) else [part])
            ]
        kept += parts
    return kept


def _join_overlapping(rects: Iterable[Rect]) -> list[Rect]:
    """Bounding rectangles of those that overlap, until none does."""
    kept = list(rects)
    while pair := next((pair for pair in combinations(kept, 2) if overlap(*pair)), None):
        kept.remove(pair[0])
        kept.remove(pair[1])
        kept.append(bounding(*pair))
    return kept
