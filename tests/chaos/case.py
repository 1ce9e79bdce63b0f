"""One thing that goes wrong, and what a viewer may notice of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from api.http.outputs import FARM_OUTPUT
from tests.chaos.findings import Findings, findings
from tests.chaos.witness import Witness
from tests.conftest import wait_until
from tests.integration.running_farm import RunningFarm

STREAM = "watched"
CALM_WITHIN_S = 30.0


class Arena(Protocol):
    """A farm to break, with a stream on air."""

    farm: RunningFarm

    def close(self) -> None:
        """End it and everything around it."""
        ...


def _as_it_is(_arena: Any) -> None:
    pass


Fault = Callable[[Any], AbstractContextManager[None]]
"""Breaks something of an arena on entry and mends on exit what doesn't mend itself."""


@dataclass(frozen=True)
class Marks:
    """What a viewer may notice at most."""

    freeze_ms: float
    """Longest time without a new picture, beyond the fault's own time where that is the mark."""
    missing_ticks: int = 0
    reconnects: int = 0
    recovered_s: float = 3.0
    """From the end of the fault to the last picture that was not new."""
    unreadable: int = 0
    """Pictures without a number: a new encoder process sends black ones until its first frame is there."""
    silence_ms: float | None = None
    """Longest time off the air, where the encoder's own process dies."""


@dataclass(frozen=True)
class Case:
    """One failure."""

    name: str
    strike: Fault
    marks: Marks
    hold_s: float = 0.0
    """How long it lasts."""
    prepare: Callable[[Any], None] = _as_it_is
    """Brings the arena into the state in which it happens."""


@dataclass(frozen=True)
class Outcome:
    """What became of it."""

    case: str
    found: Findings | None
    reconnects: int
    missed: tuple[str, ...]
    """The marks that were missed, in words; none when all were kept."""


def run_case(case: Case, arena: Arena) -> Outcome:
    """Let it happen while a viewer watches. Raises what the fault or the farm raises."""
    farm = arena.farm
    case.prepare(arena)
    with Witness(farm.play_url(STREAM)) as witness:
        witness.wait_calm(CALM_WITHIN_S)
        before = _connections(farm)
        first = len(witness.sightings) - 1
        with case.strike(arena):
            # The fault takes its time; nothing says when it is over but the clock.
            time.sleep(case.hold_s)
        ended_ns = time.monotonic_ns()
        witness.wait_calm(CALM_WITHIN_S)
        seen = witness.sightings[first:]
    wait_until(lambda: _reports(farm), "the farm reports again", CALM_WITHIN_S)
    found = findings(seen, farm.settings.target_fps, ended_ns)
    reconnects = _reconnects(before, _connections(farm), found.epochs)
    return Outcome(case.name, found, reconnects, tuple(missed(case.marks, found, reconnects)))


def missed(marks: Marks, found: Findings, reconnects: int) -> list[str]:
    """The marks that are not kept, in words."""
    limits = [
        ("missing ticks", found.missing_ticks, marks.missing_ticks),
        ("reconnects", reconnects, marks.reconnects),
        ("freeze ms", found.freeze_ms, marks.freeze_ms),
        ("recovered after s", found.recovered_s, marks.recovered_s),
        ("unreadable pictures", found.unreadable, marks.unreadable),
        *([("silence ms", found.silence_ms, marks.silence_ms)] if marks.silence_ms is not None else []),
    ]
    return [f"{name}: {value:g} > {limit:g}" for name, value, limit in limits if value > limit]


@dataclass(frozen=True)
class _Connections:
    epoch: int
    made: int


def _connections(farm: RunningFarm) -> _Connections:
    report = farm.report(STREAM)
    watched = (output for output in report["outputs"] if output["id"] == FARM_OUTPUT)
    return _Connections(report["epoch"], sum(output["connects"] for output in watched))


def _reconnects(before: _Connections, after: _Connections, processes: int) -> int:
    """Every connection of another process is a new one, and each of the ``processes`` before it had one."""
    if after.epoch == before.epoch:
        return after.made - before.made
    return after.made + max(0, processes - 1)


def _reports(farm: RunningFarm) -> bool:
    if not farm.ready():
        return False
    return any(output["state"] == "connected" for output in farm.report(STREAM)["outputs"])
