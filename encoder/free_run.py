"""The clock of a free stream: tick n falls as soon as the very frame n can be shown.

Nobody watches, so nothing is late: no frame is left out and none is repeated, and the stream is as fast as
the slower of drawing and encoding. Credit is given as always, up to the ring's slots, so that all workers
have something to draw while this one encodes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from encoder.patience import Limits, Patience, Step
from farm.clock import Clock
from farm.errors import RenderFailed
from farm.log import get_logger

SHORTEST_NAP_NS, LONGEST_NAP_NS = 100_000, 2_000_000
"""A frame that has not come is looked for again after so long, each time after twice as long: a look takes
about 20 microseconds, a frame some milliseconds."""
log = get_logger(__name__)


class Ticks(Protocol):
    """What the clock needs of a pipeline; methods raise EncoderFailed."""

    def tick_if_here(self, tick: int) -> bool:
        """Emit ``tick`` if its very frame is here; whether it was."""
        ...

    def waiting(self) -> int:
        """Frames that are here before their tick."""
        ...

    def remind(self) -> None:
        """Say once more what is wanted."""

    def ask_again(self) -> tuple[int, ...]:
        """Have what is missing ordered again; these frames."""
        ...

    def refusals(self) -> str:
        """Which frames came and were of no use, in words; empty when none did."""
        ...


class FreeRun:
    """Emits ticks ``first`` to ``frames`` - 1; for ever when ``frames`` is 0."""

    def __init__(
        self, ticks: Ticks, limits: Limits, clock: Clock, *, first: int = 0, frames: int = 0
    ) -> None:
        self._ticks = ticks
        self._clock = clock
        self._limits = limits
        self._patience = Patience(limits, clock.monotonic_ns())
        self._next = first
        self._frames = frames
        self._waiting = 0

    def run(self, ending: Callable[[], bool]) -> bool:
        """Emit until all is done, or until ``ending()``; whether all is done.

        Raises RenderFailed when a frame does not come however often it is ordered, and EncoderFailed.
        """
        nap_ns = SHORTEST_NAP_NS
        while not ending():
            if self._frames and self._next >= self._frames:
                return True
            if self._ticks.tick_if_here(self._next):
                self._next += 1
                self._waiting = 0
                self._patience.frame_came(self._clock.monotonic_ns())
                nap_ns = SHORTEST_NAP_NS
                continue
            self._be_patient()
            self._clock.sleep_until_ns(self._clock.monotonic_ns() + nap_ns)
            nap_ns = min(LONGEST_NAP_NS, 2 * nap_ns)
        return False

    def _be_patient(self) -> None:
        """The next frame is not here."""
        now_ns = self._clock.monotonic_ns()
        waiting = self._ticks.waiting()
        if waiting > self._waiting:
            self._patience.frame_came(now_ns)
        self._waiting = waiting
        match self._patience.step(now_ns):
            case Step.REMIND:
                self._ticks.remind()
            case Step.ORDER_AGAIN:
                missing = self._ticks.ask_again()
                log.warning("ordered again", frames=list(missing), times=self._patience.orders)
            case Step.GIVE_UP:
                raise RenderFailed(self._reason())

    def _reason(self) -> str:
        refusals = self._ticks.refusals()
        told = f"refused frames: {refusals}" if refusals else "no frame that came was refused"
        times = self._limits.most_orders + 1
        return f"frame {self._next} did not come, though it was ordered {times} times; {told}"
