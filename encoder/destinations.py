"""Where a stream's tags go: RTMP servers for a live stream, a file for a free one."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Protocol

from encoder.flv import Tag
from encoder.flv_file import FlvFile
from encoder.outputs import Feedback, Output, OutputLimits, StreamHeader
from farm.clock import Clock
from farm.errors import EncoderFailed
from farm.messages import OutputReport, StreamSpec
from farm.renders import is_file, render_path


class Destination(Protocol):
    """What the process needs of one."""

    def start(self) -> None:
        """Begin."""

    def put(self, tag: Tag) -> None:
        """Take a tag; without waiting if the stream is live."""

    def finish(self) -> None:
        """Every tag was put; called of free streams only, before :meth:`stop`."""

    def stop(self) -> None:
        """Begin to end."""

    def join(self, timeout_s: float) -> None:
        """Wait for the end, not longer than so."""

    def report(self) -> OutputReport:
        """How it is doing, without secrets."""
        ...


def destinations(
    spec: StreamSpec,
    header: StreamHeader,
    limits: OutputLimits,
    clock: Clock,
    feedback: Feedback,
    state_dir: Path,
) -> tuple[Destination, ...]:
    """The outputs of ``spec``. Raises EncoderFailed for a kind that its pace does not go with, and
    OutputFailed for a file's name that is none."""
    free = spec.config.pace == "free"
    if wrong := [output.id for output in spec.outputs if is_file(output.url) is not free]:
        kind = "a free stream goes into files" if free else "a live stream goes to RTMP servers"
        raise EncoderFailed(f"{kind}; output {wrong[0]!r} does not")
    if free:
        return tuple(
            FlvFile(output, render_path(state_dir, spec.stream, output.url), header)
            for output in spec.outputs
        )
    return tuple(
        Output(output, header, limits, clock, feedback=feedback, spread=random.random)
        for output in spec.outputs
    )
