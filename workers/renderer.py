"""One frame from its task to its delivery."""

from __future__ import annotations

from collections import Counter

from farm.clock import Clock
from farm.errors import FrameRefused
from farm.messages import FrameDone, FrameTask
from farm.settings import Settings
from farm.store.assets import AssetStore
from farm.store.connection import FarmRedis
from farm.store.scenes import SceneStore
from farm.store.snapshots import SnapshotStore
from farm.transport.planes import Planes
from workers.assets import AssetPictures
from workers.characters.cast import UploadedCast, beside_the_frames, packages_in
from workers.characters.stage import Stage
from workers.commons import open_commons
from workers.compositor import Compositor
from workers.costs import LayerCosts
from workers.deliver import Deliverer
from workers.evaluate import Evaluator, Plan
from workers.faults import Faults
from workers.live import LiveSnapshots
from workers.loading import BesideFrames, PictureAwaited
from workers.painters.painter import Quality, quality_named
from workers.painters.registry import all_painters
from workers.preload import Preloader
from workers.scenes import SceneVersions
from workers.shelf import open_shelf
from workers.sprites import Sprites
from workers.typography.fonts import Faces
from workers.typography.uploaded import UploadedFonts

MAX_QUEUE_MS = 10_000
"""A task that seems to have waited longer was queued by another host, whose clock says nothing here."""

MAX_ERRORS, MAX_REASON_CHARS = 8, 160
"""What of a frame's layer errors is told: they share a page with its description."""

MAX_COSTS = 6
"""So many layers' times are told, for the same reason."""

_PICTURES, _SPRITES = 0.5, 0.75
"""Shares of RASTER_CACHE_MB. Pictures are kept for seconds only, but all of a scene's should have room while
it begins: each that is loaded anew holds frames up."""


class Renderer:
    """Draws frames in this process. Made after the fork: it owns connections and shared memory."""

    def __init__(self, settings: Settings, redis: FarmRedis, clock: Clock, name: str) -> None:
        cache_bytes = settings.raster_cache_mb * 1_000_000
        pictures_bytes = int(cache_bytes * _PICTURES)
        self._clock = clock
        self._name = name
        assets = AssetStore(redis, clock, settings)
        self._loading = BesideFrames(clock)
        self._pictures = AssetPictures(assets, clock, settings, pictures_bytes, loads=self._loading)
        cast = UploadedCast(packages_in(assets), clock, beside_the_frames())
        self._shelf = open_shelf(settings)
        lifetime_ns = settings.font_cache_s * 1_000_000_000
        fonts = UploadedFonts(assets, clock, max_bytes=settings.asset_max_bytes, lifetime_ns=lifetime_ns)
        self._faces = Faces(fonts, clock, lifetime_ns)
        painters = all_painters(self._pictures, cast, self._faces)
        self._commons = open_commons(settings)
        self._sprites = Sprites(
            painters, int(cache_bytes * _SPRITES), Stage(cast), self._shelf, self._commons
        )
        self._lives = LiveSnapshots(SnapshotStore(redis))
        self._evaluator = Evaluator(SceneVersions(SceneStore(redis)), self._lives, self._sprites)
        self._compositor = Compositor(self._sprites, LayerCosts(clock.monotonic_ns))
        self._deliverer = Deliverer(redis, use_rings=settings.frame_transport == "auto")
        self._faults = Faults(settings, clock)
        self._preloader = Preloader(redis, self._pictures.preload)
        self.counts: Counter[str] = Counter()

    def listen(self) -> None:
        """Load pictures from now on when they are announced, and not only when a frame wants them."""
        self._preloader.start()

    def render(self, task: FrameTask, taken_ns: int | None = None) -> FrameDone | None:
        """Draw and deliver one frame, and say what was delivered; one that comes too late is only counted.

        It waited for a worker until ``taken_ns``, by default until now: those that come with it in one Celery
        task wait for each other then, which more workers would not change.
        Raises NotFound, SceneInvalid and LookupError when the task cannot be drawn, StoreUnavailable.
        """
        started_ns = self._clock.monotonic_ns()
        quality = quality_named(task.quality)
        try:
            with self._deliverer.surface(task) as surface:
                self._loading.begin_frame(unhurried=task.unhurried)
                self._faults.dawdle()
                plan, planned_ns, errors = self._composed(task, surface.planes, quality)
                if self._loading.waited():
                    plan, planned_ns, errors = self._composed(task, surface.planes, quality)
                self._loading.check()
                finished_ns = self._clock.monotonic_ns()
                done = FrameDone(
                    stream=task.stream,
                    epoch=task.epoch,
                    frame=task.frame,
                    base=task.base,
                    fence=task.fence,
                    rects=plan.rects,
                    worker=self._name,
                    queue_ms=queue_ms(task.queued_ns, started_ns if taken_ns is None else taken_ns),
                    draw_ms=(finished_ns - started_ns) / 1e6,
                    plan_ms=(planned_ns - started_ns) / 1e6,
                    layers_ms=self._compositor.costs.most(MAX_COSTS),
                    finished_ns=finished_ns,
                    hedge=task.hedge,
                    hold=task.hold,
                    still=plan.still,
                    drawn=task.drawn,
                    layer_errors=tuple((layer, why[:MAX_REASON_CHARS]) for layer, why in errors[:MAX_ERRORS]),
                )
                surface.finish(self._faults.spoil(done, task.size[0]))
        except FrameRefused as refused:
            self.counts[refused.reason] += 1
            return None
        except PictureAwaited:
            self.counts["loading"] += 1
            return None
        else:
            self.counts["drawn"] += 1
            self._sprites.share()
            self._pictures.sweep()
            return done

    def _composed(
        self, task: FrameTask, planes: Planes, quality: Quality
    ) -> tuple[Plan, int, tuple[tuple[str, str], ...]]:
        """Draw the frame: what was planned, when that was done, the problems of its layers."""
        plan = self._evaluator.plan(task)
        planned_ns = self._clock.monotonic_ns()
        return plan, planned_ns, self._compositor.compose(plan.state, plan.rects, planes, quality)

    def stats(self) -> dict[str, int]:
        """What this process has done and holds, for the heartbeat."""
        rasters, pictures = self._sprites.cache.stats(), self._pictures.cache.stats()
        return {
            "frames": self.counts["drawn"],
            "passed": self.counts["passed"],
            "raster_hits": rasters.hits,
            "raster_misses": rasters.misses,
            "raster_bytes": rasters.bytes,
            "raster_disk_hits": self._shelf.hits if self._shelf else 0,
            "raster_share_hits": self._commons.hits if self._commons else 0,
            "picture_bytes": pictures.bytes,
            "picture_hits": pictures.hits,
            "picture_misses": pictures.misses,
            "loading": self.counts["loading"],
            "live_missed": self._lives.missed,
            "font_hits": self._faces.hits,
            "font_misses": self._faces.misses,
        }

    def close(self) -> None:
        """Let go of shared memory, and listen no more."""
        self._preloader.stop()
        self._deliverer.close()


def queue_ms(queued_ns: int, started_ns: int) -> float:
    """How long a task waited; -1 when the two clocks cannot be those of one host."""
    waited_ms = (started_ns - queued_ns) / 1e6
    return waited_ms if 0 <= waited_ms <= MAX_QUEUE_MS else -1.0
