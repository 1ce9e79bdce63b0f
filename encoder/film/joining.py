"""Segments become one file, without being encoded again: their packets, one after the other."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import av
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from encoder.film.journal import Segment, failure
from farm.errors import EncoderFailed

CONTAINERS: Mapping[str, str] = {".mp4": "mp4", ".webm": "webm", ".flv": "flv", ".mkv": "matroska"}
"""FFmpeg's names of what a file's suffix means."""
_OPTIONS = {
    "mp4": {"movflags": "+faststart"},  # players begin before they have all of it
}


def join_segments(folder: Path, segments: Sequence[Segment], fps: Fraction, path: Path) -> None:
    """Make the file ``path`` of the segments in ``folder``, whole or not at all. Raises EncoderFailed."""
    container = CONTAINERS[path.suffix]
    part = path.with_name(f"{path.name}.part")
    # The same frames are the same bytes: no dates, no random names.
    options = {"fflags": "+bitexact", **_OPTIONS.get(container, {})}
    try:
        with av.open(str(part), "w", format=container, container_options=options) as joined:
            _copy(folder, segments, fps, joined)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(path)
    except OSError as error:
        raise failure(path, error) from error
    except av.FFmpegError as error:
        raise EncoderFailed(f"{path.name} cannot be joined: {error.strerror}") from error


def _copy(folder: Path, segments: Sequence[Segment], fps: Fraction, joined: OutputContainer) -> None:
    stream: VideoStream | None = None
    for segment in segments:
        with av.open(str(folder / segment.file)) as source:
            pictures = source.streams.video[0]
            if stream is None:
                stream = joined.add_stream_from_template(pictures)
                stream.time_base = 1 / fps
            for packet in _packets(source.demux(pictures), segment.first, fps):
                packet.stream = stream
                joined.mux_one(packet)


def _packets(
    demuxed: Iterator[Packet[VideoStream]], first: int, fps: Fraction
) -> Iterator[Packet[VideoStream]]:
    """The packets at their place in the film, counted in frames from its start."""
    for packet in demuxed:
        if packet.pts is None or packet.dts is None or packet.time_base is None:  # the end
            continue
        frame_s = packet.time_base * fps
        packet.pts, packet.dts = (first + round(time * frame_s) for time in (packet.pts, packet.dts))
        packet.duration = 1
        packet.time_base = 1 / fps
        yield packet
