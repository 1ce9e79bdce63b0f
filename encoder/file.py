"""``python -m encoder.file``: a film from standard input (YUV4MPEG2) into an MP4, WebM or FLV file.

Unlike a stream it may look ahead and use B-frames: nobody waits for it. The quality is constant, or the
bit rate is on average.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream

from farm.errors import EncoderFailed, FarmError, InputError
from farm.forking.kinship import ParentGone, end_with_parent
from farm.settings import parse_bitrate_kbps
from farm.transport.planes import i420_bytes
from farm.transport.y4m import FilmFormat, read_header, read_picture

_BT709, _LIMITED = 1, 1
"""ITU-T H.273 codes for primaries, transfer and matrix; FFmpeg's code for the range."""
_KEYFRAME_S = 5
INTERRUPTED = 130
"""What shells answer for a program that Ctrl-C ended."""


@dataclass(frozen=True, slots=True)
class FileSettings:
    """How a film is encoded; ``options`` are the codec's and ``container_options`` the muxer's, by FFmpeg's
    names."""

    container: str
    codec: str
    film: FilmFormat
    bitrate_kbps: int | None
    options: Mapping[str, str] = field(default_factory=dict)
    container_options: Mapping[str, str] = field(default_factory=dict)


def file_settings(container: str, film: FilmFormat, *, crf: int, bitrate_kbps: int | None) -> FileSettings:
    """How ``film`` becomes a file of ``container`` (mp4, webm, flv or matroska): at constant quality ``crf``,
    unless a bit rate is given."""
    gop = {"g": str(round(film.fps * _KEYFRAME_S) or 1)}
    quality = {} if bitrate_kbps else {"crf": str(crf)}
    if container == "webm":
        # Without a bit rate of 0, VP9's crf is only a lower bound.
        rate = {} if bitrate_kbps else {"b": "0"}
        speed = {"deadline": "good", "cpu-used": "4", "row-mt": "1"}
        return FileSettings(container, "libvpx-vp9", film, bitrate_kbps, gop | quality | rate | speed)
    muxer = {"movflags": "+faststart"} if container == "mp4" else {}
    # FLV has no times before 0, at which pictures with B-frames begin to be decoded.
    order = {"bf": "0"} if container == "flv" else {}
    options = gop | quality | {"preset": "medium"} | order
    return FileSettings(container, "libx264", film, bitrate_kbps, options, muxer)


def encode_film(source: BinaryIO, settings: FileSettings, path: Path) -> int:
    """Encode all pictures of ``source``, whose header is read already, into ``path``; how many there were.

    Raises EncoderFailed, and InputError when the file cannot be written or the film breaks off.
    """
    film = settings.film
    buffer = np.empty(i420_bytes(film.width, film.height), np.uint8)
    rows = buffer.reshape(film.height * 3 // 2, film.width)
    frame = av.VideoFrame.from_numpy_buffer(rows, format="yuv420p")
    frame.time_base = 1 / film.fps
    pictures = 0
    try:
        with av.open(
            str(path), "w", format=settings.container, container_options=dict(settings.container_options)
        ) as file:
            stream = video_stream(file, settings)
            while read_picture(source, buffer):
                frame.pts = pictures
                file.mux(stream.encode(frame))
                pictures += 1
            file.mux(stream.encode(None))
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from error
    except av.FFmpegError as error:
        raise EncoderFailed(f"{settings.codec} in {settings.container} failed: {error.strerror}") from error
    return pictures


def video_stream(file: OutputContainer, settings: FileSettings) -> VideoStream:
    """The pictures' track of ``file``, encoded as ``settings`` say. Raises EncoderFailed, av.FFmpegError."""
    film = settings.film
    stream = file.add_stream(settings.codec, rate=film.fps, options=dict(settings.options))
    if not isinstance(stream, VideoStream):
        raise EncoderFailed(f"{settings.codec} is not a video encoder")
    stream.width, stream.height, stream.pix_fmt = film.width, film.height, "yuv420p"
    stream.time_base = Fraction(1 / film.fps)
    if settings.bitrate_kbps:
        stream.bit_rate = settings.bitrate_kbps * 1000
    codec = stream.codec_context
    codec.color_primaries = codec.color_trc = codec.colorspace = _BT709
    codec.color_range = _LIMITED
    return stream


def main() -> int:
    """Encode standard input; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m encoder.file", description="Encode a film.")
    parser.add_argument("path", type=Path)
    parser.add_argument("--container", choices=("mp4", "webm", "flv", "matroska"), default="mp4")
    parser.add_argument("--crf", type=int, default=20)
    parser.add_argument("--bitrate", type=parse_bitrate_kbps)
    order = parser.parse_args()
    try:
        # Nobody wants the film of a program that was killed.
        end_with_parent(os.getppid(), signal.SIGTERM)
        film = read_header(sys.stdin.buffer)
        if film is None:  # whoever was to draw it has said why it was not
            return 1
        settings = file_settings(order.container, film, crf=order.crf, bitrate_kbps=order.bitrate)
        encode_film(sys.stdin.buffer, settings, order.path)
    except FarmError as error:
        print(error.message, file=sys.stderr)  # noqa: T201  there is no log
        return 1
    except (KeyboardInterrupt, ParentGone):
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
