"""The new picture slides over the old one."""

from __future__ import annotations

from scene.transitions import Slide
from workers.transitions.transition import Scenery, moved, way


def slide(scenery: Scenery, transition: Slide, progress: int, /) -> None:
    """See :class:`workers.transitions.transition.Mixer`."""
    height, width = scenery.target.y.shape
    x, y, whole_x, whole_y = way(transition.direction, progress, width, height)
    moved(scenery.incoming, scenery.target, x - whole_x, y - whole_y)
