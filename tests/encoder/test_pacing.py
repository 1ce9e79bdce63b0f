"""The policies that say when and how much: lead, ticker, back-off, keyframes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoder.backoff import retry_delay_s
from encoder.keyframes import KeyframeRequests
from encoder.lead import CALM_S, FIRST_CALM_S, START_FRAMES, Lead
from encoder.ticker import Ticker
from farm.clock import ManualClock

FPS = Fraction(30)
CALM, FIRST_CALM = CALM_S * 30, FIRST_CALM_S * 30


def calm(lead: Lead, first: int, ticks: int, ready: int) -> int:
    """Let ``ticks`` go by well; the tick after."""
    for tick in range(first, first + ticks):
        lead.observe(tick, missed=False, ready=ready)
    return first + ticks


def test_the_lead_grows_at_once_on_a_miss() -> None:
    lead = Lead(2, 8, FPS)
    lead.observe(0, missed=True, ready=0)
    assert lead.frames == START_FRAMES + 1


def test_misses_of_frames_asked_for_before_the_growth_do_not_count() -> None:
    lead = Lead(2, 8, FPS)
    for tick in range(4):
        lead.observe(tick, missed=True, ready=0)
    assert lead.frames == START_FRAMES + 1
    for tick in range(4, 30):
        lead.observe(tick, missed=True, ready=0)
    assert lead.frames == 8


def test_the_lead_shrinks_by_one_after_a_calm_time_with_frames_to_spare() -> None:
    lead = Lead(2, 8, FPS)
    tick = calm(lead, 0, FIRST_CALM - 1, ready=2)
    assert lead.frames == 3
    tick = calm(lead, tick, 1, ready=2)
    assert lead.frames == 2
    calm(lead, tick, 10 * CALM, ready=2)
    assert lead.frames == 2


def test_one_tick_without_spare_frames_starts_the_calm_time_anew() -> None:
    lead = Lead(2, 8, FPS)
    tick = calm(lead, 0, FIRST_CALM - 1, ready=2)
    lead.observe(tick, missed=False, ready=1)
    calm(lead, tick + 1, FIRST_CALM - 1, ready=2)
    assert lead.frames == 3


def test_after_a_shrinking_that_was_a_mistake_it_waits_longer() -> None:
    lead = Lead(2, 8, FPS)
    tick = calm(lead, 0, CALM, ready=2)
    lead.observe(tick, missed=True, ready=0)
    assert lead.frames == 3
    tick = calm(lead, tick + 1, 3 * CALM, ready=2)
    assert lead.frames == 3
    calm(lead, tick, CALM, ready=2)
    assert lead.frames == 2


@given(
    low=st.integers(1, 8),
    high=st.integers(2, 16),
    ticks=st.lists(st.tuples(st.booleans(), st.integers(0, 8)), max_size=400),
)
def test_the_lead_never_leaves_its_bounds(low: int, high: int, ticks: list[tuple[bool, int]]) -> None:
    lead = Lead(low, high, Fraction(1))
    for tick, (missed, ready) in enumerate(ticks):
        lead.observe(tick, missed=missed, ready=ready)
        assert min(low, high) <= lead.frames <= high


@pytest.mark.parametrize("fps", [Fraction(30), Fraction(60), Fraction(30000, 1001), Fraction(24000, 1001)])
def test_a_day_of_ticks_ends_exactly_on_time(fps: Fraction) -> None:
    ticker = Ticker(ManualClock(), fps, start_ns=17)
    tick = int(86_400 * fps)
    assert ticker.deadline_ns(tick) == 17 + (tick * 10**9 / fps).__floor__()


def test_a_process_that_was_stopped_catches_up_without_skipping() -> None:
    clock = ManualClock()
    ticker = Ticker(clock, Fraction(10), start_ns=0)
    assert [ticker.wait() for _ in range(3)] == [0, 1, 2]
    clock.advance_ns(350_000_000)
    assert [ticker.wait() for _ in range(4)] == [3, 4, 5, 6]
    assert clock.monotonic_ns() == 600_000_000


@pytest.mark.parametrize(
    ("failures", "spread", "delay_s"),
    [(1, 0.0, 0.125), (1, 1.0, 0.25), (2, 1.0, 0.5), (3, 0.5, 0.75), (7, 1.0, 10.0), (10_000, 1.0, 10.0)],
)
def test_delays_double_up_to_the_longest(failures: int, spread: float, delay_s: float) -> None:
    assert retry_delay_s(failures, spread, 10.0) == pytest.approx(delay_s)


def test_keyframes_are_granted_when_asked_for_but_not_too_often() -> None:
    requests = KeyframeRequests(distance=15)
    assert not requests.granted(0)
    requests.request()
    requests.request()
    assert requests.granted(1)
    assert not requests.granted(2)
    requests.request()
    assert [tick for tick in range(3, 30) if requests.granted(tick)] == [16]
