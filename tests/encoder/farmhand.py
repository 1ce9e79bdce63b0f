"""A worker in a thread: answers credits by drawing numbered pictures, through the ring or the mailbox."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import numpy as np

from farm.errors import FrameRefused, StoreUnavailable
from farm.messages import Credit, FrameDone, from_pack
from farm.store import keys
from farm.store.channels import Subscription
from farm.store.connection import connect
from farm.transport.mailbox import pack_frame
from farm.transport.planes import Planes, i420_bytes, planes_in
from farm.transport.ring import Ring

BITS = 16
"""A picture's number is written as this many columns, dark or bright, most significant first."""
DARK, BRIGHT = 40, 200
Painter = Callable[[Planes, int], None]


def paint_number(picture: Planes, number: int) -> None:
    """Write ``number`` in columns over the whole picture."""
    width = picture.y.shape[1] // BITS
    for bit in range(BITS):
        value = BRIGHT if number >> (BITS - 1 - bit) & 1 else DARK
        picture.y[:, bit * width : (bit + 1) * width] = value
    picture.u.fill(128)
    picture.v.fill(128)


def read_number(luma: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> int | None:
    """The number in a decoded picture; None when it is black."""
    width = luma.shape[1] // BITS
    levels = [int(luma[:, bit * width + 1 : (bit + 1) * width - 1].mean()) for bit in range(BITS)]
    if max(levels) < 30:
        return None
    return sum(1 << (BITS - 1 - bit) for bit, level in enumerate(levels) if level > 120)


class Farmhand:
    """Draws every frame that credits ask for, in order, until it is told to stop."""

    def __init__(
        self, redis_url: str, stream: str, *, by_mailbox: bool = False, paint: Painter = paint_number
    ) -> None:
        self._redis = connect(redis_url)
        self._stream = stream
        self._by_mailbox = by_mailbox
        self._paint = paint
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.credits: list[Credit] = []
        self.fence = 1
        self.layer_errors: tuple[tuple[str, str], ...] = ()
        self.lost: set[int] = set()
        """Frames that are not drawn when they are ordered for the first time."""

    def __enter__(self) -> Self:
        # As the coordinator that orders these frames: a process believes no fence that nobody has.
        self._redis.set(keys.lease(self._stream), f"{self.fence} hand")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()
        self._redis.close()

    def _run(self) -> None:
        subscription = Subscription(self._redis, keys.credit(self._stream))
        epoch, drawn, ring = -1, -1, None
        while not self._stopping.is_set():
            try:
                message = subscription.next(timeout_s=0.05)
            except StoreUnavailable:
                continue
            if message is None:
                continue
            credit = from_pack(message.data, Credit)
            if credit.stream != self._stream:
                continue
            self.credits.append(credit)
            if credit.epoch != epoch:
                if ring is not None:
                    ring.close()
                epoch, drawn, ring = credit.epoch, -1, Ring.attach(credit.delivery)
            coming = range(max(drawn, credit.emitted) + 1, credit.emitted + credit.lead + 1)
            for frame in (*credit.missing, *coming):
                if frame not in self.lost:
                    self._draw(credit, frame, ring)
                self.lost.discard(frame)
                drawn = max(drawn, frame)
        if ring is not None:
            ring.close()
        subscription.close()

    def _draw(self, credit: Credit, frame: int, ring: Ring | None) -> None:
        delivery = credit.delivery
        whole = (0, 0, delivery.width, delivery.height)
        done = FrameDone(
            credit.stream, credit.epoch, frame, -1, self.fence, (whole,), "hand", 0.5, 1.0, self.layer_errors
        )
        if self._by_mailbox or ring is None:
            size = i420_bytes(delivery.width, delivery.height)
            picture = planes_in(np.empty(size, np.uint8), delivery.width, delivery.height)
            self._paint(picture, frame)
            self._redis.rpush(delivery.mailbox, pack_frame(done, picture))
            return
        try:
            with ring.drawing(frame) as drawing:
                self._paint(drawing.planes, frame)
                drawing.finish(done)
        except FrameRefused:
            return


def probe(url: str) -> list[dict[str, Any]]:
    """What ffprobe says of a live stream's tracks."""
    command = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", "-rw_timeout", "10000000", url]
    answer = subprocess.run(command, capture_output=True, timeout=30, check=True)
    streams: list[dict[str, Any]] = json.loads(answer.stdout)["streams"]
    return streams


def record(url: str, width: int, height: int, frames: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """``frames`` decoded pictures of a live stream, as an independent reader sees them: (n, h * 3 / 2, w)."""
    command = ["ffmpeg", "-v", "error", "-rw_timeout", "10000000", "-analyzeduration", "500000", "-i", url]
    command += ["-map", "0:v", "-fps_mode", "passthrough", "-frames:v", str(frames)]
    command += ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]
    answer = subprocess.run(command, capture_output=True, timeout=60, check=True)
    return np.frombuffer(answer.stdout, np.uint8).reshape(-1, height * 3 // 2, width)
