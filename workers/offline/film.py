"""A scene's frames, drawn one after the other onto one canvas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from farm.transport.planes import i420_bytes, planes_in
from scene.changes import changed_between
from scene.document import Scene
from scene.geometry import Rect, merge_rects
from scene.live import NOTHING_LIVE, Live
from scene.state import SceneState, scene_at
from scene.time import Segment
from scene.version import SceneVersion
from workers.cache import CacheStats
from workers.characters.stage import Stage
from workers.compositor import Compositor
from workers.painters.painter import Quality
from workers.painters.registry import Painters
from workers.sprites import Sprites

_REVISION = 1
_SEGMENT = Segment(0, _REVISION, Fraction(0), Fraction(1))


@dataclass(frozen=True, slots=True)
class Shot:
    """How a film is taken: the canvas in even pixels, frames per second, how pictures are scaled."""

    width: int
    height: int
    fps: Fraction
    quality: Quality = "high"

    def frame_at(self, time_s: float) -> int:
        """The frame that is nearest to ``time_s``."""
        return round(Fraction(repr(time_s)) * self.fps)


class Film:
    """Draws any frame of ``scene``; of a frame after another one only what differs.

    Frame n shows scene time n / fps; what starts "now" starts at frame 0.
    """

    def __init__(
        self, scene: Scene, shot: Shot, painters: Painters, cache_bytes: int, stage: Stage | None = None
    ) -> None:
        self._shot = shot
        self._version = SceneVersion(_REVISION, scene, {_REVISION: Fraction(0)}, (shot.width, shot.height))
        self._sprites = Sprites(painters, cache_bytes, stage)
        self._compositor = Compositor(self._sprites)
        self._shown: SceneState | None = None
        self.live: Live = NOTHING_LIVE
        """What the next frame shows of what is live."""
        self.buffer = np.empty(i420_bytes(shot.width, shot.height), np.uint8)
        """The canvas as flat I420; every frame is drawn into it."""
        self.planes = planes_in(self.buffer, shot.width, shot.height)
        self.drawn: Sequence[Rect] = ()
        """What of the canvas the last frame was drawn into."""

    def draw(self, n: int) -> Sequence[tuple[str, str]]:
        """Bring frame ``n`` onto the canvas; (layer id, reason) of layers not drawn as they should be."""
        state = self._sprites.staged(scene_at(self._version, n, _SEGMENT, self._shot.fps, self.live))
        self.drawn = self._changed(state)
        self._shown = state
        return self._compositor.compose(state, self.drawn, self.planes, self._shot.quality)

    def forget(self) -> None:
        """Take it that the canvas shows nothing: the next frame is drawn whole."""
        self._shown = None

    def rasters(self) -> CacheStats:
        """How often the layers' pixels were there, and what they take."""
        return self._sprites.cache.stats()

    def _changed(self, state: SceneState) -> Sequence[Rect]:
        """What of the canvas does not show ``state`` yet."""
        width, height = state.width, state.height
        if self._shown is None:
            return ((0, 0, width, height),)
        rects = set(
            changed_between(self._shown, state, lambda layer: self._sprites.extent(layer, width, height))
        )
        for layer in state.layers:
            rects.update(self._sprites.unsettled_extents(layer, width, height))
        return merge_rects(rects, width, height)
