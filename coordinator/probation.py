"""What becomes of a worker that is sick: blocked, tried with a few frames, back, or blocked for longer.

Pure: a table of cases, what is known of the workers, and the time. At most half of the workers are kept from
working, and never the last one that works; when nobody else is there, everybody works.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from coordinator.sickness import FEW, Verdict
from farm.workforce import Standing, WorkerState

BLOCK_NS = 15_000_000_000
"""How long a first block lasts; each further one twice as long ..."""
LONGEST_BLOCK_NS = 600_000_000_000
"""... but no longer than this."""
REMEMBERED_NS = 600_000_000_000
"""So long a worker has to do well until its former blocks don't count any more."""
RELAPSE_SHARE = 0.2
"""Of the frames of its probation fail: it is not well yet."""


class Move(StrEnum):
    """What is done with a worker."""

    BLOCK = "block"
    TRY = "try"
    RETURN = "return"


class Case(NamedTuple):
    """One worker that was sick."""

    state: WorkerState
    reason: str
    level: int
    until_ns: int
    """The end of a block; otherwise when the case is forgotten."""
    pid: int


class Step(NamedTuple):
    """A move, with its reason."""

    worker: str
    move: Move
    reason: str
    block_ns: int = 0


class Patient(NamedTuple):
    """A worker that beats."""

    pid: int
    verdict: Verdict


def review(
    cases: Mapping[str, Case], patients: Mapping[str, Patient], now_ns: int
) -> tuple[dict[str, Case], list[Step]]:
    """The cases from now on, and what changes."""
    kept = {name: case for name, case in cases.items() if name in patients or now_ns < _forgotten_ns(case)}
    steps: list[Step] = []
    for name in sorted(kept.keys() & patients.keys()):
        step = _next(name, kept[name], patients[name], now_ns)
        if step is not None:
            steps.append(step)
            kept[name] = _after(step, kept[name], patients[name].pid, now_ns)
    kept = {
        name: case
        for name, case in kept.items()
        if case.state is not WorkerState.WORKING or now_ns < case.until_ns
    }
    for name in sorted(patients, key=lambda name: -patients[name].verdict.own):
        works = _state(kept, name) is WorkerState.WORKING
        if works and patients[name].verdict.sick and _room(kept, patients):
            step = _block(name, kept.get(name), patients[name], now_ns)
            steps.append(step)
            kept[name] = _after(step, kept.get(name), patients[name].pid, now_ns)
    for name in sorted(patients) if _nobody_works(kept, patients) else ():
        step = Step(name, Move.RETURN, "nobody else is there")
        steps.append(step)
        kept[name] = _after(step, kept[name], patients[name].pid, now_ns)
    return kept, steps


def case_of(standing: Standing, now_ns: int) -> Case:
    """A case as another coordinator left it."""
    until_ns = now_ns + standing.left_ms * 1_000_000
    return Case(standing.state, standing.reason, standing.level, until_ns, standing.pid)


def standing_of(case: Case, now_ns: int) -> Standing:
    """``case`` as others are told of it."""
    left_ms = max(0, case.until_ns - now_ns) // 1_000_000
    return Standing(case.state, case.reason, case.level, left_ms, case.pid)


def _next(name: str, case: Case, patient: Patient, now_ns: int) -> Step | None:
    """What is due for a worker that has a case."""
    if case.state is WorkerState.BLOCKED:
        if patient.pid != case.pid:
            return Step(name, Move.TRY, "it was started again")
        return Step(name, Move.TRY, "its block is over") if now_ns >= case.until_ns else None
    verdict = patient.verdict
    if case.state is WorkerState.WORKING or verdict.frames < FEW:
        return None
    if verdict.own >= RELAPSE_SHARE * verdict.frames:
        return _block(name, case, patient, now_ns)
    return Step(name, Move.RETURN, "it does as well as the others")


def _block(name: str, case: Case | None, patient: Patient, now_ns: int) -> Step:
    level = _level(case, now_ns)
    return Step(name, Move.BLOCK, patient.verdict.reason, min(LONGEST_BLOCK_NS, BLOCK_NS << min(level, 30)))


def _after(step: Step, case: Case | None, pid: int, now_ns: int) -> Case:
    level = _level(case, now_ns)
    if step.move is Move.BLOCK:
        return Case(WorkerState.BLOCKED, step.reason, level + 1, now_ns + step.block_ns, pid)
    state = WorkerState.PROBATION if step.move is Move.TRY else WorkerState.WORKING
    return Case(state, case.reason if case else "", level, now_ns + REMEMBERED_NS, pid)


def _level(case: Case | None, now_ns: int) -> int:
    if case is None or (case.state is WorkerState.WORKING and now_ns >= case.until_ns):
        return 0
    return case.level


def _state(cases: Mapping[str, Case], name: str) -> WorkerState:
    case = cases.get(name)
    return WorkerState.WORKING if case is None else case.state


def _room(cases: Mapping[str, Case], patients: Mapping[str, Patient]) -> bool:
    """Whether one more may be kept from working."""
    working = sum(_state(cases, name) is WorkerState.WORKING for name in patients)
    return len(patients) - working < len(patients) // 2 and working > 1


def _nobody_works(cases: Mapping[str, Case], patients: Mapping[str, Patient]) -> bool:
    return not any(_state(cases, name) is WorkerState.WORKING for name in patients)


def _forgotten_ns(case: Case) -> int:
    """When a worker that is gone is forgotten."""
    return case.until_ns + (0 if case.state is WorkerState.WORKING else REMEMBERED_NS)
