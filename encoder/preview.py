"""The dashboard's preview: a small JPEG of the canvas, a few times a second, while somebody looks."""

from __future__ import annotations

import os
import threading

import cv2
import numpy as np
import simplejpeg  # type: ignore[import-untyped]  # it ships no types

from encoder.canvas import Canvas
from farm.errors import StoreUnavailable
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.transport.planes import Planes, i420_bytes, planes_in

MAX_WIDTH_PX = 960
QUALITY = 75
PERIOD_S, IDLE_PERIOD_S = 0.2, 1.0
EXPIRY_S = 3
_NICENESS = 10

# BT.709 limited range to the BT.601 full range of JPEG, for (Y, Cb, Cr, 1) in 0..255.
_Y, _C = 255 / 219, 255 / 224
_TO_JPEG = np.array(
    [
        [_Y, 0.1018 * _C, 0.1961 * _C, 0.0],
        [0.0, 0.9903 * _C, -0.1100 * _C, 0.0],
        [0.0, -0.0717 * _C, 0.9838 * _C, 0.0],
    ]
)
_TO_JPEG[:, 3] = [0, 128, 128] - _TO_JPEG[:, :3] @ [16, 128, 128]


def preview_size(width: int, height: int) -> tuple[int, int]:
    """The size of a preview, in pixels: at most 960 wide, both sides even, the same shape."""
    shrink = max(1.0, width / MAX_WIDTH_PX)
    return max(2, int(width / shrink) // 2 * 2), max(2, int(height / shrink) // 2 * 2)


def preview_jpeg(picture: Planes) -> bytes:
    """``picture`` as a JPEG of :func:`preview_size`, in the right colours: JPEG's differ from video's."""
    height, width = picture.y.shape
    size = preview_size(width, height)
    half = (size[0] // 2, size[1] // 2)
    luma = cv2.resize(picture.y, size, interpolation=cv2.INTER_AREA)
    chroma = [cv2.resize(plane, half, interpolation=cv2.INTER_AREA) for plane in (picture.u, picture.v)]
    whole = [cv2.resize(plane, size, interpolation=cv2.INTER_NEAREST) for plane in chroma]
    luma = cv2.transform(cv2.merge([luma, *whole]), _TO_JPEG[:1])
    small = cv2.transform(cv2.merge([chroma[0], *chroma]), _TO_JPEG[1:])
    cb, cr = (np.ascontiguousarray(small[..., i]) for i in range(2))
    luma = np.ascontiguousarray(luma.reshape(luma.shape[:2]))
    return bytes(simplejpeg.encode_jpeg_yuv_planes(luma, cb, cr, QUALITY))


class Preview:
    """The thread that makes them. Without an onlooker it asks Redis once a second and does nothing else."""

    def __init__(self, stream: str, canvas: Canvas, redis: FarmRedis, stopping: threading.Event) -> None:
        self._stream = stream
        self._canvas = canvas
        self._redis = redis
        self._stopping = stopping
        self._copy: Planes | None = None
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
            height, width = self._canvas.planes.y.shape
            self._copy = planes_in(np.empty(i420_bytes(width, height), np.uint8), width, height)
        if self._canvas.snapshot(self._copy):
            self._redis.set(keys.preview(self._stream), preview_jpeg(self._copy), ex=EXPIRY_S)
