"""Films between processes: YUV4MPEG2, pictures one after the other in a pipe, with their size and rate.

The format is that of yuv4mpeg(5) of mjpegtools; COLORRANGE is FFmpeg's addition to it. Any program that
reads it can stand at the other end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO

from farm.errors import InputError
from farm.settings import MAX_SIDE_PX
from farm.transport.planes import Plane

_HEADER = re.compile(
    rb"YUV4MPEG2 W(\d{1,5}) H(\d{1,5}) F(\d{1,9}):(\d{1,9}) Ip A1:1 C420jpeg XCOLORRANGE=LIMITED\n"
)
_MAX_HEADER = 256
_FRAME = b"FRAME\n"


@dataclass(frozen=True, slots=True)
class FilmFormat:
    """What a film's header says: even sides in pixels, frames per second."""

    width: int
    height: int
    fps: Fraction


def write_header(film: BinaryIO, format_: FilmFormat) -> None:
    """Begin a film; once, before its pictures."""
    fps = format_.fps
    words = f"W{format_.width} H{format_.height} F{fps.numerator}:{fps.denominator}"
    film.write(f"YUV4MPEG2 {words} Ip A1:1 C420jpeg XCOLORRANGE=LIMITED\n".encode())


def write_picture(film: BinaryIO, buffer: Plane) -> None:
    """Go on with the picture in ``buffer``, flat I420 of the film's size."""
    film.write(_FRAME)
    film.write(buffer.data)


def read_header(film: BinaryIO) -> FilmFormat | None:
    """What :func:`write_header` wrote; None when the film ended before it began. Raises InputError."""
    line = film.readline(_MAX_HEADER)
    if not line:
        return None
    match = _HEADER.fullmatch(line)
    if match is None:
        raise InputError("this is no film that Framefarm drew; pipe one into it that `workers.offline` made")
    width, height, numerator, denominator = (int(number) for number in match.groups())
    even = all(2 <= side <= MAX_SIDE_PX and side % 2 == 0 for side in (width, height))
    if not even or numerator == 0 or denominator == 0:
        raise InputError(f"a film of {width} x {height} at {numerator}/{denominator} frames/s cannot be read")
    return FilmFormat(width, height, Fraction(numerator, denominator))


def read_picture(film: BinaryIO, buffer: Plane) -> bool:
    """Fill ``buffer``, flat I420 of the film's size; False at the film's end.

    ``film`` is buffered: one read gives all that was asked for. Raises InputError when the film ends within
    a picture.
    """
    mark = film.read(len(_FRAME))
    if not mark:
        return False
    if mark != _FRAME or film.readinto(buffer.data) != buffer.nbytes:  # type: ignore[attr-defined]
        raise InputError("the film ends within a picture; whoever drew it was stopped")
    return True
