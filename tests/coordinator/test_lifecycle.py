"""The state machine, one line a transition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.lifecycle import TRANSITIONS, Observed, next_state, settle
from farm.messages import Desired, State

LIVE, PAUSED, STOPPED = Desired.LIVE, Desired.PAUSED, Desired.STOPPED
RUNS = Observed(LIVE, placed=True, ticking=True)
PAUSES = Observed(PAUSED, placed=True, ticking=True)


@pytest.mark.parametrize(
    ("before", "seen", "after"),
    [
        (State.IDLE, Observed(STOPPED), State.IDLE),
        (State.IDLE, Observed(LIVE), State.WAITING),
        (State.IDLE, Observed(PAUSED), State.WAITING),
        (State.WAITING, Observed(LIVE), State.WAITING),
        (State.WAITING, Observed(LIVE, placed=True), State.STARTING),
        (State.WAITING, Observed(STOPPED), State.IDLE),
        (State.STARTING, Observed(LIVE, placed=True), State.STARTING),
        (State.STARTING, RUNS, State.LIVE),
        (State.STARTING, PAUSES, State.PAUSED),
        (State.STARTING, Observed(LIVE, placed=True, gave_up=True), State.FAILED),
        (State.STARTING, Observed(LIVE, placed=False), State.WAITING),
        (State.STARTING, Observed(STOPPED), State.STOPPING),
        (State.LIVE, RUNS, State.LIVE),
        (State.LIVE, PAUSES, State.PAUSED),
        (State.LIVE, Observed(STOPPED, ticking=True), State.STOPPING),
        (State.LIVE, Observed(LIVE, placed=True), State.LIVE),
        (State.LIVE, Observed(LIVE, placed=True, restarting=True), State.STARTING),
        (State.LIVE, Observed(LIVE, placed=True, ticking=True, restarting=True), State.LIVE),
        (State.LIVE, Observed(LIVE, placed=True, gave_up=True), State.FAILED),
        (State.LIVE, Observed(LIVE, placed=False), State.WAITING),
        (State.PAUSED, PAUSES, State.PAUSED),
        (State.PAUSED, RUNS, State.LIVE),
        (State.PAUSED, Observed(STOPPED, ticking=True), State.STOPPING),
        (State.PAUSED, Observed(PAUSED, placed=True, restarting=True), State.STARTING),
        (State.PAUSED, Observed(PAUSED, placed=True, gave_up=True), State.FAILED),
        (State.PAUSED, Observed(PAUSED, placed=False), State.WAITING),
        (State.STOPPING, Observed(STOPPED), State.STOPPING),
        (State.STOPPING, Observed(STOPPED, gone=True), State.IDLE),
        (State.STOPPING, Observed(LIVE, placed=True), State.STARTING),
        (State.FAILED, Observed(LIVE, gave_up=True), State.FAILED),
        (State.FAILED, Observed(STOPPED, gave_up=True), State.IDLE),
        (State.FAILED, Observed(LIVE), State.WAITING),
    ],
)
def test_one_step(before: State, seen: Observed, after: State) -> None:
    assert next_state(before, seen) is after


def test_every_state_has_its_row() -> None:
    assert set(TRANSITIONS) == set(State)


observations = st.builds(
    Observed,
    st.sampled_from(Desired),
    placed=st.booleans(),
    ticking=st.booleans(),
    restarting=st.booleans(),
    gave_up=st.booleans(),
    gone=st.booleans(),
)


@given(st.sampled_from(State), observations)
def test_what_is_not_wanted_is_never_said_to_be_on_air(before: State, seen: Observed) -> None:
    after = settle(before, seen)
    if not seen.wanted:
        assert after in (State.IDLE, State.STOPPING)
    if after in (State.LIVE, State.PAUSED):
        assert seen.placed


@given(st.sampled_from(State), observations)
def test_what_is_seen_leaves_a_stream_at_rest_unless_a_process_gave_up(before: State, seen: Observed) -> None:
    if not seen.gave_up:
        after = settle(before, seen)
        assert next_state(after, seen) is after
