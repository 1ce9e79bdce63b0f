"""What `framefarm perf live` makes of a stream's ticks."""

from __future__ import annotations

from farm.perf.live import repeats


def test_late_ticks_repeat_and_pictures_that_stand_do_not() -> None:
    told = repeats(["", "late", "missing", "gap", "starting", "held", "still", ""])
    assert told == {
        "late": 3,
        "repeated": 4,
        "causes": {"gap": 1, "held": 1, "late": 1, "missing": 1, "starting": 1, "still": 1},
    }
    assert repeats([""] * 3) == {"late": 0, "repeated": 0, "causes": {}}
