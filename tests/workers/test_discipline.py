"""Whether a worker takes frames, by how it stands."""

from __future__ import annotations

from farm.workforce import PROBATION_FRAMES, Standing, WorkerState
from workers.discipline import Conduct

BLOCKED = Standing(WorkerState.BLOCKED, "slow", 1, 1000)
PROBATION = Standing(WorkerState.PROBATION, "slow", 1, 0)
BACK = Standing(WorkerState.WORKING, "slow", 1, 0)


def test_who_stands_well_takes_frames() -> None:
    conduct = Conduct()
    assert conduct.takes(None, 0)
    assert conduct.takes(BACK, 10)


def test_who_is_blocked_takes_none() -> None:
    assert not Conduct().takes(BLOCKED, 0)


def test_on_probation_a_few_are_taken_each_time() -> None:
    conduct = Conduct()
    for taken in (100, 200):
        conduct.takes(BLOCKED, taken)
        assert conduct.takes(PROBATION, taken)
        assert conduct.takes(PROBATION, taken + PROBATION_FRAMES - 1)
        assert not conduct.takes(PROBATION, taken + PROBATION_FRAMES)
    assert conduct.takes(None, 999)
