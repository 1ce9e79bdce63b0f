"""Blocked, tried, back or blocked for longer; and never so that nobody is left."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.probation import (
    BLOCK_NS,
    LONGEST_BLOCK_NS,
    REMEMBERED_NS,
    Case,
    Move,
    Patient,
    Step,
    case_of,
    review,
    standing_of,
)
from coordinator.sickness import Verdict
from farm.workforce import WorkerState

SECOND_NS = 1_000_000_000
WELL = Verdict(100, 0, "")
SICK = Verdict(100, 90, "garbage")
IDLE = Verdict(0, 0, "")


def ward(pid: int = 1, **verdicts: Verdict) -> dict[str, Patient]:
    return {name: Patient(pid, verdict) for name, verdict in verdicts.items()}


def blocked(level: int = 1, until_ns: int = BLOCK_NS) -> Case:
    return Case(WorkerState.BLOCKED, "garbage", level, until_ns, 1)


def on_probation(level: int = 1) -> Case:
    return Case(WorkerState.PROBATION, "garbage", level, REMEMBERED_NS, 1)


def test_a_sick_worker_is_blocked() -> None:
    cases, steps = review({}, ward(a=WELL, b=SICK), 0)
    assert steps == [Step("b", Move.BLOCK, "garbage", BLOCK_NS)]
    assert cases == {"b": blocked()}


def test_the_only_worker_is_never_blocked() -> None:
    assert review({}, ward(a=SICK), 0) == ({}, [])


def test_at_most_half_are_blocked_the_worst_first() -> None:
    worse = SICK._replace(own=99)
    _, steps = review({}, ward(a=SICK, b=worse, c=SICK), 0)
    assert [step.worker for step in steps] == ["b"]
    _, steps = review({}, ward(a=SICK, b=worse, c=SICK, d=WELL), 0)
    assert [step.worker for step in steps] == ["b", "a"]


def test_a_block_ends_with_probation_and_that_with_a_return() -> None:
    patients = ward(a=WELL, b=IDLE)
    assert review({"b": blocked()}, patients, BLOCK_NS - 1)[1] == []
    cases, steps = review({"b": blocked()}, patients, BLOCK_NS)
    assert [step.move for step in steps] == [Move.TRY]
    assert review(cases, patients, BLOCK_NS + 1)[1] == []
    cases, steps = review(cases, ward(a=WELL, b=WELL), BLOCK_NS + 2)
    assert [step.move for step in steps] == [Move.RETURN]
    assert cases["b"].state is WorkerState.WORKING


def test_a_relapse_is_blocked_for_longer_up_to_a_limit() -> None:
    cases, lengths = {"b": on_probation()}, []
    for _ in range(9):
        cases, (step,) = review(cases, ward(a=WELL, b=Verdict(8, 3, "slow")), 0)
        lengths.append(step.block_ns)
        cases, _ = review(cases, ward(a=WELL, b=IDLE), cases["b"].until_ns)
        cases = {"b": cases["b"]._replace(until_ns=REMEMBERED_NS)}
    assert lengths[:3] == [2 * BLOCK_NS, 4 * BLOCK_NS, 8 * BLOCK_NS]
    assert lengths[-1] == LONGEST_BLOCK_NS


def test_former_blocks_count_until_it_did_well_for_long() -> None:
    well = Case(WorkerState.WORKING, "garbage", 2, REMEMBERED_NS, 1)
    _, (step,) = review({"b": well}, ward(a=WELL, b=SICK), REMEMBERED_NS - 1)
    assert step.block_ns == 4 * BLOCK_NS
    cases, (step,) = review({"b": well}, ward(a=WELL, b=SICK), REMEMBERED_NS)
    assert (step.block_ns, cases["b"].level) == (BLOCK_NS, 1)
    assert review({"b": well}, ward(a=WELL, b=WELL), REMEMBERED_NS)[0] == {}


def test_a_worker_that_was_started_again_is_tried_at_once() -> None:
    _, (step,) = review({"b": blocked()}, ward(pid=2, a=WELL, b=IDLE), 1)
    assert (step.move, step.reason) == (Move.TRY, "it was started again")


def test_when_nobody_else_is_there_the_sick_work() -> None:
    cases, steps = review({"b": blocked(), "c": on_probation()}, ward(b=IDLE, c=IDLE), 1)
    assert {step.move for step in steps} == {Move.RETURN}
    assert {case.state for case in cases.values()} == {WorkerState.WORKING}


def test_a_worker_that_is_gone_is_remembered_for_a_while() -> None:
    gone = {"b": blocked()}
    assert review(gone, ward(a=WELL), BLOCK_NS + REMEMBERED_NS - 1) == (gone, [])
    assert review(gone, ward(a=WELL), BLOCK_NS + REMEMBERED_NS) == ({}, [])


def test_another_coordinator_goes_on_where_the_last_one_was() -> None:
    assert case_of(standing_of(blocked(2, 9 * SECOND_NS), 4 * SECOND_NS), 0) == blocked(2, 5 * SECOND_NS)


verdicts = st.builds(
    Verdict,
    frames=st.floats(0, 1000),
    own=st.floats(0, 500),
    reason=st.just("failed"),
)
looks = st.lists(
    st.tuples(
        st.integers(0, 120), st.dictionaries(st.sampled_from("abcde"), st.tuples(st.integers(1, 2), verdicts))
    ),
    max_size=40,
)


@settings(max_examples=200)
@given(looks)
def test_whatever_happens_somebody_works_and_half_at_least_when_all_stay(
    seen: list[tuple[int, dict[str, tuple[int, Verdict]]]],
) -> None:
    cases: dict[str, Case] = {}
    now_ns = 0
    for seconds, patients in seen:
        now_ns += seconds * SECOND_NS
        there = {name: Patient(pid, verdict) for name, (pid, verdict) in patients.items()}
        before = {name for name in there if name not in cases or cases[name].state is WorkerState.WORKING}
        cases, steps = review(cases, there, now_ns)
        after = {name for name in there if name not in cases or cases[name].state is WorkerState.WORKING}
        assert after or not there
        newly = {step.worker for step in steps if step.move is Move.BLOCK} & before
        assert not newly or len(there) - len(after) <= len(there) // 2
        assert all(case.until_ns - now_ns <= max(LONGEST_BLOCK_NS, REMEMBERED_NS) for case in cases.values())
