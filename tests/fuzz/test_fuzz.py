"""A short run of what `make fuzz` does at length, and that it notices what goes wrong."""

from __future__ import annotations

import copy
import random

import pytest

from tests.fuzz.documents import MAX_PLACES, REPEATS, SEEDS, broken, places
from tests.fuzz.files import damaged, whole_files
from tests.fuzz.trial import run

MISBEHAVIOUR = "tests.fuzz.misbehaviour"


@pytest.mark.parametrize(
    ("kind", "count"),
    [("documents", 80), ("files", 300), ("drawings", 50), ("characters", 30), ("fonts", 300)],
)
def test_nothing_that_is_sent_does_harm(kind: str, count: int) -> None:
    failures = run(kind, 0, count)
    assert not failures, "\n".join(map(str, failures))


def test_cases_that_go_wrong_are_told_and_the_next_is_tried() -> None:
    failures = run(f"{MISBEHAVIOUR}:goes_wrong", 0, 3)
    assert [failure.case for failure in failures] == [0, 1, 2]
    for failure, told in zip(failures, ("ZeroDivisionError", "signal 6", "MemoryError"), strict=True):
        assert told in failure.reason
    assert "--first 1 --count 1" in str(failures[1])


def test_a_case_that_hangs_is_ended() -> None:
    (failure,) = run(f"{MISBEHAVIOUR}:hangs", 0, 1, case_s=2.5)
    assert "took more than 2.5 s" in failure.reason


def test_a_case_is_the_same_each_time() -> None:
    document, data = SEEDS[0], whole_files()["moving.gif"]
    for case in range(20):
        first, again = (broken(copy.deepcopy(document), random.Random(case)) for _ in range(2))
        assert str(first) == str(again)
        assert damaged(data, random.Random(case)) == damaged(data, random.Random(case))


def test_documents_stay_bounded() -> None:
    rng = random.Random(1)
    document = copy.deepcopy(SEEDS[1])
    most = (max(REPEATS) + 2) * MAX_PLACES
    for _ in range(25):
        document = broken(document, rng)
        assert not isinstance(document, dict | list) or len(places(document)) < most
