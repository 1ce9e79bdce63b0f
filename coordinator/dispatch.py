"""Which frames to order next, and what they show: pure, one stream at a time.

The contract: frames ``max(last + 1, e + 1) .. e + lead`` for a credit of emitted ``e``, as soon as they are a
batch or the next tick needs one; each once per owner and epoch. Of an overloaded stream only every
``hold``-th is ordered, which stands for the ticks after it as well; and none where a frame that is here says
that nothing moves. Scene time never jumps: it goes on over pauses, edits, owners and encoder processes, and
begins again at 0 only when the stream is started again.

A frame's ``base`` is a promise that the canvas was drawn by the segments that travel with it. A new owner
cannot know what the one before it, or a Redis that lost its last second, let the workers draw; so it orders
whole frames (base -1) until a canvas is reported that can only be its own: newer than the one that was
there when the encoder process first showed our fence, which shuts all others out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from coordinator.order import Order
from farm.messages import Credit, Delivery, FrameTask, Size
from farm.store.programs import KEPT_BIRTHS, Program
from scene.time import Segment, segment_at, segments_covering

MAX_SEGMENTS = 64
"""Edits that one frame's change can span. A canvas older than these gets a whole frame."""
NO_BIRTHS: Mapping[int, Fraction] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Show:
    """What is on air, and how far it was ordered."""

    program: Program
    dispatched: int
    """The last tick that a frame was ordered for."""
    trusted_after: int | None = None
    """A canvas newer than this one was drawn by our segments; None until the encoder has shown our fence."""
    drawn: Size | None = None
    """The size that frames are drawn with, if not the canvas's own."""
    drawn_from: int = 0
    """The first frame of that size: older ones are nothing to build on."""


class Dispatch(NamedTuple):
    """What follows from a credit."""

    show: Show
    tasks: tuple[FrameTask, ...] = ()
    rewritten: bool = False
    """``show.program`` must be kept, together with the births, before any task is published."""
    births: Mapping[int, Fraction] = NO_BIRTHS
    """First scene times of the revisions that these frames are the first to show."""
    premiere: int | None = None
    """The revision that a new start of the stream begins with."""
    applied: Segment | None = None
    """The segment in which a revision goes on air for the first time."""
    refreshed: Segment | None = None
    """The segment in which a live snapshot goes on air for the first time."""


def resume(program: Program) -> Show:
    """The show as another owner, or this one in a former life, left it."""
    if program.dispatched is None:
        return Show(program, dispatched=program.emitted)
    clean = msgspec.structs.replace(program, dispatched=None, trusted_after=None)
    return Show(clean, program.dispatched, program.trusted_after)


def handed_over(show: Show) -> Program:
    """The program with what its next owner, who gets our fence, needs to go on as if nothing had happened."""
    return msgspec.structs.replace(show.program, dispatched=show.dispatched, trusted_after=show.trusted_after)


def dispatch(show: Show | None, credit: Credit, order: Order, fence: int, now_ns: int) -> Dispatch | None:
    """The frames to order for ``credit`` by the lease holder of ``fence``; None when it calls for nothing.

    ``show`` is what the last dispatch gave, or what was stored. ``now_ns`` is written on the tasks.
    """
    if order.revision == 0 or (show is not None and _outdated(show.program, credit, order)):
        return None
    starts = show is None or show.program.started_wall_ms != order.started_wall_ms
    same_process = show is not None and _same_process(show.program, credit)
    own = show if show is not None and same_process and show.program.fence == fence else None

    dispatched = max(own.dispatched if own else -1, credit.emitted)
    trusted_after = _trust(own.trusted_after if own else None, credit, fence)
    stands_until = _stands_until(own.program, credit, order, trusted_after) if own and not starts else -1
    first = max(dispatched, stands_until) + 1
    lead = min(credit.lead + order.ahead, credit.delivery.slots)
    frames = range(first, credit.emitted + lead + 1, order.hold)
    missing = _missing(own, credit)
    if not missing and not _due(frames, credit, order):
        return Dispatch(_heard(own, credit, trusted_after)) if own else None

    old = show.program.segments if show is not None and same_process else ()
    counted_on = show is not None and (same_process or credit.follows == show.program.epoch)
    time_s = Fraction(0) if show is None or starts else _time_s(show.program, first if counted_on else None)
    if order.free:
        time_s = (order.first_frame + first) / credit.fps
    segments = _segments(old, order, first, time_s, starts=starts)
    program = Program(
        epoch=credit.epoch,
        nonce=credit.delivery.nonce,
        fence=fence,
        fps=credit.fps,
        segments=_still_needed(segments, credit.canvas),
        emitted=credit.emitted,
        started_wall_ms=order.started_wall_ms,
        quality=show.program.quality if show is not None and same_process else order.quality,
    )
    drawn, drawn_from = _drawn(order.scale, credit.delivery), first
    if own is not None and own.drawn == drawn:
        drawn_from = own.drawn_from
    base = _base(program, credit, trusted_after, drawn_from) if credit.drawn == drawn else -1
    shown, shown_live = 0, 0
    if show is not None and not starts:
        shown, shown_live = show.program.segments[-1].revision, show.program.segments[-1].snapshot
    newest = segments[-1]
    return Dispatch(
        show=Show(
            program,
            frames[-1] + order.hold - 1 if frames else dispatched,
            trusted_after,
            drawn,
            drawn_from,
        ),
        tasks=tuple(_task(program, credit, order, frame, base, now_ns) for frame in (*missing, *frames)),
        rewritten=own is None or starts or newest != old[-1],
        births=NO_BIRTHS if starts else _births(shown, newest),
        premiere=newest.revision if starts else None,
        applied=newest if newest.revision != shown else None,
        refreshed=newest if newest.snapshot not in (0, shown_live) else None,
    )


def _due(frames: range, credit: Credit, order: Order) -> bool:
    """Whether to order now: a whole batch is wanted, or half of what may be under way, or the next tick waits
    for its frame."""
    batch = min(order.batch, max(1, credit.delivery.slots // 2))
    return bool(frames) and (len(frames) >= batch or frames[0] == credit.emitted + 1)


def _stands_until(program: Program, credit: Credit, order: Order, trusted_after: int | None) -> int:
    """The last tick that needs no frame, because one that was ordered as things are still stands for it; -1
    when none does."""
    frame, until = credit.standing
    newest = program.segments[-1]
    ours = trusted_after is not None and frame > trusted_after
    return until if ours and frame >= newest.from_frame and _shows(newest, order) else -1


def _missing(own: Show | None, credit: Credit) -> tuple[int, ...]:
    """The frames that we ordered once and that shall be ordered again."""
    if own is None:
        return ()
    return tuple(frame for frame in credit.missing if credit.emitted < frame <= own.dispatched)


def _outdated(program: Program, credit: Credit, order: Order) -> bool:
    """Whether the credit comes late, from an earlier process, or from one that a new start replaces."""
    if not _same_process(program, credit):
        return credit.epoch < program.epoch
    new_start = program.started_wall_ms != order.started_wall_ms
    return credit.emitted < program.emitted or (new_start and order.replacing)


def _same_process(program: Program, credit: Credit) -> bool:
    return (program.epoch, program.nonce) == (credit.epoch, credit.delivery.nonce)


def _trust(trusted_after: int | None, credit: Credit, fence: int) -> int | None:
    """See :attr:`Show.trusted_after`."""
    return credit.canvas if trusted_after is None and credit.fence >= fence else trusted_after


def _heard(show: Show, credit: Credit, trusted_after: int | None) -> Show:
    program = msgspec.structs.replace(show.program, emitted=credit.emitted)
    return replace(show, program=program, trusted_after=trusted_after)


def _time_s(program: Program, frame: int | None) -> Fraction:
    """Scene time at ``frame``, or, when None, at the first frame that was not sent."""
    frame = program.emitted + 1 if frame is None else frame
    frame = max(frame, program.segments[0].from_frame)
    return segment_at(program.segments, frame).time_at_s(frame, program.fps)


def _segments(
    old: Sequence[Segment], order: Order, first: int, time_s: Fraction, *, starts: bool
) -> tuple[Segment, ...]:
    """``old``, and from ``first`` on what is ordered, unless that is on air already."""
    if old and not starts and _shows(old[-1], order):
        return tuple(old)
    return (
        *(segment for segment in old if segment.from_frame < first),
        Segment(first, order.revision, time_s, _rate(order), order.snapshot, order.lean),
    )


def _shows(segment: Segment, order: Order) -> bool:
    """Whether ``segment`` is what is ordered."""
    shown = (segment.revision, segment.snapshot, segment.rate, segment.lean)
    return shown == (order.revision, order.snapshot, _rate(order), order.lean)


def _rate(order: Order) -> Fraction:
    return Fraction(1 if order.playing else 0)


def _still_needed(segments: tuple[Segment, ...], canvas: int) -> tuple[Segment, ...]:
    """The segments that a frame based on ``canvas``, or on one after it, can refer to."""
    return segments_covering(segments, max(canvas, 0), segments[-1].from_frame)[-MAX_SEGMENTS:]


def _base(program: Program, credit: Credit, trusted_after: int | None, drawn_from: int) -> int:
    """The newest frame whose picture is known to be the canvas's; -1 when none is."""
    if trusted_after is None:
        return -1
    oldest = max(trusted_after + 1, program.segments[0].from_frame, drawn_from)
    return credit.canvas if oldest <= credit.canvas <= credit.emitted else -1


def _drawn(scale: Fraction, canvas: Delivery) -> Size | None:
    """The size, in even pixels, of a picture that is ``scale`` times as large as the canvas; None for 1."""
    if scale == 1:
        return None
    return int(canvas.width * scale) // 2 * 2, int(canvas.height * scale) // 2 * 2


def _births(shown: int, newest: Segment) -> Mapping[int, Fraction]:
    """Births of every revision after ``shown``: those that were skipped are first seen in a later one."""
    if newest.revision == shown:
        return NO_BIRTHS
    first = max(min(shown + 1, newest.revision), newest.revision - KEPT_BIRTHS + 1)
    return dict.fromkeys(range(first, newest.revision + 1), newest.scene_time_s)


def _task(program: Program, credit: Credit, order: Order, frame: int, base: int, now_ns: int) -> FrameTask:
    if order.free and base >= 0:
        base = frame - 1  # a free stream leaves no frame out: that is what its canvas will show then
    return FrameTask(
        stream=credit.stream,
        epoch=program.epoch,
        frame=frame,
        base=base,
        fps=program.fps,
        segments=segments_covering(program.segments, frame if base < 0 else base, frame),
        fence=program.fence,
        delivery=credit.delivery,
        queued_ns=now_ns,
        quality=program.quality,
        variant_of=order.variant_of,
        unhurried=order.free,
        hold=order.hold,
        drawn=_drawn(order.scale, credit.delivery),
    )
