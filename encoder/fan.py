"""All outputs of a stream, which come and go while the others go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from encoder.destinations import Destination
from encoder.flv import Tag
from farm.clock import Clock
from farm.messages import OutputReport, OutputSpec


class Fan:
    """Hands every tag to every output. The tick thread puts; one other thread changes who is there."""

    def __init__(self, make: Callable[[OutputSpec], Destination], clock: Clock, patience_s: float) -> None:
        """``patience_s``: how long outputs that go may take to say good-bye, all together."""
        self._make = make
        self._clock = clock
        self._patience_s = patience_s
        self._present: dict[OutputSpec, Destination] = {}
        self._sinks: tuple[Destination, ...] = ()

    def put(self, tag: Tag) -> None:
        """Hand ``tag`` over; never waits."""
        for sink in self._sinks:
            sink.put(tag)

    def change(self, wanted: Iterable[OutputSpec]) -> None:
        """From now on there are these. One that stays notices nothing; one with another URL is another one.

        Those that go have ended when this returns.
        """
        before = self._present
        after = {spec: before[spec] if spec in before else self._make(spec) for spec in wanted}
        gone = [output for spec, output in before.items() if spec not in after]
        self._present, self._sinks = after, tuple(after.values())
        self._end(gone)
        for spec, output in after.items():
            if spec not in before:
                output.start()

    def finish(self) -> None:
        """Every tag of a free stream was put."""
        for sink in self._sinks:
            sink.finish()

    def close(self) -> None:
        """End all of them."""
        self._end(self._sinks)

    def reports(self) -> tuple[OutputReport, ...]:
        """How each is doing."""
        return tuple(output.report() for output in self._sinks)

    def _end(self, outputs: Iterable[Destination]) -> None:
        leaving = list(outputs)
        for output in leaving:
            output.stop()
        deadline_ns = self._clock.monotonic_ns() + int(self._patience_s * 1e9)
        for output in leaving:
            output.join(max(0.0, (deadline_ns - self._clock.monotonic_ns()) / 1e9))
