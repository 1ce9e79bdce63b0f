"""A scene's frames, drawn one after the other onto one canvas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from farm.errors import InputError
from farm.transport.planes import i420_bytes, planes_in
from scene.animation import AfterRevision
from scene.changes import changed_between
from scene.document import Scene
from scene.geometry import Rect, merge_rects
from scene.live import NOTHING_LIVE, Live
from scene.mistakes import SceneInUse, UnknownScene
from scene.onair import ShowVersion, on_air_at
from scene.show import Show, one_scene
from scene.show_edits import settle_show, take_scene
from scene.state import SceneState
from scene.time import Segment, segment_at
from workers.cache import CacheStats
from workers.characters.stage import Stage
from workers.compositor import Compositor
from workers.differences import Differences
from workers.evaluate import unsettled_extents
from workers.offline.rundown import PlannedTake
from workers.painters.painter import Quality
from workers.painters.registry import Painters
from workers.sprites import Sprites


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
    """Draws any frame of a show, or of a scene that stands alone; of a frame after another one only what
    differs.

    Frame n shows scene time n / fps; what starts "now" starts at frame 0. Each take is a revision of its own,
    as it would be on air. Raises InputError for takes that cannot be.
    """

    def __init__(
        self,
        show: Show | Scene,
        shot: Shot,
        painters: Painters,
        cache_bytes: int,
        stage: Stage | None = None,
        takes: Sequence[PlannedTake] = (),
    ) -> None:
        self._shot = shot
        self._segments, self._versions = _programme(show, shot, takes)
        self._sprites = Sprites(painters, cache_bytes, stage)
        self._differences = Differences(self._sprites)
        self._compositor = Compositor(self._sprites)
        self._shown: SceneState | None = None
        self.live: Live = NOTHING_LIVE
        """What the next frame shows of what is live."""
        self.first = 0
        """The frame that the film begins with: output frames are counted from there on, as a farm does."""
        self.buffer = np.empty(i420_bytes(shot.width, shot.height), np.uint8)
        """The canvas as flat I420; every frame is drawn into it."""
        self.planes = planes_in(self.buffer, shot.width, shot.height)
        self.drawn: Sequence[Rect] = ()
        """What of the canvas the last frame was drawn into."""

    def draw(self, n: int) -> Sequence[tuple[str, str]]:
        """Bring frame ``n`` onto the canvas; (layer id, reason) of layers not drawn as they should be."""
        segment = segment_at(self._segments, n)
        counted = replace(segment, from_frame=segment.from_frame - self.first)
        version = self._versions[segment.revision]
        shown = on_air_at(version, n - self.first, counted, self._shot.fps, self.live)
        state = self._sprites.staged(shown)
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
            changed_between(
                self._shown,
                state,
                lambda layer: self._sprites.extent(layer, width, height),
                lambda old, new: self._differences.between(old, new, width, height, self._shot.quality),
            )
        )
        rects.update(unsettled_extents(self._sprites, state))
        return merge_rects(rects, width, height)


def _programme(
    show: Show | Scene, shot: Shot, takes: Sequence[PlannedTake]
) -> tuple[list[Segment], dict[int, ShowVersion]]:
    """The segments of a film, and the versions of their revisions."""
    current = settle_show(show if isinstance(show, Show) else one_scene(show), None, 1)
    segments, shows, births = [Segment(0, 1, Fraction(0), Fraction(1))], {1: current}, {1: Fraction(0)}
    for revision, take in enumerate(sorted(takes, key=lambda take: take.time_s), 2):
        frame = shot.frame_at(take.time_s)
        births[revision] = frame / shot.fps
        start = AfterRevision(revision=revision)
        try:
            taken = take_scene(current, take.scene, take.transition, start)
        except (UnknownScene, SceneInUse) as error:
            raise InputError(f"the take at {take.time_s:g} s: {error}") from error
        current = shows[revision] = settle_show(taken, current, revision)
        segments.append(Segment(frame, revision, births[revision], Fraction(1)))
    canvas = (shot.width, shot.height)
    return segments, {number: ShowVersion(number, shown, births, canvas) for number, shown in shows.items()}
