"""What of a film is done: a file of lines, one for each segment that lies there whole.

The first line says which film it is. A line is written, and on the disk, after its segment is; the last line
of a process that died may be torn, and does not count. So whoever opens the journal knows what is left.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from farm.errors import EncoderFailed
from farm.log import get_logger

log = get_logger(__name__)


class FilmPlan(msgspec.Struct, frozen=True):
    """Which film: two that differ in any of this share no segment."""

    name: str
    width: int
    height: int
    fps: str
    frames: int
    first_frame: int
    segment_frames: int
    codec: str
    options: dict[str, str]
    bitrate_kbps: int | None


class Segment(msgspec.Struct, frozen=True):
    """Frames ``first`` .. ``first + frames - 1``, in a file of so many bytes."""

    first: int
    frames: int
    file: str
    bytes: int


class _Line(msgspec.Struct, frozen=True, omit_defaults=True):
    plan: FilmPlan | None = None
    segment: Segment | None = None
    finished: int | None = None
    """The generation of the stream for which the film was made."""


class Journal:
    """Of the film that lies in ``folder``. Methods raise EncoderFailed when the disk does not do its part."""

    def __init__(self, folder: Path, plan: FilmPlan, generation: int) -> None:
        """Go on with what lies there if it is a part of the same film, or this very film; else begin anew."""
        self._path = folder / "journal"
        self._generation = generation
        self.folder = folder / "segments"
        self.segments: list[Segment] = []
        self.finished = False
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._read(plan)
            if not self.finished:
                self._begin(plan)
        except OSError as error:
            raise failure(self._path, error) from error

    @property
    def frames_done(self) -> int:
        """So many of the film's first frames lie there."""
        return self.segments[-1].first + self.segments[-1].frames if self.segments else 0

    def add(self, segment: Segment) -> None:
        """``segment`` lies there whole."""
        self._append(_Line(segment=segment))
        self.segments.append(segment)

    def finish(self) -> None:
        """The film is whole: its segments are not needed any more."""
        self._append(_Line(finished=self._generation))
        self.finished = True
        shutil.rmtree(self.folder, ignore_errors=True)

    def _read(self, plan: FilmPlan) -> None:
        lines = list(self._lines())
        if not lines or lines[0].plan != plan:
            return
        done = [line.finished for line in lines if line.finished is not None]
        self.finished = self._generation in done
        if done:
            return
        for line in lines[1:]:
            if line.segment is None or not self._is_there(line.segment):
                break
            self.segments.append(line.segment)
        if self.segments:
            log.info("a render goes on", frames=self.frames_done, segments=len(self.segments))

    def _is_there(self, segment: Segment) -> bool:
        path = self.folder / Path(segment.file).name
        return segment.first == self.frames_done and path.is_file() and path.stat().st_size == segment.bytes

    def _lines(self) -> Iterator[_Line]:
        """The lines up to the first that cannot be read."""
        try:
            written = self._path.read_bytes()
        except FileNotFoundError:
            return
        for line in written.splitlines():
            try:
                yield msgspec.json.decode(line, type=_Line)
            except msgspec.MsgspecError:
                log.warning("the journal of a render breaks off; what follows is rendered again")
                return

    def _begin(self, plan: FilmPlan) -> None:
        """Keep what counts of the journal and of the segments, and nothing else."""
        kept = {segment.file for segment in self.segments}
        for old in self.folder.iterdir():
            if old.name not in kept:
                old.unlink()
        fresh = self._path.with_name("journal.new")
        lines = [_Line(plan=plan), *(_Line(segment=segment) for segment in self.segments)]
        fresh.write_bytes(b"".join(map(_written, lines)))
        fresh.replace(self._path)

    def _append(self, line: _Line) -> None:
        try:
            with self._path.open("ab") as file:
                file.write(_written(line))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise failure(self._path, error) from error


def _written(line: _Line) -> bytes:
    return msgspec.json.encode(line) + b"\n"


def failure(path: Path, error: OSError) -> EncoderFailed:
    """Our error for a file that cannot be written."""
    return EncoderFailed(f"{path} cannot be written: {error.strerror or error}")
