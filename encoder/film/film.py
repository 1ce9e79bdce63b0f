"""A free stream's film: what encodes its canvas, and where that goes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from encoder.file import FileSettings, file_settings
from encoder.film.joining import CONTAINERS, join_segments
from encoder.film.journal import FilmPlan, Journal
from encoder.film.segments import SegmentWriter
from encoder.flv import Tag
from encoder.outputs import OutputState
from farm.log import get_logger
from farm.messages import OutputReport, StreamConfig, StreamSpec
from farm.transport.planes import Plane
from farm.transport.y4m import FilmFormat

log = get_logger(__name__)


def film_settings(config: StreamConfig, path: Path) -> FileSettings:
    """How ``config`` is encoded into ``path``: at constant quality, or else with its bit rate on average."""
    container = CONTAINERS[path.suffix]
    rate = config.bitrate_kbps if config.crf is None else None
    film = FilmFormat(config.width, config.height, config.fps)
    return file_settings(container, film, crf=config.crf or 0, bitrate_kbps=rate)


def film_plan(config: StreamConfig, path: Path, settings: FileSettings) -> FilmPlan:
    """What identifies the film. Its segments are one group of pictures each."""
    return FilmPlan(
        name=path.name,
        width=config.width,
        height=config.height,
        fps=str(config.fps),
        frames=config.frames,
        first_frame=config.first_frame,
        segment_frames=int(settings.options["g"]),
        codec=settings.codec,
        options=dict(settings.options),
        bitrate_kbps=settings.bitrate_kbps,
    )


class Film:
    """Encodes in the tick thread. It begins where an earlier process ended; methods raise EncoderFailed."""

    def __init__(self, spec: StreamSpec, path: Path, canvas: Plane) -> None:
        self._path = path
        self._config = spec.config
        self._output = spec.outputs[0]
        self._canvas = canvas
        self.settings = film_settings(spec.config, path)
        self._plan = film_plan(spec.config, path, self.settings)
        self._journal = Journal(path.parent, self._plan, spec.generation)
        self._segment: SegmentWriter | None = None
        self._encoded = 0
        self.origin_s = Fraction(0)
        """Media time of tick 0, by which films are not measured: theirs begin with the film."""
        self._state = OutputState.CONNECTED

    @property
    def first(self) -> int:
        """The first frame that is to be rendered; the one after the last when nothing is left to do."""
        return self._config.frames if self._journal.finished else self._journal.frames_done

    def encode(self, tick: int, *, keyframe: bool) -> list[Tag]:
        """The picture that is on the canvas now is frame ``tick``, the one after the last. Makes no tags."""
        if self._segment is None:
            self._segment = SegmentWriter(self._journal.folder, tick, self.settings, self._canvas)
        self._segment.add()
        self._encoded += 1
        if (tick + 1) % self._plan.segment_frames == 0 or tick + 1 == self._plan.frames:
            segment, self._segment = self._segment, None
            self._journal.add(segment.close())
        return []

    def flush(self) -> list[Tag]:
        """There is nothing to send: segments end by themselves."""
        return []

    def start(self) -> None:
        """See :class:`encoder.destinations.Destination`."""

    def put(self, tag: Tag) -> None:
        """Nothing is put: see :meth:`encode`."""

    def finish(self) -> None:
        """Every frame is there: join the film."""
        if self._journal.finished:
            return
        join_segments(self._journal.folder, self._journal.segments, self._config.fps, self._path)
        self._journal.finish()
        log.info("film written", file=self._path.name, bytes=self._path.stat().st_size)

    def stop(self) -> None:
        """Forget a segment that is not whole."""
        self._state = OutputState.CLOSED
        if self._segment is not None:
            self._segment.discard()
            self._segment = None

    def join(self, timeout_s: float) -> None:
        """There is no thread to wait for."""

    def report(self) -> OutputReport:
        """How far it is."""
        return OutputReport(
            id=self._output.id,
            url=self._output.url,
            state=self._state,
            connects=1,
            sent_packets=self._encoded,
            dropped_packets=0,
            sent_bytes=sum(segment.bytes for segment in self._journal.segments),
        )
