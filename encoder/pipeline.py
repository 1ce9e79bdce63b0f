"""One tick of a stream: newest frame onto the canvas, encode, hand over, say what is wanted next.

Runs in the tick thread, which touches no network, no Redis and no log: everything that could wait is on the
other side of a bounded queue.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from encoder.arrivals import Arrivals
from encoder.canvas import Canvas
from encoder.coding import Coder, Sound
from encoder.feed import Applied, Feed
from encoder.flv import Tag
from encoder.keyframes import KeyframeRequests
from encoder.lead import Lead
from encoder.ledger import Ledger, Tick
from encoder.meter import Meter
from encoder.sequencer import Sequencer
from encoder.verdicts import Choice
from farm.clock import Clock
from farm.messages import Credit, Delivery, StreamSpec

MOST_PENDING_ERRORS = 100


class Sink(Protocol):
    """Where tags go."""

    def put(self, tag: Tag) -> None:
        """Take a tag without waiting."""


class Emitted(Protocol):
    """What the pipeline tells the workers of this host."""

    emitted: int


@dataclass(frozen=True, slots=True)
class Parts:
    """What a pipeline is made of."""

    sequencer: Sequencer
    feed: Feed
    arrivals: Arrivals
    lead: Lead
    canvas: Canvas
    video: Coder
    audio: Sound
    keyframes: KeyframeRequests
    meter: Meter
    ledger: Ledger
    ring: Emitted
    sinks: Sequence[Sink]


class Pipeline:
    """The tick of one epoch."""

    def __init__(
        self,
        spec: StreamSpec,
        delivery: Delivery,
        parts: Parts,
        clock: Clock,
        give_credit: Callable[[Credit], None],
    ) -> None:
        self._fps = spec.config.fps
        self._delivery = delivery
        # At a free pace credit is given for half a ring at once: the other half is under way meanwhile.
        self._stride = max(1, delivery.slots // 2)
        self._parts = parts
        self._clock = clock
        self._give_credit = give_credit
        self._follows: int | None = None
        self._muted = False
        self.layer_errors: deque[tuple[str, str]] = deque(maxlen=MOST_PENDING_ERRORS)
        """(layer, reason) that workers reported; whoever tells people about them pops them."""
        self.ordered_again = 0
        """Frames that were asked for once more."""

    def go_on(self, before: Sequencer, first: int) -> None:
        """Begin with frame ``first``, after an epoch of the same process whose frames were ``before``."""
        parts = self._parts
        parts.sequencer.go_on(before, first)
        parts.lead.go_on(first)
        parts.meter.go_on(first)
        parts.ring.emitted = first - 1
        self._follows = before.epoch

    def ask(self) -> None:
        """Say which frames are wanted."""
        self._ask()

    def mute(self) -> None:
        """Ask for no more frames: another epoch does from now on."""
        self._muted = True

    def has_first(self) -> bool:
        """Whether a first picture is here."""
        self._parts.feed.collect()
        sequencer = self._parts.sequencer
        return sequencer.pick(sequencer.emitted + 1).frame is not None

    def tick(self, tick: int) -> None:
        """Emit tick ``tick``. Raises EncoderFailed."""
        self._parts.feed.collect()
        self._emit(tick, self._apply(tick))
        self._ask()

    def tick_if_here(self, tick: int) -> bool:
        """Emit tick ``tick`` if it can show its very frame; whether it was. Raises EncoderFailed."""
        parts = self._parts
        parts.feed.collect()
        if parts.sequencer.pick(tick).frame != tick:
            return False
        applied = self._apply(tick)
        if applied.choice.frame != tick:
            return False
        self._emit(tick, applied)
        if (tick + 1) % self._stride == 0 or not parts.sequencer.waiting():
            self._ask()
        return True

    def ask_again(self) -> tuple[int, ...]:
        """Ask once more for what was asked for and has not come; these frames."""
        missing = self._parts.sequencer.missing(self._parts.lead.frames)
        self.ordered_again += len(missing)
        self._ask(missing)
        return missing

    def remind(self) -> None:
        """Say once more what is wanted: silence would be taken for the end of this process."""
        self._ask()

    def waiting(self) -> int:
        """Frames that are here before their tick."""
        return self._parts.sequencer.waiting()

    def refusals(self) -> str:
        """Which frames came and were of no use, in words; empty when none did."""
        return ", ".join(f"{count} {cause}" for cause, count in self._parts.sequencer.refused.items())

    def _apply(self, tick: int) -> Applied:
        parts = self._parts
        parts.canvas.begin()
        applied = parts.feed.apply(tick, parts.canvas.picture)
        if applied.done is not None and applied.done.rects:
            parts.canvas.show(applied.done.drawn)
        parts.canvas.end()
        return applied

    def _emit(self, tick: int, applied: Applied) -> None:
        parts = self._parts
        began_ns = self._clock.monotonic_ns()
        tags = parts.audio.until(tick)
        tags += parts.video.encode(tick, keyframe=parts.keyframes.granted(tick))
        encode_ns = self._clock.monotonic_ns() - began_ns
        self._send(tags)
        parts.ring.emitted = tick
        parts.sequencer.close_tick(tick, applied.choice)
        parts.lead.observe(tick, missed=self._missed(tick, applied.choice), ready=parts.sequencer.ready())
        self._note(tick, applied, began_ns, encode_ns, sum(len(tag.payload) for tag in tags))

    def end(self) -> None:
        """Hand over what is left in the encoder. Raises EncoderFailed."""
        self._send(self._parts.video.flush())

    def _missed(self, tick: int, choice: Choice) -> bool:
        """Whether the farm was too slow for this tick; a farm that is silent altogether is not slow."""
        sequencer = self._parts.sequencer
        silent = tick - sequencer.heard > sequencer.window
        return tick > sequencer.covered and choice.cause is None and not silent

    def _send(self, tags: Sequence[Tag]) -> None:
        for tag in tags:
            for sink in self._parts.sinks:
                sink.put(tag)

    def _ask(self, missing: tuple[int, ...] = ()) -> None:
        if self._muted:
            return
        sequencer, lead = self._parts.sequencer, self._parts.lead.frames
        standing = sequencer.standing()
        self._parts.meter.asked(sequencer.emitted + lead, after=standing[1])
        self._give_credit(
            Credit(
                stream=sequencer.stream,
                epoch=sequencer.epoch,
                emitted=sequencer.emitted,
                canvas=sequencer.canvas,
                lead=lead,
                fps=self._fps,
                fence=sequencer.fence,
                delivery=self._delivery,
                absent=self._parts.arrivals.absent(sequencer.emitted, sequencer.emitted + lead),
                arrivals_ms=self._parts.arrivals.take_ms(),
                missing=missing,
                follows=self._follows,
                drawn=sequencer.drawn,
                standing=standing,
            )
        )

    def _note(self, tick: int, applied: Applied, began_ns: int, encode_ns: int, packet_bytes: int) -> None:
        parts = self._parts
        note = Tick(
            frame=tick,
            choice=applied.choice,
            shown=parts.sequencer.canvas,
            done=applied.done,
            ready_ns=applied.ready_ns,
            asked_ns=parts.meter.asked_ns(tick),
            began_ns=began_ns,
            encode_ns=encode_ns,
            packet_bytes=packet_bytes,
        )
        parts.meter.ticked(note)
        parts.ledger.closed(note)
        if applied.done is not None:
            self.layer_errors.extend(applied.done.layer_errors)
