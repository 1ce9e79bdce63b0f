"""The new picture pushes the old one out."""

from __future__ import annotations

from scene.transitions import Push
from workers.transitions.transition import Scenery, moved, way


def push(scenery: Scenery, transition: Push, progress: int, /) -> None:
    """See :class:`workers.transitions.transition.Mixer`."""
    height, width = scenery.target.y.shape
    x, y, whole_x, whole_y = way(transition.direction, progress, width, height)
    moved(scenery.target, scenery.spare, x, y)
    moved(scenery.spare, scenery.target, 0, 0)
    moved(scenery.incoming, scenery.target, x - whole_x, y - whole_y)
