"""Who is sick, judged against the others; and when it is the scene."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.sickness import HALF_LIFE_NS, Pair, Practice, Tried, failing_scenes, verdict
from farm.workforce import Deeds, WorkerSign


def tried(frames: float, **failures: float) -> Tried:
    made = Tried()
    made.add(frames, failures)
    return made


def sick(known: Mapping[Pair, Tried]) -> set[str]:
    workers = {worker for worker, _ in known}
    return {worker for worker in workers if verdict(worker, known, workers).sick}


def sign(name: str, pid: int = 1, **streams: Deeds) -> WorkerSign:
    return WorkerSign(name, "here", pid, streams=streams)


def test_a_worker_that_fails_where_others_do_not_is_sick_and_why_is_said() -> None:
    known = {("a", "s"): tried(30), ("b", "s"): tried(30, garbage=20, slow=3)}
    assert sick(known) == {"b"}
    assert verdict("b", known, ["a", "b"]).reason == "garbage"


def test_a_scene_that_fails_with_everybody_blames_nobody_but_itself() -> None:
    known = {
        ("a", "bad"): tried(30, crashed=28),
        ("b", "bad"): tried(30, failed=25),
        ("a", "good"): tried(90),
        ("b", "good"): tried(90),
    }
    assert sick(known) == set()
    assert failing_scenes(known) == {"bad": "crashed"}


def test_a_bad_scene_does_not_hide_a_sick_worker() -> None:
    known = {
        **{(worker, "bad"): tried(30, failed=30) for worker in "abc"},
        ("a", "good"): tried(30),
        ("b", "good"): tried(30),
        ("c", "good"): tried(30, flawed=25),
    }
    assert sick(known) == {"c"}


def test_a_worker_that_draws_the_bad_scene_more_often_is_not_to_blame() -> None:
    known = {
        ("a", "bad"): tried(60, failed=60),
        ("b", "bad"): tried(10, failed=10),
        ("b", "good"): tried(50),
        ("a", "good"): tried(5),
    }
    assert sick(known) == set()


def test_where_only_one_worker_draws_nothing_can_be_said() -> None:
    assert sick({("a", "s"): tried(100, failed=100), ("b", "t"): tried(100)}) == set()


def test_a_farm_that_is_too_slow_as_a_whole_blames_nobody() -> None:
    assert sick({("a", "s"): tried(100, slow=90), ("b", "s"): tried(100, slow=60)}) == set()
    assert sick({("a", "s"): tried(100, slow=60), ("b", "s"): tried(100, slow=20)}) == set()


def test_a_few_failures_are_nothing() -> None:
    assert sick({("a", "s"): tried(1000), ("b", "s"): tried(1000, stuck=5, crashed=20)}) == set()
    assert sick({("a", "s"): tried(1000), ("b", "s"): tried(4, failed=4)}) == set()


def test_slow_and_flawed_frames_are_no_lost_ones() -> None:
    assert failing_scenes({("a", "s"): tried(30, slow=30, flawed=30)}) == {}


pairs = st.tuples(st.sampled_from("abcd"), st.sampled_from("stu"))
counts = st.tuples(st.integers(0, 500), st.integers(0, 500)).map(lambda two: (max(two), min(two)))


@given(st.dictionaries(pairs, counts))
def test_never_is_everybody_worse_than_the_others(known: dict[Pair, tuple[int, int]]) -> None:
    """Whoever is sick fails more often than somebody else on a stream that both draw."""
    table = {pair: tried(frames, failed=failed) for pair, (frames, failed) in known.items()}
    for worker in sick(table):
        assert any(
            stream == other_stream and other != worker and failed * frames_of > other_failed * frames
            for (name, stream), (frames, failed) in known.items()
            if name == worker
            for (other, other_stream), (frames_of, other_failed) in known.items()
        )


@given(st.dictionaries(st.sampled_from("stu"), counts), st.integers(2, 5))
def test_workers_that_do_the_same_are_never_sick(known: dict[str, tuple[int, int]], workers: int) -> None:
    table = {
        (f"w{n}", stream): tried(frames, failed=failed)
        for n in range(workers)
        for stream, (frames, failed) in known.items()
    }
    assert sick(table) == set()


def test_only_what_is_new_counts_and_it_fades() -> None:
    practice = Practice()
    practice.learn([sign("a", s=Deeds(drawn=1000, slow=900))], {("a", "s"): 7}, 0)
    assert practice.tried == {}
    practice.learn([sign("a", s=Deeds(drawn=1010, slow=904, crashed=2))], {}, 0)
    practice.learn([sign("a", s=Deeds(drawn=1010, slow=904, crashed=2))], {("a", "s"): 10}, HALF_LIFE_NS)
    known = practice.tried["a", "s"]
    assert known.frames == pytest.approx(6)
    assert dict(known.failures) == pytest.approx({"slow": 2, "crashed": 1, "garbage": 3})


def test_a_worker_that_begins_anew_is_not_judged_by_its_old_counts() -> None:
    practice = Practice()
    practice.learn([sign("a", s=Deeds(drawn=1000))], {}, 0)
    practice.learn([sign("a", pid=2, s=Deeds(drawn=3, failed=2))], {}, 1)
    assert practice.tried == {}


def test_what_is_forgotten_is_forgotten_of_one_worker() -> None:
    practice = Practice()
    for drawn in (0, 10):
        practice.learn([sign(name, s=Deeds(drawn=drawn)) for name in "ab"], {}, drawn)
    practice.forget("a")
    assert list(practice.tried) == [("b", "s")]


def test_those_who_are_gone_fade_from_memory() -> None:
    practice = Practice()
    for drawn in (0, 10):
        practice.learn([sign("a", s=Deeds(drawn=drawn))], {}, drawn)
    practice.learn([], {}, 20 * HALF_LIFE_NS)
    assert practice.tried == {}
