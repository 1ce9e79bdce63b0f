"""`framefarm perf wire`: what a frame takes of the network."""

from __future__ import annotations

from farm.perf.wire import Totals, by_frame, measure_wire


def test_a_frames_bytes_are_compared_with_a_whole_picture() -> None:
    before = Totals(100, 90, 1000, 5000, 6000, {"redis": 1.0, "api": 2.0})
    after = Totals(160, 120, 1000 + 30 * 9216, 5000 + 120_000, 6000 + 60_000, {"redis": 1.12, "api": 2.06})
    assert by_frame(before, after, "320x192") == {
        "ratio": 0.1,
        "bytes_per_frame": 9216,
        "mailed_share": 0.5,
        "redis_bytes_in": 2000,
        "redis_bytes_out": 1000,
        "redis_cpu_ms": 2.0,
        "api_cpu_ms": 1.0,
    }


def test_nothing_came() -> None:
    before = Totals(100, 90, 1000, 5000, 6000, {"redis": 1.0, "api": 2.0})
    after = before._replace(emitted=130)
    assert by_frame(before, after, "320x192")["bytes_per_frame"] == 0


def test_a_card_that_stands_still_takes_next_to_nothing() -> None:
    result = measure_wire(["still"], size="320x180", fps=30, seconds=1, warm_s=1)
    assert 0 < result["ratio"] < 0.02
    assert result["shows"]["still"]["bytes_per_frame"] == result["bytes_per_frame"]
    assert result["redis_bytes_in"] > result["bytes_per_frame"] * result["mailed_share"]
