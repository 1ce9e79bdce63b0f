"""The dashboard's preview: a small JPEG of the canvas, a few times a second, while somebody looks."""

from __future__ import annotations

import os
import threading

import av
import numpy as np
import simplejpeg  # type: ignore[import-untyped]  # it ships no types
from av.video.reformatter import ColorRange, Colorspace

from encoder.canvas import Canvas
from farm.errors import StoreUnavailable
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.transport.planes import Plane

MAX_WIDTH_PX = 960
QUALITY = 75
PERIOD_S, IDLE_PERIOD_S = 0.2, 1.0
EXPIRY_S = 3
_NICENESS = 10


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

    def __init__(self, stream: str, canvas: Canvas, redis: FarmRedis, stopping: threading.Event) -> None:
        self._stream = stream
        self._canvas = canvas
        self._redis = redis
        self._stopping = stopping
        self._copy: Plane | None = None
        self.thread = threading.Thread(target=self._run, name="preview", daemon=True)

    def _run(self) -> None:
        # Of one process's threads, Linux lets each be polite on its own.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
        wanted = False
        while not self._stopping.wait(PERIOD_S if wanted else IDLE_PERIOD_S):
            try:
                wanted = bool(self._redis.exists(keys.preview_wanted(self._stream)))
                if wanted:
                    self._show()
                else:
                    self._copy = None
            except StoreUnavailable:  # nobody can look either
                wanted = False

    def _show(self) -> None:
        if self._copy is None:
            self._copy = np.empty_like(self._canvas.buffer)
        if self._canvas.snapshot(self._copy):
            height, width = self._canvas.planes.y.shape
            jpeg = preview_jpeg(self._copy, width, height)
            self._redis.set(keys.preview(self._stream), jpeg, ex=EXPIRY_S)
