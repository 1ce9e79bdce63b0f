"""What became of each frame: the ledger of the last minutes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Literal

import msgspec
from flask import Response
from pydantic import BaseModel, Field

from api.http.addressing import addressed_stream
from api.http.envelope import ok
from api.http.router import Route
from api.http.services import services
from api.http.shapes import Shape
from farm.ledger import FrameRecord, summary_of
from farm.messages import to_plain
from farm.store.tokens import Scope

MAX_RECORDS = 2000
_MAX_FRAME = 2**53


class LedgerQuery(BaseModel):
    """Which frames: of one ``epoch`` (the newest when it is left out), ``from``..``to``, the newest
    ``limit`` of them; ``only`` those whose tick repeated the last picture."""

    epoch: int | None = Field(None, ge=0, le=_MAX_FRAME)
    first: int = Field(0, ge=0, le=_MAX_FRAME, alias="from")
    last: int = Field(_MAX_FRAME, ge=0, le=_MAX_FRAME, alias="to")
    only: Literal["all", "missed"] = "all"
    limit: int = Field(100, ge=1, le=MAX_RECORDS)


class LayerCostShape(Shape):
    """What one layer took to draw, in ms."""

    layer: str
    ms: float


class FrameShape(Shape):
    """One tick. Times are ms, -1 where nobody knows. ``cause`` says why the last picture was repeated and is
    empty for a new one; ``wait_ms`` is negative for a frame that came after its tick. ``hedged`` frames were
    ordered a second time because they were late, ``second_draw`` says that this draw came first. ``refused``
    says why a delivery of ``refused_worker`` for this tick could not be used (garbage, fence, blocked)."""

    epoch: int
    frame: int
    wall_ms: int
    shown: int
    cause: str
    base: int
    worker: str
    area: float
    queue_ms: float
    plan_ms: float
    draw_ms: float
    layers: list[LayerCostShape]
    asked_ms: float
    wait_ms: float
    encode_ms: float
    packet_bytes: int
    send_ms: float
    latency_ms: float
    hedged: bool
    second_draw: bool
    refused: str
    refused_worker: str


class SpreadShape(Shape):
    """Of one hop over many frames, in ms."""

    p50: float
    p99: float
    max: float


class SummaryShape(Shape):
    """Many frames in a few numbers: repeated ticks by cause, each hop's times, frames by worker."""

    frames: int
    repeated: dict[str, int]
    hops: dict[str, SpreadShape]
    workers: dict[str, int]


class LedgerShape(Shape):
    """The frames that were asked for, newest first, and what they say together."""

    frames: list[FrameShape]
    summary: SummaryShape


def frames(query: LedgerQuery) -> Response:
    """What became of each frame, newest first. The last LEDGER_S seconds are kept."""
    stream = addressed_stream().id
    wanted = list(islice(_wanted(stream, query), query.limit))
    summary = SummaryShape.model_validate(to_plain(summary_of(wanted)))
    hedged = services().hedges.frames(stream)
    shapes = [_shape(record, hedged=(record.epoch, record.frame) in hedged) for record in wanted]
    return ok(LedgerShape(frames=shapes, summary=summary))


def _wanted(stream: str, query: LedgerQuery) -> Iterator[FrameRecord]:
    epoch = query.epoch
    for record in services().ledgers.newest_first(stream):
        epoch = record.epoch if epoch is None else epoch
        if record.epoch != epoch or not query.first <= record.frame <= query.last:
            continue
        if query.only == "all" or record.missed:
            yield record


def _shape(record: FrameRecord, *, hedged: bool) -> FrameShape:
    costs = [LayerCostShape(layer=layer, ms=ms) for layer, ms in record.layers_ms]
    plain = msgspec.structs.asdict(record)
    del plain["layers_ms"]
    return FrameShape(**plain, layers=costs, latency_ms=record.latency_ms, hedged=hedged)


LEDGER_ROUTES = (Route("GET", "/ledger", frames, LedgerShape, scope=Scope.VIEWER),)
