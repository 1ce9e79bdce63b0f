"""Reads a stream back with ffmpeg, an independent decoder, and hands out what its pictures show."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from farm.debug.pattern import PatternPlace, read_number
from farm.errors import OutputFailed
from farm.log import mask_text
from farm.services import find_program

# Not "nobuffer": it would throw away what is read while ffmpeg finds out what the stream is.
_LOW_LATENCY = ("-flags", "low_delay", "-probesize", "50000", "-analyzeduration", "500000")


_PATIENCE = ("-rw_timeout", "10000000")
"""Microseconds of silence after which a stream counts as not there."""
OVERTIME_S = 15.0
"""For connecting, and no more: a stream whose publisher is replaced begins its times anew, so that its first
seconds may last."""


_KEPT_BYTES = 4096


class _Words:
    """What ffmpeg says, taken from it as it comes, and the end of it kept: it complains of every picture
    after a publisher was replaced, and would stop at a pipe that nobody empties."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._end = b""
        self._stream = stream
        self._thread = threading.Thread(target=self._take, name="ffmpeg-words", daemon=True)
        self._thread.start()

    def _take(self) -> None:
        while piece := os.read(self._stream.fileno(), _KEPT_BYTES):
            self._end = (self._end + piece)[-_KEPT_BYTES:]

    def last(self) -> str:
        """The end of what it said, when it has ended."""
        self._thread.join()
        return mask_text(self._end.decode(errors="replace").strip())


@contextmanager
def decoded(
    url: str, filters: str, frame_bytes: int, *, seconds: float | None = None
) -> Iterator[Iterator[bytes]]:
    """Every picture of ``url`` after ffmpeg's ``filters``, whose last must fix a pixel format.

    Raises OutputFailed when the stream cannot be opened or decoded.
    """
    duration = ("-t", str(seconds)) if seconds else ()
    command = [
        *(find_program("ffmpeg", "ffmpeg"), "-nostdin", "-hide_banner", "-loglevel", "error"),
        *_LOW_LATENCY,
        *(_PATIENCE if url.startswith("rtmp") else ()),
        *("-i", url, *duration, "-map", "0:v", "-vf", filters),
        *("-fps_mode", "passthrough", "-flush_packets", "1", "-f", "rawvideo", "-"),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        if process.stdout is None or process.stderr is None:
            raise RuntimeError("the process was started without pipes")
        words = _Words(process.stderr)
        end = threading.Timer(OVERTIME_S + (seconds or 0), process.kill)
        if seconds and url.startswith("rtmp"):
            end.start()
        try:
            yield _pictures(process.stdout, frame_bytes, words)
        finally:
            end.cancel()
            process.kill()
            words.last()


def _pictures(stream: IO[bytes], frame_bytes: int, words: _Words) -> Iterator[bytes]:
    some = False
    while len(picture := stream.read(frame_bytes)) == frame_bytes:
        some = True
        yield picture
    if not some:
        raise OutputFailed(f"no picture could be read: {words.last() or 'the stream ended'}")


def pattern_filters(place: PatternPlace) -> str:
    """ffmpeg's filters that leave one grey pixel for each cell of the pattern."""
    width, height = place.cells * place.cell_px, place.cell_px
    # The middle of each cell only: its edges may be blurred by the codec.
    return (
        f"crop={width}:{height}:{place.x}:{place.y},"
        f"crop={width}:{height // 2}:0:{height // 4},scale={place.cells}:1:flags=area,format=gray"
    )


def frame_numbers(
    url: str, place: PatternPlace, *, seconds: float | None = None, size: tuple[int, int] | None = None
) -> Iterator[tuple[int | None, int]]:
    """(number or None, arrival as ``time.monotonic_ns``) of every picture of ``url``. Raises OutputFailed.

    ``place`` is that in pictures of ``size``, whatever size the stream has or changes to.
    """
    filters = pattern_filters(place)
    if size is not None:
        filters = f"scale={size[0]}:{size[1]},{filters}"
    with decoded(url, filters, place.cells, seconds=seconds) as pictures:
        for cells in pictures:
            yield read_number(cells), time.monotonic_ns()
