"""Transitions, drawn: two scenes' pictures, and the one that they make."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from farm.transport.planes import Planes, i420_bytes, planes_in
from scene.geometry import Rect
from scene.state import Mix, SceneState
from workers.transitions.registry import MIXERS
from workers.transitions.transition import Scenery

Draw = Callable[[SceneState, Planes], None]
"""Draws the whole picture of a state without a mix."""


class Mixing:
    """Draws states that have a mix. Keeps three pictures of the last canvas's size to draw in."""

    def __init__(self) -> None:
        self._pictures: tuple[Planes, ...] = ()

    def draw(self, state: SceneState, mix: Mix, rects: Sequence[Rect], planes: Planes, draw: Draw) -> None:
        """``rects`` of ``state`` into ``planes``, a whole canvas."""
        incoming, spare, apart = self._scratch(state.width, state.height)
        whole = tuple(rects) == ((0, 0, state.width, state.height),)
        target = planes if whole else apart
        draw(mix.outgoing, target)
        draw(state, incoming)
        MIXERS[type(mix.transition)](Scenery(target, incoming, spare), mix.transition, mix.progress)
        if not whole:
            planes.copy_from(target, rects)

    def _scratch(self, width: int, height: int) -> tuple[Planes, ...]:
        if not self._pictures or self._pictures[0].y.shape != (height, width):
            size = i420_bytes(width, height)
            # Pages that nobody draws on are no memory: the third one hardly ever is.
            self._pictures = tuple(planes_in(np.empty(size, np.uint8), width, height) for _ in range(3))
        return self._pictures
