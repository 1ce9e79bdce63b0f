"""The dashboard's preview: a small JPEG of the canvas, a few times a second, while somebody looks."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import av
import numpy as np
import simplejpeg  # type: ignore[import-untyped]  # it ships no types
from av.video.reformatter import ColorRange, Colorspace

from encoder.canvas import Canvas
from farm.errors import StoreUnavailable
from farm.messages import Relief
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.reading import readable
from farm.transport.planes import Plane

MAX_WIDTH_PX = 960
QUALITY = 75
PERIOD_S, IDLE_PERIOD_S = 0.2, 1.0
SPARING_PERIOD_S = 2.0
"""Of an overloaded stream."""
SPARING = "preview"
"""The step by which the coordinator asks for that, see ``Relief``."""
EXPIRY_S = 3
_NICENESS = 10
NO_RELIEF = Relief()


def preview_size(width: int, height: int) -> tuple[int, int]:
    """The size of a preview, in pixels: at most 960 wide, both sides even, the same shape."""
    shrink = max(1.0, width / MAX_WIDTH_PX)
    return max(2, int(width / shrink) // 2 * 2), max(2, int(height / shrink) // 2 * 2)


def preview_jpeg(buffer: Plane, width: int, height: int) -> bytes:
    """The picture in ``buffer``, I420 of this size, as a JPEG of :func:`preview_size`.

    By way of RGB, because the colours of JPEG are not those of video.
    """
    frame = av.VideoFrame.from_numpy_buffer(buffer.reshape(height * 3 // 2, width), format="yuv420p")
    small = frame.reformat(
        *preview_size(width, height),
        format="rgb24",
        src_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.MPEG,
        interpolation="AREA",
        threads=1,
    )
    return bytes(
        simplejpeg.encode_jpeg(small.to_ndarray(), QUALITY, colorspace="RGB", colorsubsampling="420")
    )


class Preview:
    """The thread that makes them. Without an onlooker it asks Redis once a second and does nothing else."""

    def __init__(
        self, stream: str, canvas: Callable[[], Canvas], redis: FarmRedis, stopping: threading.Event
    ) -> None:
        """``canvas`` gives the one that is on air."""
        self._stream = stream
        self._canvas = canvas
        self._redis = redis
        self._stopping = stopping
        self._copy: Plane | None = None
        self.thread = threading.Thread(target=self._run, name="preview", daemon=True)

    def _run(self) -> None:
        # Of one process's threads, Linux lets each be polite on its own.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
        period_s = IDLE_PERIOD_S
        while not self._stopping.wait(period_s):
            try:
                period_s = self.look()
            except StoreUnavailable:  # nobody can look either
                period_s = IDLE_PERIOD_S

    def look(self) -> float:
        """Make a preview if one is wanted; when to look again."""
        wanted, relief = self._redis.mget(keys.preview_wanted(self._stream), keys.relief(self._stream))
        if wanted is None:
            self._copy = None
            return IDLE_PERIOD_S
        self._show()
        sparing = SPARING in (readable(relief, Relief) or NO_RELIEF).rungs
        return SPARING_PERIOD_S if sparing else PERIOD_S

    def _show(self) -> None:
        canvas = self._canvas()
        if self._copy is None or self._copy.shape != canvas.buffer.shape:
            self._copy = np.empty_like(canvas.buffer)
        if canvas.snapshot(self._copy):
            height, width = canvas.planes.y.shape
            jpeg = preview_jpeg(self._copy, width, height)
            self._redis.set(keys.preview(self._stream), jpeg, ex=EXPIRY_S)
