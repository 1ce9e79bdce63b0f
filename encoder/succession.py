"""From one epoch to the next in one process: no tick is missing, no connection notices.

The present epoch first asks for as many frames ahead as its ring holds. When they are there, or after a
while, it stops asking, and the next one asks in its place, from the frame on that was not asked for: frames
are counted on. While they are drawn, the frames that lie ready go out. At the tick after those, as soon as
the next epoch's first picture is here, that epoch takes over; until then the last picture is repeated.

All but :meth:`Succession.offer` belongs to the tick thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from encoder.epoch import Epoch

LOOK_AHEAD_S = 0.3
"""How long to wait for the frames that bridge the change."""
MOST_OFFERS = 16


class Succession:
    """The epochs of one process."""

    def __init__(self, first: Epoch, retire: Callable[[Epoch], None]) -> None:
        """``retire`` is given those that are over, and must not wait."""
        self.present = first
        self._retire = retire
        self._offers: deque[Epoch] = deque(maxlen=MOST_OFFERS)
        self._next: Epoch | None = None
        self._asked: Epoch | None = None
        """The next epoch, when it has asked."""
        self._leans_until: int | None = None
        """The tick at which the present epoch stops asking, at the latest."""
        self._takes_over: int | None = None
        """The next epoch's first frame, and the tick from which on it may be shown."""

    def offer(self, epoch: Epoch) -> None:
        """Let ``epoch`` come next, in place of one that was offered before and has not begun. Any thread."""
        self._offers.append(epoch)

    def tick(self) -> None:
        """Wait for the next tick and emit it. Raises EncoderFailed."""
        present = self.present
        tick = present.ticker.wait()
        while self._offers:
            self._take(self._offers.popleft())
        if self._next is not None and self._is_due(self._next, tick):
            start_ns = present.ticker.deadline_ns(tick)
            self._next.sequencer.inherit(present.sequencer)
            self._next.begin(start_ns, present.media_s(tick))
            self.present, self._next = self._next, None
            self._leans_until = self._takes_over = self._asked = None
            self.present.pipeline.tick(self.present.ticker.wait())
            self._retire(present)
            return
        present.pipeline.tick(tick)
        if self._next is not None:
            self._prepare(self._next, tick)

    def close(self) -> None:
        """Close every epoch that is here."""
        for epoch in (self.present, self._next, *self._offers):
            if epoch is not None:
                epoch.close()

    def _take(self, epoch: Epoch) -> None:
        if self._next is not None:
            self._retire(self._next)
        self._next = epoch

    def _is_due(self, coming: Epoch, tick: int) -> bool:
        asked = coming is self._asked and self._takes_over is not None and tick >= self._takes_over
        return asked and coming.pipeline.has_first()

    def _prepare(self, coming: Epoch, tick: int) -> None:
        present = self.present
        if self._leans_until is None:
            present.parts.lead.lean()
            self._leans_until = tick + max(1, int(LOOK_AHEAD_S * present.spec.config.fps))
        if self._takes_over is None:
            lead = present.parts.lead.frames
            if present.sequencer.ready() < lead - 1 and tick < self._leans_until:
                return
            # What was asked for at this very tick may not have been heard yet.
            self._takes_over = tick + lead
            present.pipeline.mute()
        if coming is not self._asked:
            self._asked = coming
            coming.pipeline.go_on(present.sequencer, self._takes_over)
        # Said again each tick: one that is lost costs nothing, and silence would mean that nothing ticks.
        coming.pipeline.ask()
