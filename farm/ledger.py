"""The ledger: every frame's whole history, for the last minutes.

Each hop writes down its own time and hands it on with the frame: the worker in ``FrameDone``, the encoder
process in the record itself. Metrics, the dashboard and ``framefarm debug frames`` read this one record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

UNKNOWN_MS = -1.0
"""A time that nobody measured, or that two hosts' clocks cannot tell."""


class FrameRecord(msgspec.Struct, frozen=True, array_like=True):
    """What became of one tick, frame ``frame`` of ``epoch``. Times are milliseconds, UNKNOWN_MS where there
    is none."""

    epoch: int
    frame: int
    wall_ms: int
    """When its packet was handed to the outputs, in Unix time."""
    shown: int
    """The frame on the canvas then: ``frame`` itself, or an older one; -1 before the first."""
    cause: str
    """Why the last picture was repeated: starting, gap, late, missing; or held, when it was to be, or still,
    when another one would have looked the same; empty when a newer one was there."""
    base: int
    """What the patch of the frame built on; -1 for a whole picture."""
    worker: str
    """Who drew the frame, empty when it never came; so are the following four."""
    area: float
    """The share of the canvas that was drawn, 0..1."""
    queue_ms: float
    """From the coordinator's publishing until a worker took the Celery task; frames of that which are drawn
    before this one are not counted."""
    plan_ms: float
    """Loading the scene, evaluating it, and finding what changed."""
    draw_ms: float
    """All of the worker's time, ``plan_ms`` included."""
    layers_ms: tuple[tuple[str, float], ...]
    """(layer id, time) of the layers that took longest."""
    asked_ms: float
    """From the credit that asked for the frame to the tick."""
    wait_ms: float
    """From its delivery to the tick. Of a late frame: how long after the tick it came, negative."""
    encode_ms: float
    packet_bytes: int
    send_ms: float
    """From the encoder to the first output's socket."""
    second_draw: bool = False
    """Whether the frame was ordered twice and ``worker`` drew it for the second order."""
    refused: str = ""
    """Why a delivery of the frame could not be used: garbage, fence or blocked; empty when there was none."""
    refused_worker: str = ""
    """Whose that was, where it could be read."""

    @property
    def missed(self) -> bool:
        """Whether viewers saw the last picture once more because of the farm."""
        return self.cause not in ("", "starting", "held", "still")

    @property
    def latency_ms(self) -> float:
        """From the credit that asked to the packet's sending; UNKNOWN_MS when either is unknown."""
        if self.asked_ms < 0 or self.send_ms < 0:
            return UNKNOWN_MS
        return self.asked_ms + self.encode_ms + self.send_ms


HOPS = (
    "queue_ms",
    "plan_ms",
    "draw_ms",
    "wait_ms",
    "encode_ms",
    "send_ms",
    "asked_ms",
    "latency_ms",
)
"""The times of which a summary is made, in the order of a frame's journey."""


class Spread(msgspec.Struct, frozen=True):
    """Of one hop over many frames, in milliseconds."""

    p50: float
    p99: float
    max: float


class LedgerSummary(msgspec.Struct, frozen=True):
    """Many records in a few numbers."""

    frames: int
    repeated: dict[str, int]
    """Ticks that repeated the last picture, by cause."""
    hops: dict[str, Spread]
    """By name, as in HOPS; a hop that nobody measured is left out."""
    workers: dict[str, int]
    """Frames by who drew them."""


def summary_of(records: Sequence[FrameRecord]) -> LedgerSummary:
    """The numbers of ``records``."""
    spreads = {name: spread_of(getattr(record, name) for record in records) for name in HOPS}
    return LedgerSummary(
        frames=len(records),
        repeated=dict(Counter(record.cause for record in records if record.missed)),
        hops={name: spread for name, spread in spreads.items() if spread is not None},
        workers=dict(Counter(record.worker for record in records if record.worker)),
    )


def spread_of(values: Iterable[float]) -> Spread | None:
    """Of times in ms; those that nobody measured are left out, None when no other is there."""
    known = sorted(value for value in values if value >= 0)
    if not known:
        return None
    return Spread(_rank(known, 0.5), _rank(known, 0.99), known[-1])


def _rank(ordered: Sequence[float], share: float) -> float:
    """The smallest value that ``share`` of all do not exceed (nearest rank)."""
    return ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)]
