"""The lead: a jitter buffer that grows at once, shrinks slowly, and stays in its bounds."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoder.lead import CALM_S, FIRST_CALM_S, START_FRAMES, Lead

FPS = Fraction(30)
CALM, FIRST_CALM = int(CALM_S * FPS), int(FIRST_CALM_S * FPS)
bounds = st.tuples(st.integers(1, 8), st.integers(1, 16))
ticks = st.lists(st.tuples(st.booleans(), st.integers(0, 12)), max_size=400)


@given(bounds, ticks)
def test_the_lead_stays_in_its_bounds_and_moves_by_one(
    low_high: tuple[int, int], seen: list[tuple[bool, int]]
) -> None:
    low, high = low_high
    lead = Lead(low, high, FPS)
    before = lead.frames
    for tick, (missed, ready) in enumerate(seen):
        lead.observe(tick, missed=missed, ready=ready)
        assert min(low, high) <= lead.frames <= high
        assert abs(lead.frames - before) <= 1
        assert missed or lead.frames <= before, "it grows by a miss only"
        assert not missed or lead.frames >= before, "a miss never makes it shrink"
        before = lead.frames


@given(st.integers(1, 8), st.integers(0, 60))
def test_a_farm_that_keeps_missing_gets_all_the_lead_there_is_soon(high: int, calm_before: int) -> None:
    lead = Lead(1, high, FPS)
    for tick in range(calm_before):
        lead.observe(tick, missed=False, ready=1)
    # Each step waits for what was asked for with the lead before it.
    steps = sum(range(high + 3))
    for tick in range(calm_before, calm_before + steps):
        lead.observe(tick, missed=True, ready=0)
    assert lead.frames == high


@given(st.integers(1, 6), st.integers(6, 12))
def test_a_calm_farm_gets_back_to_the_least_lead_and_stays_there(low: int, high: int) -> None:
    lead = Lead(low, high, FPS)
    lead.lean()
    for tick in range((high - low + 1) * CALM + 1):
        lead.observe(tick, missed=False, ready=lead.frames)
    assert lead.frames == low


@given(st.lists(st.integers(1, FIRST_CALM - 1), min_size=1, max_size=6))
def test_it_never_shrinks_sooner_than_after_a_calm_time(gaps: list[int]) -> None:
    """However the misses lie, a frame less is asked for only after so many ticks without one."""
    lead, missed_at = Lead(2, 8, FPS), 0
    for gap in gaps:
        lead.observe(missed_at, missed=True, ready=0)
        frames = lead.frames
        for tick in range(missed_at + 1, missed_at + gap):
            lead.observe(tick, missed=False, ready=8)
            assert lead.frames == frames
        missed_at += gap


def test_a_shrinking_that_was_a_mistake_makes_the_next_one_wait_longer() -> None:
    lead = Lead(2, 8, FPS)
    shrunk: list[int] = []
    for tick in range(40 * CALM):
        before = lead.frames
        lead.observe(tick, missed=lead.frames < START_FRAMES, ready=lead.frames)
        shrunk += [tick] if lead.frames < before else []
    waits = [later - sooner for sooner, later in pairwise(shrunk)]
    assert len(waits) >= 3
    assert waits == sorted(waits)
    assert waits[0] > 3 * CALM


@pytest.mark.parametrize(("low", "high", "frames"), [(2, 8, 3), (4, 8, 4), (1, 2, 2), (5, 3, 3)])
def test_it_begins_with_a_moderate_lead(low: int, high: int, frames: int) -> None:
    assert Lead(low, high, FPS).frames == frames
