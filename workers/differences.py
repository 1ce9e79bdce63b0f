"""Where two pictures of one layer differ, when both are drawn already: somebody who talks moves the mouth.

A layer that shows another picture at the same place counts with its whole box, as long as nothing more is
known of it. Where both sprites lie in the cache they are compared, once for each pair, byte by byte. Nothing
is drawn for this: while a film plays for the first time its frames count whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np

from farm.transport.planes import Plane
from scene.content import LayerState
from scene.geometry import Rect, bounding
from workers.cache import RecentCache
from workers.looks import PixelKey
from workers.painters.painter import Quality
from workers.placement import clipped
from workers.raster import Sprite
from workers.sprites import Sprites

_MAX_PAIRS = 2048
_SAME: Rect = (0, 0, 0, 0)
"""No pixel differs."""


class Differences:
    """Compares the sprites that ``sprites`` holds; remembers what it found of the pairs seen last."""

    def __init__(self, sprites: Sprites) -> None:
        self._sprites = sprites
        self._known: RecentCache[tuple[PixelKey, PixelKey, Quality], Rect] = RecentCache(_MAX_PAIRS)

    def between(
        self, old: LayerState, new: LayerState, width: int, height: int, quality: Quality
    ) -> Sequence[Rect] | None:
        """See :data:`scene.changes.Difference`, on a canvas of this size. Raises StoreUnavailable."""
        if (old.x, old.y, old.opacity, old.finish) != (new.x, new.y, new.opacity, new.finish):
            return None
        before, after = (self._sprites.settled(layer) for layer in (old, new))
        if before is None or after is None or before.bounds != after.bounds:
            return None
        key = (before.key, after.key, quality)
        part = self._known.get(key)
        if part is None:
            one, other = (self._sprites.cache.peek((placed.key, quality)) for placed in (before, after))
            if not isinstance(one, Sprite) or not isinstance(other, Sprite):
                return None
            part = differing(one, other)
            self._known.put(key, part)
        shown = clipped((before.bounds[0] + part[0], before.bounds[1] + part[1], *part[2:]), width, height)
        return [] if shown is None else [shown]


def differing(one: Sprite, other: Sprite) -> Rect:
    """The smallest even part, in their own pixels, that holds all in which two sprites of one size differ;
    an empty one when nothing does."""
    parts = [
        part
        for mine, theirs in ((one.planes, other.planes), (one.clear, other.clear))
        for a, b, pixels in zip(mine, theirs, (1, 2, 2), strict=True)
        if (part := _differing(a, b, pixels)) is not None
    ]
    return reduce(bounding, parts) if parts else _SAME


def _differing(a: Plane, b: Plane, pixels: int) -> Rect | None:
    """The same of two planes, whose samples cover so many ``pixels`` each way; None when they are equal."""
    differs = a != b
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if rows.size == 0:
        return None
    left, top = int(columns[0]) * pixels & ~1, int(rows[0]) * pixels & ~1
    right, bottom = (int(columns[-1]) + 1) * pixels + 1 & ~1, (int(rows[-1]) + 1) * pixels + 1 & ~1
    return left, top, right - left, bottom - top
