"""Layouts: boxes for the layers of a scene that name a slot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from scene.animation import AfterRevision
from scene.fields import MAX_POSITION_PX, MAX_SIDE_PX, Part, Spacing, Within, viewport_px
from scene.timing import Easing
from scene.viewport import Box, Viewport

LayoutName = Literal["free", "grid", "speaker", "sideBySide", "pictureInPicture", "chatColumn"]
Slot = Literal["main", "side", "chat"]

COLUMN_SHARE = 0.25
"""Of the width that boxes share: the column beside a speaker, that of a chat, a picture in the picture."""


class Layout(Part):
    """How layers with a slot share the viewport; in a free layout each lies where it says itself."""

    type: LayoutName = "free"
    """How the boxes are arranged."""
    gap: Spacing = 16.0
    """Between boxes."""
    margin: Spacing = 16.0
    """Around all boxes."""
    within: Within = "viewport"
    """Where the boxes lie; the large picture that small ones lie on fills the viewport in any case."""


class LayoutTransition(Part):
    """How layers go to their new boxes when a layout changes; it begins with the edit."""

    duration: float = Field(0.6, ge=0, le=60)
    """Seconds."""
    easing: Easing = "easeInOutCubic"
    """The curve of progress."""


MAX_MOVES = 8
"""Of one layer that may be under way one after the other."""


class LayoutMove(Part):
    """The box that a layer came from, and the revision that sent it away. Written by the farm."""

    x: float = Field(ge=-2 * MAX_POSITION_PX, le=2 * MAX_POSITION_PX)
    """Of the box's upper left corner, viewport px."""
    y: float = Field(ge=-2 * MAX_POSITION_PX, le=2 * MAX_POSITION_PX)
    """Of the box's upper left corner, viewport px."""
    width: float = Field(ge=0, le=10 * MAX_SIDE_PX)
    """Of the box, viewport px."""
    height: float = Field(ge=0, le=10 * MAX_SIDE_PX)
    """Of the box, viewport px."""
    start: AfterRevision
    """When the move began."""
    after: LayoutMove | None = None
    """The move that may have been under way then: if it was, this one begins where the layer was. Only the
    last few are kept."""

    def then(self, box: Box, revision: int) -> LayoutMove:
        """The next move, away from ``box``, which this one was to end at."""
        kept = self.lasting(MAX_MOVES - 1)
        return LayoutMove(**box._asdict(), start=AfterRevision(revision=revision), after=kept)

    def lasting(self, most: int) -> LayoutMove | None:
        """It and those before it, ``most`` in all."""
        if most == 0:
            return None
        after = self.after and self.after.lasting(most - 1)
        return self if after is self.after else self.model_copy(update={"after": after})

    def shifted(self, x: float, y: float) -> LayoutMove:
        """It and those before it, measured from the point ``x``, ``y``."""
        after = self.after and self.after.shifted(x, y)
        return self.model_copy(update={"x": self.x - x, "y": self.y - y, "after": after})


def arranged(layout: Layout, slots: Sequence[Slot], viewport: Viewport) -> list[Box]:
    """A box for each of ``slots``, in their order; none in a free layout.

    The first "main" is the speaker or the large picture, else the first of all; the first "chat", else the
    last of all, is the chat's column.
    """
    whole, shorter_px = viewport.area(layout.within), min(viewport.size)
    margin = min(viewport_px(layout.margin, shorter_px), whole.width / 4, whole.height / 4)
    sides = whole.width - 2 * margin, whole.height - 2 * margin
    area = Box(whole.x + margin, whole.y + margin, *sides)
    gap = min(viewport_px(layout.gap, shorter_px), area.width / 4, area.height / 4)
    if layout.type == "free" or not slots:
        return []
    if layout.type == "grid":
        return _grid(area, len(slots), gap)
    if layout.type == "sideBySide":
        return _row(area, len(slots), gap)
    main = slots.index("main") if "main" in slots else 0
    if layout.type == "pictureInPicture":
        corner = _corner(area, len(slots) - 1, gap)
        return _with(corner, main, viewport.area("viewport"))
    left, right = _columns(area, whole.width * COLUMN_SHARE, gap)
    if layout.type == "speaker":
        return _with(_stack(right, len(slots) - 1, gap), main, left if len(slots) > 1 else area)
    chat = slots.index("chat") if "chat" in slots else len(slots) - 1
    return _with(_grid(left, len(slots) - 1, gap), chat, right)


def _with(others: list[Box], index: int, box: Box) -> list[Box]:
    return [*others[:index], box, *others[index:]]


def _columns(area: Box, right_px: float, gap: float) -> tuple[Box, Box]:
    """The wide part on the left and the column on the right."""
    left_px = area.width - right_px - gap
    return (
        area._replace(width=left_px),
        Box(area.x + left_px + gap, area.y, right_px, area.height),
    )


def _row(area: Box, count: int, gap: float) -> list[Box]:
    """Equal boxes from left to right."""
    step, side = _steps(area.width, count, gap)
    return [Box(area.x + step * index, area.y, side, area.height) for index in range(count)]


def _stack(area: Box, count: int, gap: float) -> list[Box]:
    """Equal boxes from top to bottom."""
    step, side = _steps(area.height, count, gap)
    return [Box(area.x, area.y + step * index, area.width, side) for index in range(count)]


def _grid(area: Box, count: int, gap: float) -> list[Box]:
    """Equal boxes row by row, as many columns as rows or one more; a shorter last row lies in the middle."""
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns) if columns else 0
    boxes: list[Box] = []
    for row in _stack(area, rows, gap):
        held = min(columns, count - len(boxes))
        step, side = _steps(area.width, columns, gap)
        indent = (columns - held) * step / 2
        boxes += [Box(area.x + indent + step * index, row.y, side, row.height) for index in range(held)]
    return boxes


def _corner(area: Box, count: int, gap: float) -> list[Box]:
    """Small boxes from the lower right corner upwards, in the area's proportions unless they are too many."""
    width = area.width * COLUMN_SHARE
    height = min(area.height * COLUMN_SHARE, _steps(area.height, count, gap)[1])
    left, bottom = area.x + area.width - width, area.y + area.height
    return [Box(left, bottom - height - (height + gap) * index, width, height) for index in range(count)]


def _steps(whole: float, count: int, gap: float) -> tuple[float, float]:
    """From one of ``count`` equal parts to the next, and the side of a part; gaps take half at most."""
    if count <= 1:
        return whole, whole
    gap = min(gap, whole / 2 / (count - 1))
    side = (whole - gap * (count - 1)) / count
    return side + gap, side
