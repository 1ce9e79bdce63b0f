"""What is known of a layer's state by the state itself: a layer that stands still is the same object in every
frame, and is measured, placed and hashed once."""

from __future__ import annotations

from dataclasses import dataclass

from scene.card import CardContent
from scene.character import FigureContent, PartContent
from scene.content import (
    ColourContent,
    Content,
    FrameNumberContent,
    LayerState,
    ShapeContent,
    SvgContent,
    TextContent,
)
from scene.finish import Finish
from scene.geometry import Rect
from workers.cache import RecentCache
from workers.painters.painter import Box
from workers.placement import Placement, Turn

_MAX_LOOKS = 4096
_SELF_CONTAINED = frozenset(
    {CardContent, ColourContent, FrameNumberContent, ShapeContent, SvgContent, TextContent}
)
"""Contents that nothing else is needed to draw, unless they have a font of one's own. A picture or such a
font is more than its content: it may come and go."""
_MEASURED_ONCE = _SELF_CONTAINED | {FigureContent, PartContent}
"""Contents whose boxes follow from nothing else."""


def self_contained(content: Content) -> bool:
    """Whether what ``content`` looks like follows from it alone."""
    return type(content) in _SELF_CONTAINED and not _has_own_font(content)


def _has_own_font(content: Content) -> bool:
    return isinstance(content, TextContent) and content.typeface is not None


class PixelKey:
    """What a layer's pixels depend on. Hashed at most once, and equal to itself without a look inside."""

    __slots__ = ("_hash", "_parts")

    def __init__(self, content: Content, box: Box, placement: Placement, finish: Finish) -> None:
        self._parts: tuple[Content, Box, int, int, Turn | None, Finish] = (
            content,
            box,
            placement.left,
            placement.top,
            placement.turn,
            finish,
        )
        self._hash: int | None = None

    def description(self) -> str:
        """The same words for equal keys, in any process."""
        return repr(self._parts)

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(self._parts)
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PixelKey) and (self is other or self._parts == other._parts)


@dataclass(frozen=True, slots=True)
class Placed:
    """A layer that is measured and has its place, but no pixels yet."""

    layer: LayerState
    box: Box
    """Of the finished layer, to which the placement refers."""
    painted: Box
    """What the painter draws: without crop and effects."""
    placement: Placement
    bounds: Rect
    """Those of the placement."""
    key: PixelKey

    @property
    def alpha(self) -> int:
        """The layer's opacity, 0..255."""
        return round(self.layer.opacity * 255)


@dataclass(frozen=True, slots=True)
class Look:
    """A layer as it is measured; ``placed`` is None when it shows nothing."""

    layer: LayerState
    painted: Box
    placed: Placed | None


class Looks:
    """Looks of the layer states that were asked for last. What may change between frames, as a picture may
    come or go, is the same for the whole of one."""

    def __init__(self) -> None:
        # By identity: a state is kept with its look, so that its id belongs to nothing else meanwhile.
        self._kept: RecentCache[int, Look] = RecentCache(_MAX_LOOKS)
        self._last: RecentCache[int, Look] = RecentCache(_MAX_LOOKS)
        """Of those that may change, what they were."""
        self._of_frame: dict[int, Look] = {}

    def next_frame(self) -> None:
        """All that may change is to be measured again."""
        self._of_frame.clear()

    def get(self, layer: LayerState) -> Look | None:
        """What is known of this very object."""
        look = self._kept.get(id(layer)) or self._of_frame.get(id(layer))
        return look if look is not None and look.layer is layer else None

    def last(self, layer: LayerState, painted: Box) -> Look | None:
        """The look that this very object had in an earlier frame, if it measured ``painted`` then too."""
        look = self._last.get(id(layer))
        if look is None or look.layer is not layer:
            return None
        same = look.painted == painted and look.painted.unsettled == painted.unsettled
        return look if same else None

    def put(self, look: Look) -> None:
        """Keep ``look``: for this frame, or as long as there is room if it cannot change."""
        content, box = look.layer.content, look.painted
        settled = box.problem is None and box.unsettled is None
        if settled and type(content) in _MEASURED_ONCE and not _has_own_font(content):
            self._kept.put(id(look.layer), look)
        else:
            self._of_frame[id(look.layer)] = look
            self._last.put(id(look.layer), look)
