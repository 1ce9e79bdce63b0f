"""Playing animations: edges, loops, yoyo and who wins."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scene.easing import EASINGS
from scene.motion import Motion, Track, between, latest_first

F = Fraction
START, TWO_SECONDS = F(0), F(2)


def motion(
    begins_s: Fraction = START,
    duration_s: Fraction = TWO_SECONDS,
    values: tuple[float, float] = (10.0, 20.0),
    plays: int | None = 1,
    *,
    yoyo: bool = False,
    easing: str = "linear",
) -> Motion:
    """From 10 to 20 in 2 s, unless said otherwise."""
    return Motion(begins_s, duration_s, between(*values, EASINGS[easing]), plays, yoyo)


TINY = F(1, 10**9)

EDGES = [
    # motion, time, value
    (motion(begins_s=F(3)), F(3) - TINY, None),
    (motion(begins_s=F(3)), F(3), 10.0),
    (motion(begins_s=F(3)), F(4), 15.0),
    (motion(begins_s=F(3)), F(5), 20.0),
    (motion(begins_s=F(3)), F(500), 20.0),
    # a duration of nothing is a cut
    (motion(begins_s=F(1), duration_s=F(0)), F(1) - TINY, None),
    (motion(begins_s=F(1), duration_s=F(0)), F(1), 20.0),
    (motion(duration_s=F(0), plays=None), F(1), 20.0),
    (motion(duration_s=F(0), plays=2, yoyo=True), F(1), 10.0),
    # loops start over exactly on the edge and end at the end
    (motion(plays=3), F(2), 10.0),
    (motion(plays=3), F(5), 15.0),
    (motion(plays=3), F(6), 20.0),
    (motion(plays=None), F(2 * 10**9), 10.0),
    (motion(plays=None), F(2 * 10**9 + 1), 15.0),
    # yoyo runs every second play backwards and ends where the last play ends
    (motion(yoyo=True), F(2), 20.0),
    (motion(plays=2, yoyo=True), F(2), 20.0),
    (motion(plays=2, yoyo=True), F(3), 15.0),
    (motion(plays=2, yoyo=True), F(4), 10.0),
    (motion(plays=3, yoyo=True), F(6), 20.0),
    (motion(plays=None, yoyo=True), F(7), 15.0),
    (motion(plays=None, yoyo=True), F(8), 10.0),
    # backwards is the same way back: an eased play is mirrored in time
    (motion(plays=2, yoyo=True, easing="easeInQuad"), F(1), 12.5),
    (motion(plays=2, yoyo=True, easing="easeInQuad"), F(3), 12.5),
    (motion(plays=2, yoyo=True, easing="easeInQuad"), F(5, 2), 15.625),
]


@pytest.mark.parametrize(("played", "time_s", "value"), EDGES)
def test_an_animation_at_its_edges(played: Motion, time_s: Fraction, value: float | None) -> None:
    assert played.value_at(time_s) == value


@given(st.integers(0, 10_000), st.integers(1, 60))
def test_a_loop_of_whole_frames_repeats_exactly(play: int, frames: int) -> None:
    fps = F(30_000, 1001)
    looped = motion(duration_s=frames / fps, plays=None, easing="easeInOutSine")
    for frame in range(frames):
        assert looped.value_at((play * frames + frame) / fps) == looped.value_at(frame / fps)


@given(
    st.sampled_from(sorted(EASINGS)),
    st.floats(-1000, 1000),
    st.floats(-1000, 1000),
    st.integers(1, 4),
    st.booleans(),
)
def test_the_end_is_exactly_a_value_of_the_document(
    easing: str, start: float, end: float, plays: int, yoyo: bool
) -> None:
    played = motion(values=(start, end), plays=plays, yoyo=yoyo, easing=easing)
    assert played.value_at(F(2 * plays)) == (start if yoyo and plays % 2 == 0 else end)


def track(*motions: Motion, low: float = -1000, high: float = 1000) -> Track:
    """A track of motions in the document's order."""
    return Track("opacity", latest_first(motions), low, high)


def test_the_latest_started_animation_wins_even_after_an_earlier_one_that_lasts_longer() -> None:
    both = track(motion(F(5), F(1), (50, 60)), motion(F(0), F(100), (0, 100)))
    assert [both.value_at(F(t)) for t in (-1, 0, 4, 5, 6, 90)] == [None, 0, 4, 50, 60, 60]


def test_of_two_that_begin_together_the_later_in_the_document_wins() -> None:
    assert track(motion(values=(1, 1)), motion(values=(2, 2))).value_at(F(0)) == 2


def test_an_overshoot_ends_at_the_propertys_bounds() -> None:
    overshooting = track(motion(values=(0, 1), easing="easeOutBack"), low=0, high=1)
    assert overshooting.value_at(F(1)) == 1
    assert track(motion(values=(0, 1), easing="easeOutBack")).value_at(F(1)) == pytest.approx(1.0876975)
