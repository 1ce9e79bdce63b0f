"""The monkey's plan: the same for a seed, as wild as it says, and no wilder."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from encoder.watchdog import REST_NS
from tests.chaos.monkey import (
    ENCODER,
    ENCODER_STOPPED_S,
    MOST_ENCODER_DEATHS,
    PAUSE_S,
    SECONDS,
    VICTIMS,
    case,
    encoder_deaths,
    plan,
)

SEEDS = st.integers(0, 2**32)


@given(SEEDS)
def test_something_happens_every_second_or_two_until_the_end_and_never_two_things_at_once(seed: int) -> None:
    deeds = plan(seed)
    assert deeds == plan(seed)
    assert deeds[0].at_s == 0
    assert SECONDS - PAUSE_S[1] <= deeds[-1].at_s < SECONDS
    for deed, following in pairwise(deeds):
        assert PAUSE_S[0] <= following.at_s - deed.at_s <= PAUSE_S[1]
        assert (deed.stopped_s or 0) < following.at_s - deed.at_s


@given(SEEDS)
def test_the_stream_may_reconnect_as_often_as_its_process_dies(seed: int) -> None:
    deeds = plan(seed)
    assert case(seed).marks.reconnects == encoder_deaths(deeds) <= MOST_ENCODER_DEATHS
    stops = [deed.stopped_s for deed in deeds if deed.victim == ENCODER and deed.stopped_s is not None]
    assert all(stopped_s <= ENCODER_STOPPED_S[1] < REST_NS / 1e9 for stopped_s in stops)


def test_everybody_has_his_turn() -> None:
    hurt = {(deed.victim, deed.stopped_s is None) for seed in range(50) for deed in plan(seed)}
    assert hurt == {(victim, killed) for victim in VICTIMS for killed in (True, False)}
