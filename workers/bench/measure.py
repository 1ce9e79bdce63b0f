"""How long a scene takes to draw, and what it allocates."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from farm.transport.planes import i420_bytes
from scene.complexity import complexity
from scene.document import Scene
from scene.geometry import area
from workers.offline.film import Film, Shot

_TRACED_FRAMES = 30


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds are of this process's CPU, for one frame."""

    frames: int
    first_ms: float
    """Mean of the frames after the first, each seen for the first time: patches, new rasters included."""
    first_max_ms: float
    opening_ms: float
    """The very first frame: every layer is painted."""
    patch_ms: float
    """Mean, when the same frames are drawn again: what is cached stays cached."""
    patch_max_ms: float
    full_ms: float
    """The same, every pixel of every frame."""
    full_max_ms: float
    changed_share: float
    """Of the canvas, on average."""
    hit_rate: float
    """Of the layers' pixels, while the frames are drawn again; 1 when none were asked for."""
    peak_bytes: int
    """The most that one frame held beyond what was held before, as numpy and Python count it."""
    estimate_ms: float
    """What :mod:`scene.complexity` takes ``first_ms`` to be."""

    def as_dict(self) -> dict[str, float]:
        """For JSON, rounded to what can be told apart."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def measured(scene: Scene, film: Film, shot: Shot, seconds: float) -> Measured:
    """Draw ``seconds`` of ``film``, which is of ``scene``, three times over, then some frames once more to
    watch its memory.

    cv2 must be on one thread: what is measured is the CPU of this process.
    """
    frames = range(max(2, shot.frame_at(seconds)))
    opening_ms, *first = [_ms(film, n) for n in frames]
    before = film.rasters()
    patches: list[float] = []
    changed = 0
    film.draw(0)
    for n in frames[1:]:
        patches.append(_ms(film, n))
        changed += sum(map(area, film.drawn))
    after = film.rasters()
    asked = after.hits + after.misses - before.hits - before.misses
    full = [_whole_ms(film, n) for n in frames]
    return Measured(
        frames=len(frames),
        first_ms=_mean(first),
        first_max_ms=max(first),
        opening_ms=opening_ms,
        patch_ms=_mean(patches),
        patch_max_ms=max(patches),
        full_ms=_mean(full),
        full_max_ms=max(full),
        changed_share=changed / len(patches) / (shot.width * shot.height),
        hit_rate=(after.hits - before.hits) / asked if asked else 1.0,
        peak_bytes=_peak_bytes(film, frames[-_TRACED_FRAMES:]),
        estimate_ms=complexity(scene, (shot.width, shot.height), shot.fps).frame_ms,
    )


def canvas_bytes(shot: Shot) -> int:
    """What a canvas takes: a frame that holds as much more has allocated a raster."""
    return i420_bytes(shot.width, shot.height)


def _ms(film: Film, n: int) -> float:
    return _timed_ms(lambda: film.draw(n))


def _whole_ms(film: Film, n: int) -> float:
    film.forget()
    return _ms(film, n)


def _timed_ms(work: Callable[[], object]) -> float:
    started_ns = time.process_time_ns()
    work()
    return (time.process_time_ns() - started_ns) / 1e6


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _peak_bytes(film: Film, frames: Sequence[int]) -> int:
    """Of the worst of ``frames``, drawn once untraced before so that all they need is there."""
    for n in frames:
        film.draw(n)
    film.draw(frames[0])
    tracemalloc.start()
    try:
        peaks = []
        for n in frames[1:]:
            held, _ = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            film.draw(n)
            peaks.append(tracemalloc.get_traced_memory()[1] - held)
    finally:
        tracemalloc.stop()
    return max(peaks, default=0)
