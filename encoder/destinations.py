"""Where a stream's tags go: RTMP servers for a live stream, a file for a free one."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from encoder.flv import StreamHeader, Tag
from encoder.flv_file import FlvFile
from encoder.outputs import Feedback, Output, OutputLimits
from farm.clock import Clock
from farm.errors import EncoderFailed
from farm.messages import OutputReport, OutputSpec
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


@dataclass(frozen=True, slots=True)
class Destinations:
    """Makes the outputs of a stream."""

    stream: str
    free: bool
    limits: OutputLimits
    clock: Clock
    feedback: Feedback
    state_dir: Path

    def make(self, output: OutputSpec, header: StreamHeader) -> Destination:
        """One of them. Raises EncoderFailed for a kind that its stream's pace does not go with, and
        OutputFailed for a file's name that is none."""
        if is_file(output.url) is not self.free:
            kind = "a free stream goes into files" if self.free else "a live stream goes to RTMP servers"
            raise EncoderFailed(f"{kind}; output {output.id!r} does not")
        if self.free:
            return FlvFile(output, render_path(self.state_dir, self.stream, output.url), header)
        limits, clock = self.limits, self.clock
        return Output(output, header, limits, clock, feedback=self.feedback, spread=random.random)
