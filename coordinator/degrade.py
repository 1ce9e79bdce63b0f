"""The ladder: what a stream that is too much for the farm goes without, in which order, and until when.

Up quickly, down slowly: a rung is taken after two readings of overload (after one, of a heavy one that goes
on), and given back after a time of ease. If that was a mistake, the time doubles; if not, it halves again.
Only rungs that help against the cause are taken, always the lowest of them; the highest goes first. Pure:
time is an argument, and what a rung means is said by :func:`measures`.
"""

from __future__ import annotations

from collections.abc import Set
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from coordinator.strain import Cause, Strain

SETTLE_NS = 900_000_000
"""What is read sooner after a step than this was measured before it."""
EASE_NS, MAX_EASE_NS = 10_000_000_000, 320_000_000_000
"""How long all has to be well before a rung is given back: at first, and after many mistakes."""
MISTAKE_NS = 15_000_000_000
"""An overload so soon after a rung was given back comes of that."""
WORSE_THAN_EASY = 2
"""A reading that is neither overload nor ease takes back so many times its time of ease."""
MAX_READING_NS = 2_000_000_000
"""A reading speaks for no longer than this."""
HELD_READINGS = 2


class Rung(StrEnum):
    """One step of the ladder, the least painful first."""

    BATCH = "batch"  # several frames to a task
    PREVIEW = "preview"  # fewer preview pictures for the dashboard
    LAYERS = "layers"  # without optional layers
    HALF_RATE = "fps/2"  # a new picture for every second tick
    THIRD_RATE = "fps/3"
    TWO_THIRDS_SIZE = "size/1.5"  # drawn smaller, and scaled up
    HALF_SIZE = "size/2"


ORDER = tuple(Rung)
HELPS: dict[Cause, frozenset[Rung]] = {
    Cause.FARM: frozenset(ORDER),
    Cause.ENCODER: frozenset({Rung.PREVIEW, Rung.HALF_RATE, Rung.THIRD_RATE}),
    Cause.HOST: frozenset(ORDER),
}
"""An encoder process draws nothing, but a picture that it saw before takes it less."""
_HOLDS = {Rung.HALF_RATE: 2, Rung.THIRD_RATE: 3}
_SCALES = {Rung.TWO_THIRDS_SIZE: Fraction(2, 3), Rung.HALF_SIZE: Fraction(1, 2)}
MAX_BATCH = 4


class Measures(NamedTuple):
    """What a stream's rungs come to."""

    batch: int = 1
    lean: bool = False
    hold: int = 1
    scale: Fraction = Fraction(1)
    ahead: int = 0
    """Frames ordered beyond what the encoder process asks for."""


class Position(NamedTuple):
    """Where on the ladder a stream is. Times are monotonic."""

    rungs: tuple[Rung, ...] = ()
    """Those taken, in their order."""
    ease_ns: int = EASE_NS
    """How much ease the next rung is given back for."""
    eased_ns: int = 0
    """How much there was by now."""
    overloads: int = 0
    """Readings of overload since the last step."""
    read_ns: int | None = None
    """The last reading."""
    stepped_ns: int | None = None
    """The last step."""
    gave_back_ns: int | None = None
    """The last rung that was given back, while it is not clear yet whether that was a mistake."""


def measures(rungs: Set[Rung]) -> Measures:
    """What ``rungs`` come to: of two that concern the same the higher one counts."""
    return Measures(
        batch=MAX_BATCH if Rung.BATCH in rungs else 1,
        lean=Rung.LAYERS in rungs,
        hold=max((hold for rung, hold in _HOLDS.items() if rung in rungs), default=1),
        scale=min((scale for rung, scale in _SCALES.items() if rung in rungs), default=Fraction(1)),
    )


def allowed_rungs(fps: Fraction, height: int, *, min_fps: int, min_height: int) -> frozenset[Rung]:
    """The rungs that leave a stream of ``fps`` and ``height`` pixels enough pictures a second, and pixels."""
    too_slow = {rung for rung, hold in _HOLDS.items() if fps / hold < min_fps}
    too_small = {rung for rung, scale in _SCALES.items() if height * scale < min_height}
    return frozenset(ORDER) - too_slow - too_small


def advance(position: Position, strain: Strain, available: Set[Rung], now_ns: int) -> Position:
    """The position after a reading. ``available`` are the rungs that would change something.

    At most one rung is taken or given back; compare ``rungs``.
    """
    if position.stepped_ns is not None and now_ns - position.stepped_ns < SETTLE_NS:
        return position._replace(read_ns=now_ns)
    since_ns = 0 if position.read_ns is None else min(MAX_READING_NS, now_ns - position.read_ns)
    position = _forgiven(position._replace(read_ns=now_ns), now_ns)
    if strain.cause is not None:
        return _overloaded(position, strain, strain.cause, available, now_ns)
    eased_ns = position.eased_ns + (since_ns if strain.easy else -WORSE_THAN_EASY * since_ns)
    position = position._replace(eased_ns=max(0, eased_ns), overloads=0)
    if not position.rungs or position.eased_ns < position.ease_ns:
        return position
    return position._replace(rungs=position.rungs[:-1], eased_ns=0, stepped_ns=now_ns, gave_back_ns=now_ns)


def _forgiven(position: Position, now_ns: int) -> Position:
    """With what was given back counted as no mistake, once it has been well for long enough."""
    if position.gave_back_ns is None or now_ns - position.gave_back_ns <= MISTAKE_NS:
        return position
    return position._replace(gave_back_ns=None, ease_ns=max(EASE_NS, position.ease_ns // 2))


def _overloaded(
    position: Position, strain: Strain, cause: Cause, available: Set[Rung], now_ns: int
) -> Position:
    overloads = min(HELD_READINGS, position.overloads + 1)
    needed = 1 if strain.severe and position.rungs else HELD_READINGS
    found = [rung for rung in ORDER if rung in HELPS[cause] & available and rung not in position.rungs]
    position = position._replace(overloads=overloads, eased_ns=0)
    if overloads < needed or not found:
        return position
    mistaken = position.gave_back_ns is not None
    return position._replace(
        rungs=tuple(rung for rung in ORDER if rung in {*position.rungs, found[0]}),
        ease_ns=min(MAX_EASE_NS, 2 * position.ease_ns) if mistaken else position.ease_ns,
        overloads=0,
        stepped_ns=now_ns,
        gave_back_ns=None,
    )
