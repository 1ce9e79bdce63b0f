"""What a process says of itself: figures, layer errors, epochs, and the newest of many values."""

from __future__ import annotations

import pytest

from encoder.epochs import Epochs
from encoder.ledger import Tick
from encoder.link import Latest
from encoder.meter import MOST_WORKERS, Meter
from encoder.reporter import MOST_LAYERS, LayerErrors
from encoder.verdicts import Choice
from farm.clock import ManualClock
from farm.messages import FrameDone
from farm.perf.ports import free_port
from farm.store import keys
from farm.store.connection import FarmRedis, connect

MS = 1_000_000


def frame(number: int, worker: str = "w", queue_ms: float = 2.0) -> FrameDone:
    return FrameDone("s", 1, number, -1, 1, (), worker, queue_ms, 4.0)


def ticked(done: FrameDone | None, number: int = 0) -> Tick:
    frame_number = done.frame if done else number
    choice = Choice(frame_number if done else None)
    return Tick(frame_number, choice, frame_number, done, 0, None, 0, 6 * MS, 500)


def test_figures_are_means_over_a_second() -> None:
    clock = ManualClock()
    meter = Meter(clock)
    meter.asked(upto=60)
    for tick in range(26):
        clock.advance_ns(40 * MS)
        meter.ticked(ticked(frame(tick, queue_ms=2.0 if tick else -1.0)))
    figures = meter.figures
    assert (figures.fps, figures.bitrate_kbps) == pytest.approx((25.0, 100.0))
    assert (figures.encode_ms, figures.draw_ms, figures.queue_ms) == pytest.approx((6.0, 4.0, 2.0))
    assert figures.latency_ms == pytest.approx(sum(40 * n for n in range(1, 26)) / 25)
    assert figures.drawn_by == {"w": 25}


def test_frames_that_nobody_needs_are_not_asked_for() -> None:
    clock = ManualClock(1)
    meter = Meter(clock)
    meter.asked(upto=3, after=1)
    clock.advance_ns(5)
    meter.asked(upto=5, after=4)
    assert [meter.asked_ns(frame) for frame in range(6)] == [None, None, 1, 1, None, 6]


def test_latency_counts_from_the_first_credit_that_asked() -> None:
    clock = ManualClock()
    meter = Meter(clock)
    meter.asked(upto=0)
    clock.advance_ns(10 * MS)
    meter.asked(upto=0)
    clock.advance_ns(10 * MS)
    meter.ticked(ticked(frame(0)))
    clock.advance_ns(1000 * MS)
    meter.ticked(ticked(None, number=1))
    assert meter.figures.latency_ms == pytest.approx(20)


def test_the_meter_is_bounded() -> None:
    clock = ManualClock()
    meter = Meter(clock)
    for tick in range(1000):
        meter.asked(upto=tick + 8)
        meter.ticked(ticked(frame(tick, worker=f"w{tick}")))
    clock.advance_ns(1000 * MS)
    meter.ticked(ticked(None, number=1000))
    assert len(meter.figures.drawn_by) == MOST_WORKERS + 1
    assert sum(meter.figures.drawn_by.values()) == 1000
    assert len(meter._asked_ns) < 100


def test_a_layers_error_is_told_once_in_ten_seconds() -> None:
    errors, second = LayerErrors(), 1000 * MS
    assert errors.due([("a", "x"), ("a", "y"), ("b", "z")], 0) == [("a", "x"), ("b", "z")]
    assert errors.due([("a", "y")], 9 * second) == []
    assert errors.due([("a", "y")], 10 * second) == [("a", "y")]


def test_layer_errors_are_bounded() -> None:
    errors = LayerErrors()
    errors.due(((f"layer {i}", "x") for i in range(3 * MOST_LAYERS)), 0)
    assert len(errors._told_ns) == MOST_LAYERS


def test_epochs_go_on_from_redis_or_from_the_last_one_known(redis: FarmRedis) -> None:
    epochs = Epochs(redis)
    assert [epochs.next("s", known) for known in (0, 0, 7, 2)] == [1, 2, 8, 9]
    redis.delete(keys.epoch("s"))
    assert epochs.next("s", 9) == 10


def test_epochs_go_on_without_redis() -> None:
    away = connect(f"redis://127.0.0.1:{free_port()}/0", timeout_s=0.1)
    assert Epochs(away).next("s", 4) == 5


def test_only_the_latest_value_is_taken_and_once() -> None:
    latest: Latest[int] = Latest()
    for value in range(5):
        latest.put(value)
    assert [latest.take(0), latest.take(0)] == [4, None]
