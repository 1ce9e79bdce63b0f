"""``framefarm perf compare``: the farm against FFmpeg's filter graph and GStreamer's compositor, the same
shows in turn.

What is compared is the CPU time of all processes for each frame: drawn, encoded by x264 with the same
settings, and written into a file as FLV. All run as fast as they can: the farm renders at a free pace, with
Redis, tasks, workers and an encoder process as on air. Nobody's start counts: it is taken off by a short run.
The farm is measured twice, with as many frames to a task as it likes, and with one. Where GStreamer is not
installed there is a note in the place of its numbers.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farm.errors import FarmError
from farm.perf.rig import Rig, own_farm
from farm.perf.shows import ffmpeg, gstreamer
from farm.perf.shows.catalogue import SHOWS
from farm.perf.shows.show import CANVAS, Show
from farm.services import find_program

BITRATE_KBPS = 6000
_WARM_S = 6
"""So long after a picture was loaded, workers stop allowing for its coming and going."""
_WARM_FRAMES, _START_FRAMES = 600, 60
_TIMES_S = (0.5, 3.1, 6.2)
"""At which the pictures of both are compared."""
LEAST_PSNR_DB = 35.0
"""Far above what a layer that is missing, or that is somewhere else, leaves."""


def measure_shows(names: Sequence[str], *, fps: int, frames: int, rounds: int) -> dict[str, Any]:
    """Milliseconds of CPU a frame, medians over ``rounds``; by show, and those of the first one on top.

    Raises FarmError, also when the two do not draw the same pictures.
    """
    with TemporaryDirectory(prefix="framefarm-compare-") as folder:
        scenes = {name: _measure(SHOWS[name](), Path(folder), fps, frames, rounds) for name in names}
    absent = gstreamer.missing()
    notes = {"gstreamer_note": absent} if absent else {}
    return {"fps": fps, "frames": frames, "rounds": rounds, **notes, **scenes[names[0]], "scenes": scenes}


def _measure(show: Show, folder: Path, fps: int, frames: int, rounds: int) -> dict[str, Any]:
    place = folder / show.name
    place.mkdir()
    ffmpeg.write_pictures(show, place)
    psnr_db = likeness(show, place, fps)
    third = _Third(show, place, fps, frames)
    free_ms: list[float] = []
    single_ms: list[float] = []
    ffmpeg_ms: list[float] = []
    with ExitStack() as farms:
        free, single = (farms.enter_context(_farm(show, fps, batch)) for batch in ("auto", 1))
        for _ in range(rounds):
            free_ms.append(_farm_ms(free, show.name, frames))
            ffmpeg_ms.append(_ffmpeg_ms(show, place, fps, frames))
            single_ms.append(_farm_ms(single, show.name, frames))
            third.play()
    return {
        "farm_cpu_ms": round(statistics.median(free_ms), 2),
        "ffmpeg_cpu_ms": round(statistics.median(ffmpeg_ms), 2),
        "ratio": _ratio(free_ms, ffmpeg_ms),
        "one_a_task_cpu_ms": round(statistics.median(single_ms), 2),
        "one_a_task_ratio": _ratio(single_ms, ffmpeg_ms),
        "psnr_db": psnr_db,
        **third.result(statistics.median(free_ms)),
    }


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the rounds' ratios."""
    return round(statistics.median(a / b for a, b in zip(ours, theirs, strict=True)), 3)


@contextmanager
def _farm(show: Show, fps: int, batch: str | int) -> Iterator[Rig]:
    """A farm that has rendered ``show`` before: its pictures are loaded and its layers drawn."""
    width, height = CANVAS
    size, bitrate = f"{width}x{height}", f"{BITRATE_KBPS}k"
    with own_farm(target_fps=fps, stream_resolution=size, stream_bitrate=bitrate, frame_batch=batch) as farm:
        farm.show(show.name, show, {"PACE": "free", "FRAMES": _WARM_FRAMES})
        farm.rendered(show.name, _WARM_FRAMES)
        time.sleep(_WARM_S)
        farm.render(show.name, _WARM_FRAMES)
        yield farm


class _Third:
    """GStreamer's rounds of one show; none where it is not installed."""

    def __init__(self, show: Show, folder: Path, fps: int, frames: int) -> None:
        """Raises FarmError when it draws other pictures than the farm."""
        self._show, self._folder, self._fps, self._frames = show, folder, fps, frames
        self._ms: list[float] = []
        self._psnr_db: float | None = None
        if gstreamer.missing() is None:
            self._psnr_db = likeness(show, folder, fps, their_picture=_gstreamers)

    def play(self) -> None:
        """One round. Raises FarmError."""
        if self._psnr_db is None:
            return
        counts = (_START_FRAMES, _START_FRAMES + self._frames)
        short, whole = (
            gstreamer.cpu_s(self._show, self._folder, self._fps, count, BITRATE_KBPS) for count in counts
        )
        self._ms.append(1000 * (whole - short) / self._frames)

    def result(self, farm_ms: float) -> dict[str, float | None]:
        """The median of the rounds, and the farm's by it."""
        ms = statistics.median(self._ms) if self._ms else None
        return {
            "gstreamer_cpu_ms": None if ms is None else round(ms, 2),
            "gstreamer_ratio": None if ms is None else round(farm_ms / ms, 3),
            "gstreamer_psnr_db": self._psnr_db,
        }


def _farm_ms(farm: Rig, stream: str, frames: int) -> float:
    """CPU of the whole farm for each frame after a render's start."""
    short, whole = (farm.render(stream, count) for count in (_START_FRAMES, _START_FRAMES + frames))
    return 1000 * (whole - short) / frames


def _ffmpeg_ms(show: Show, folder: Path, fps: int, frames: int) -> float:
    """CPU of one FFmpeg for each frame after its start."""
    short, whole = (_ffmpeg_s(show, folder, fps, count) for count in (_START_FRAMES, _START_FRAMES + frames))
    return 1000 * (whole - short) / frames


def _ffmpeg_s(show: Show, folder: Path, fps: int, frames: int) -> float:
    command = [
        *(find_program("ffmpeg", "ffmpeg"), "-v", "error", "-nostdin", "-y", "-filter_complex_threads", "1"),
        *(*ffmpeg.inputs(show, folder, fps), "-filter_complex", ffmpeg.graph(show, fps)),
        *("-map", "[out]", "-map", f"{len(show.pieces)}:a", "-frames:v", str(frames), "-r", str(fps)),
        *(*ffmpeg.encoding(fps, BITRATE_KBPS), "-shortest", "-f", "flv", os.devnull),
    ]
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise FarmError(f"ffmpeg ended with code {process.returncode} while drawing {show.name}")
    return usage.ru_utime + usage.ru_stime


PictureAt = Callable[[Show, Path, float, int], NDArray[np.uint8]]
"""What somebody draws of a show, whose pictures lie in a folder, at a moment in seconds; flat I420."""


def likeness(
    show: Show,
    folder: Path,
    fps: int,
    *,
    theirs: Show | None = None,
    times_s: Sequence[float] = _TIMES_S,
    their_picture: PictureAt | None = None,
) -> float:
    """The least PSNR, in dB, of what the farm and FFmpeg, or ``their_picture``, draw at a few moments of
    ``show``.

    Its pictures lie in ``folder`` for them. Raises FarmError when the two differ.
    """
    scene = folder / "scene.json"
    scene.write_text(json.dumps(show.scene({piece.name: f"{piece.name}.png" for piece in show.pieces})))
    assets = folder / "assets"
    assets.mkdir(exist_ok=True)
    for piece in show.pieces:
        (assets / f"{piece.name}.png").write_bytes(piece.sheet())
    other, draw = theirs or show, their_picture or _theirs
    least_db = min(_psnr_db(_ours(scene, assets, at, fps), draw(other, folder, at, fps)) for at in times_s)
    if least_db < LEAST_PSNR_DB:
        raise FarmError(f"{show.name}: the pictures differ (PSNR {least_db:.1f} dB); nothing is compared")
    return round(least_db, 1)


def _ours(scene: Path, assets: Path, at_s: float, fps: int) -> NDArray[np.uint8]:
    command = [sys.executable, "-m", "workers.offline", str(scene), "--fps", str(fps), "--at", str(at_s)]
    command += ["--seconds", str(1 / fps), "--assets", str(assets)]
    return _last_picture(subprocess.run(command, capture_output=True, check=True).stdout)


def _theirs(show: Show, folder: Path, at_s: float, fps: int) -> NDArray[np.uint8]:
    number = round(at_s * fps)
    command = [
        *(find_program("ffmpeg", "ffmpeg"), "-v", "error", "-nostdin", *ffmpeg.inputs(show, folder, fps)),
        *("-filter_complex", f"{ffmpeg.graph(show, fps)};[out]select=gte(n\\,{number})[picked]"),
        *("-map", "[picked]", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"),
    ]
    return _last_picture(subprocess.run(command, capture_output=True, check=True).stdout)


def _gstreamers(show: Show, folder: Path, at_s: float, fps: int) -> NDArray[np.uint8]:
    return _last_picture(gstreamer.picture(show, folder, fps, round(at_s * fps)))


def _last_picture(data: bytes) -> NDArray[np.uint8]:
    """The planes of the last whole canvas in ``data``, flat."""
    width, height = CANVAS
    return np.frombuffer(data, np.uint8)[-(width * height * 3 // 2) :]


def _psnr_db(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Of 8-bit planes; 99 for equal ones."""
    error = float(np.mean((a.astype(np.float32) - b.astype(np.float32)) ** 2))
    return min(99.0, 10 * float(np.log10(255**2 / error))) if error else 99.0
