"""A short run of what `make fuzz` does at length, and that it notices what goes wrong."""

from __future__ import annotations

import os
import random

import pytest

from tests.fuzz.documents import MAX_PLACES, SEEDS, broken, places
from tests.fuzz.files import damaged, whole_files
from tests.fuzz.trial import MEMORY_MB, run

HERE = "tests.fuzz.test_fuzz"


@pytest.mark.parametrize(("kind", "count"), [("documents", 150), ("files", 300)])
def test_nothing_that_is_sent_does_harm(kind: str, count: int) -> None:
    failures = run(kind, 0, count)
    assert not failures, "\n".join(map(str, failures))


def raises(_rng: random.Random) -> str:
    raise ZeroDivisionError("a case of the test")


def crashes(_rng: random.Random) -> str:
    os.abort()


def floods(_rng: random.Random) -> str:
    return str(len(bytearray(2 * MEMORY_MB * 2**20)))


def hangs(_rng: random.Random) -> str:
    while True:
        pass


@pytest.mark.parametrize(
    ("case", "told"), [("raises", "ZeroDivisionError"), ("crashes", "signal 6"), ("floods", "MemoryError")]
)
def test_a_case_that_goes_wrong_is_told_and_the_next_is_tried(case: str, told: str) -> None:
    failures = run(f"{HERE}:{case}", 7, 2)
    assert [failure.case for failure in failures] == [7, 8]
    assert all(told in failure.reason for failure in failures)
    assert "--first 7 --count 1" in str(failures[0])


def test_a_case_that_hangs_is_ended() -> None:
    (failure,) = run(f"{HERE}:hangs", 0, 1, case_s=2.5)
    assert "took more than 2.5 s" in failure.reason


def test_a_case_is_the_same_each_time() -> None:
    document, data = SEEDS[0], whole_files()["moving.gif"]
    for case in range(20):
        first, again = (broken(dict(document), random.Random(case)) for _ in range(2))
        assert str(first) == str(again)
        assert damaged(data, random.Random(case)) == damaged(data, random.Random(case))


def test_documents_stay_bounded() -> None:
    rng = random.Random(1)
    document = SEEDS[1]
    for _ in range(60):
        document = broken(document, rng)
        assert not isinstance(document, dict | list) or len(places(document)) < 40 * MAX_PLACES
