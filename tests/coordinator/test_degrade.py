"""The ladder: its order, its patience, and what it never does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.degrade import (
    EASE_NS,
    HELPS,
    MAX_EASE_NS,
    ORDER,
    Measures,
    Position,
    Rung,
    advance,
    allowed_rungs,
    measures,
)
from coordinator.strain import Cause, Strain

SECOND_NS = 1_000_000_000
ALL = frozenset(ORDER)
MINUTE = 60
BOTTOM = Position()
CAUSES = st.sampled_from(Cause)


def strain(cause: Cause | None, missed: float = 0.2, *, easy: bool | None = None) -> Strain:
    at_ease = cause is None if easy is None else easy
    return Strain(cause, missed if cause else 0.0, at_ease, 16.7, 2.0, 5.0, 4.0, 50.0)


EASE, MIDDLING = strain(None), strain(None, easy=False)
BUSY, HEAVY = strain(Cause.FARM), strain(Cause.FARM, 0.8)


def after(
    readings: Iterable[Strain], position: Position = BOTTOM, available: frozenset[Rung] = ALL
) -> Position:
    """The position after readings a second apart."""
    now_ns = position.read_ns or 0
    for reading in readings:
        now_ns += SECOND_NS
        position = advance(position, reading, available, now_ns)
    return position


def history(load: Callable[[Position], Strain], seconds: int) -> list[Position]:
    """The positions of each second under a load that depends on where the stream is."""
    found = [Position()]
    for _ in range(seconds):
        found.append(after([load(found[-1])], found[-1]))
    return found


def steps(positions: list[Position]) -> int:
    return sum(a.rungs != b.rungs for a, b in pairwise(positions))


def test_one_bad_second_changes_nothing() -> None:
    assert after([BUSY]).rungs == ()
    assert after([HEAVY, EASE, HEAVY]).rungs == ()


def test_two_bad_seconds_take_the_first_rung_and_two_more_the_next() -> None:
    assert after([BUSY, BUSY]).rungs == (Rung.BATCH,)
    assert after([BUSY] * 4).rungs == (Rung.BATCH, Rung.PREVIEW)


def test_a_heavy_overload_climbs_with_every_reading_once_it_has_begun() -> None:
    assert after([HEAVY] * 4).rungs == (Rung.BATCH, Rung.PREVIEW, Rung.LAYERS)


def test_a_reading_from_before_the_step_is_not_counted() -> None:
    taken = after([BUSY, BUSY])
    assert taken.read_ns is not None
    again = advance(taken, HEAVY, ALL, taken.read_ns + SECOND_NS // 2)
    assert (again.rungs, again.overloads) == (taken.rungs, 0)


def test_rungs_that_change_nothing_are_left_out() -> None:
    available = frozenset({Rung.LAYERS, Rung.THIRD_RATE})
    assert after([HEAVY] * 10, available=available).rungs == (Rung.LAYERS, Rung.THIRD_RATE)
    assert after([HEAVY] * 10, available=frozenset()).rungs == ()


def test_an_encoder_that_is_too_slow_costs_no_layers() -> None:
    slow = strain(Cause.ENCODER, 0.0)
    assert after([slow] * 20).rungs == (Rung.PREVIEW, Rung.HALF_RATE, Rung.THIRD_RATE)


def test_a_rung_that_becomes_of_use_later_takes_its_place_in_the_order() -> None:
    slow = after([strain(Cause.ENCODER)] * 4)
    assert after([BUSY] * 2, slow).rungs == (Rung.BATCH, Rung.PREVIEW, Rung.HALF_RATE)


def test_ease_gives_back_one_rung_at_a_time_the_highest_first() -> None:
    taken = after([HEAVY] * 4)
    seconds = EASE_NS // SECOND_NS
    assert after([EASE] * (seconds - 1), taken).rungs == taken.rungs
    assert after([EASE] * seconds, taken).rungs == (Rung.BATCH, Rung.PREVIEW)
    assert after([EASE] * MINUTE, taken).rungs == ()


def test_what_is_neither_ease_nor_overload_puts_recovery_off() -> None:
    taken = after([BUSY] * 2)
    assert after([*[EASE] * 9, *[MIDDLING] * 2, *[EASE] * 4], taken).rungs == taken.rungs
    assert after([MIDDLING] * 10 * MINUTE, taken).rungs == taken.rungs


def test_a_recovery_that_was_a_mistake_doubles_the_patience_and_a_good_one_halves_it() -> None:
    back = after([EASE] * 11, after([BUSY] * 2))
    assert back.rungs == ()
    mistaken = after([BUSY] * 3, back)
    assert (mistaken.rungs, mistaken.ease_ns) == ((Rung.BATCH,), 2 * EASE_NS)
    good = after([EASE] * MINUTE, mistaken)
    assert (good.rungs, good.ease_ns) == ((), EASE_NS)


def test_an_overload_long_after_a_recovery_is_no_mistake() -> None:
    later = after([*[EASE] * 40, BUSY, BUSY], after([BUSY] * 2))
    assert (later.rungs, later.ease_ns) == ((Rung.BATCH,), EASE_NS)


@given(st.lists(st.sampled_from([EASE, MIDDLING, BUSY, HEAVY, strain(Cause.ENCODER), strain(Cause.HOST)])))
def test_rungs_are_in_order_and_change_one_at_a_time(readings: list[Strain]) -> None:
    position = Position()
    for reading in readings:
        before, position = position, after([reading], position)
        assert list(position.rungs) == [rung for rung in ORDER if rung in position.rungs]
        assert len(set(position.rungs) ^ set(before.rungs)) <= 1
        assert EASE_NS <= position.ease_ns <= MAX_EASE_NS
        if len(position.rungs) > len(before.rungs):
            assert reading.cause is not None
            [taken] = set(position.rungs) - set(before.rungs)
            lower = {rung for rung in ORDER[: ORDER.index(taken)] if rung in HELPS[reading.cause]}
            assert lower <= set(position.rungs)
        if len(position.rungs) < len(before.rungs):
            assert position.rungs == before.rungs[:-1]
            assert reading.easy


@given(CAUSES, st.floats(0.05, 1), st.frozensets(st.sampled_from(ORDER)))
def test_a_constant_overload_only_climbs_up_to_all_that_helps(
    cause: Cause, missed: float, available: frozenset[Rung]
) -> None:
    position, load = Position(), strain(cause, missed)
    for _ in range(MINUTE):
        before, position = position, after([load], position, available)
        assert set(before.rungs) <= set(position.rungs)
    assert set(position.rungs) == HELPS[cause] & available


@given(st.lists(st.sampled_from([EASE, MIDDLING, BUSY, HEAVY]), max_size=200))
def test_after_any_past_ease_leads_back_to_everything(readings: list[Strain]) -> None:
    position = after(readings)
    longest_s = len(ORDER) * (MAX_EASE_NS // SECOND_NS + 1)
    assert after([EASE] * longest_s, position).rungs == ()


@given(st.integers(0, len(ORDER)))
def test_a_load_between_two_rungs_does_not_flap(fits_from: int) -> None:
    def load(position: Position) -> Strain:
        return EASE if len(position.rungs) >= fits_from else HEAVY

    positions = history(load, 30 * MINUTE)
    assert steps(positions[: 2 * MINUTE]) <= len(ORDER) + 16
    assert steps(positions[10 * MINUTE :]) <= 20
    settled = positions[10 * MINUTE :]
    assert sum(len(position.rungs) >= fits_from for position in settled) >= 0.97 * len(settled)


@given(st.lists(st.sampled_from([EASE, BUSY, HEAVY]), min_size=MINUTE, max_size=MINUTE))
def test_however_the_load_changes_steps_a_minute_are_bounded(readings: list[Strain]) -> None:
    positions = [Position()]
    for reading in readings:
        positions.append(after([reading], positions[-1]))
    assert steps(positions) <= len(ORDER) + 2 * MINUTE // (EASE_NS // SECOND_NS)


def test_of_two_rungs_that_concern_the_same_the_higher_counts() -> None:
    assert measures(frozenset()) == Measures()
    assert measures(ALL) == Measures(batch=4, lean=True, hold=3, scale=Fraction(1, 2))
    assert measures(frozenset({Rung.HALF_RATE})).hold == 2


@pytest.mark.parametrize(
    ("fps", "gone"),
    [(60, set()), (30, set()), (25, {Rung.THIRD_RATE}), (15, {Rung.HALF_RATE, Rung.THIRD_RATE})],
)
def test_no_fewer_pictures_a_second_than_allowed(fps: int, gone: set[Rung]) -> None:
    assert allowed_rungs(Fraction(fps), 1080, min_fps=10, min_height=360) == ALL - gone


@pytest.mark.parametrize(
    ("height", "gone"),
    [(720, set()), (718, {Rung.HALF_SIZE}), (480, {Rung.TWO_THIRDS_SIZE, Rung.HALF_SIZE})],
)
def test_no_smaller_pictures_than_allowed(height: int, gone: set[Rung]) -> None:
    assert allowed_rungs(Fraction(60), height, min_fps=10, min_height=360) == ALL - gone
