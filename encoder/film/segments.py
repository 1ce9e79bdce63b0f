"""One segment of a film: whole groups of pictures, encoded by an encoder of their own.

Nothing of it depends on the segments before it, so that a film has the same pictures whether it was rendered
at one go or in several.
"""

from __future__ import annotations

import os
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av

from encoder.file import FileSettings, video_stream
from encoder.film.journal import Segment, failure
from farm.errors import EncoderFailed
from farm.transport.planes import Plane

SUFFIX = ".mp4"
"""MP4 keeps the exact time of a frame, at any rate."""


class SegmentWriter:
    """Encodes ``canvas`` again and again into a file of ``folder``. Methods raise EncoderFailed."""

    def __init__(self, folder: Path, first: int, settings: FileSettings, canvas: Plane) -> None:
        film = settings.film
        self._first = first
        self._frames = 0
        self._codec = settings.codec
        self._path = folder / f"{first:08d}{SUFFIX}"
        self._part = self._path.with_suffix(".part")
        self._frame = av.VideoFrame.from_numpy_buffer(
            canvas.reshape(film.height * 3 // 2, film.width), format="yuv420p"
        )
        self._frame.time_base = Fraction(1 / film.fps)
        try:
            self._file = av.open(str(self._part), "w", format="mp4")
            self._stream = video_stream(self._file, settings)
        except OSError as error:
            raise failure(self._path, error) from error
        except av.FFmpegError as error:
            raise self._failed(error) from error

    def add(self) -> None:
        """What is on the canvas now is the next frame."""
        self._frame.pts = self._frames
        try:
            self._file.mux(self._stream.encode(self._frame))
        except OSError as error:
            raise failure(self._path, error) from error
        except av.FFmpegError as error:
            raise self._failed(error) from error
        self._frames += 1

    def close(self) -> Segment:
        """All frames are there: the segment, which is on the disk now."""
        try:
            self._file.mux(self._stream.encode(None))
            self._file.close()
            with self._part.open("rb") as written:
                os.fsync(written.fileno())
            self._part.replace(self._path)
            size = self._path.stat().st_size
        except OSError as error:
            raise failure(self._path, error) from error
        except av.FFmpegError as error:
            raise self._failed(error) from error
        return Segment(self._first, self._frames, self._path.name, size)

    def discard(self) -> None:
        """Frames are missing: forget it."""
        with suppress(OSError, av.FFmpegError):  # what it holds is not wanted
            self._file.close()
        self._part.unlink(missing_ok=True)

    def _failed(self, error: av.FFmpegError) -> EncoderFailed:
        return EncoderFailed(f"{self._codec} failed: {error.strerror}")
