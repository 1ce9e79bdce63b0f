"""`framefarm perf dispatch`: a real coordinator between stand-ins for both ends of the farm."""

from __future__ import annotations

import os

import pytest
from rich.console import Console

from coordinator.publisher import Publisher
from farm.perf.dispatch import growth, measure_dispatch
from farm.perf.processes import cpu_ns
from farm.perf.results import Grid, up_to
from farm.perf.standins import Frame, Picture, Progress, frame_of
from farm.store import keys
from farm.store.connection import FarmRedis
from tests.coordinator.test_publisher import frame_task


def test_a_real_coordinator_is_measured_with_any_number_of_streams_and_workers() -> None:
    result = measure_dispatch((1, 2), (1, 2), fps=30, seconds=0.3, warm_s=0.1)
    assert {streams: list(row) for streams, row in result["cells"].items()} == {
        "1": ["1", "2"],
        "2": ["1", "2"],
    }
    cells = [cell for row in result["cells"].values() for cell in row.values()]
    assert all(min(cell["cpu_ms"], cell["redis_ms"], cell["ordered_per_s"]) > 0 for cell in cells)
    assert result["frames_per_s"] == round(1000 / result["cells"]["2"]["2"]["cpu_ms"])
    assert result["idle_ms_per_s"].keys() == {"1", "2"}


def test_growth_is_told_apart_from_a_disturbed_cell() -> None:
    def row(*costs: float) -> dict[str, dict[str, float]]:
        return {str(workers): {"cpu_ms": cost} for workers, cost in zip((1, 8, 64), costs, strict=True)}

    even = {"1": row(0.5, 0.5, 0.5), "5": row(0.4, 2.0, 0.4), "20": row(0.3, 0.3, 0.3)}
    assert growth(even) == {"streams": 1.0, "workers": 1.0}
    assert growth({"1": row(0.5, 0.6, 0.7), "20": row(1.0, 1.2, 1.4)}) == {"streams": 2.0, "workers": 1.4}


def test_a_stand_in_reads_which_frame_a_message_orders(redis: FarmRedis) -> None:
    Publisher(redis).publish([frame_task(41)])
    message = redis.rpop(keys.QUEUE)
    assert isinstance(message, bytes)
    assert frame_of(message) == Frame("s", 41, 7)


def test_a_stand_in_says_what_an_encoder_process_says() -> None:
    picture, progress = Picture(64, 36, 50, {}), Progress(lead=2)
    said = [progress.tick(picture, "s", 1.0), progress.tick(picture, "s", 1.02)]
    assert [(credit.emitted, credit.canvas, credit.absent) for credit in said] == [
        (0, -1, ()),
        (1, -1, ((2, 20.0),)),
    ]
    progress.took(Frame("s", 2, 7), 1.025)
    last = progress.tick(picture, "s", 1.04)
    assert (last.canvas, last.fence, last.arrivals_ms, last.absent) == (2, 7, (25.0,), ((3, 20.0),))
    assert progress.tick(picture, "s", 1.06).arrivals_ms == ()
    assert (progress.emitted, progress.stale, progress.ordered) == (3, 3, 1)


def test_the_cpu_of_a_process_is_its_own_clock() -> None:
    before_ns = cpu_ns(os.getpid())
    assert sum(range(100_000)) > 0
    assert cpu_ns(os.getpid()) > before_ns > 0
    assert cpu_ns(2**22 - 1) == 0


@pytest.mark.parametrize(
    ("most", "expected"), [(20, [1, 5, 20]), (1, [1]), (7, [1, 5, 7]), (99, [1, 5, 20, 99])]
)
def test_numbers_are_measured_up_to_the_most(most: int, expected: list[int]) -> None:
    assert up_to((1, 5, 20), most) == expected


def test_a_grid_has_a_row_and_a_column_for_each_number() -> None:
    console = Console(width=60, record=True)
    cells = {"1": {"8": {"cpu_ms": 0.25}, "64": {"cpu_ms": 0.26}}, "20": {"8": {"cpu_ms": 0.125}}}
    console.print(Grid("cells", "by workers", "streams", "cpu_ms").table(cells))
    rows = [line.split() for line in console.export_text().splitlines()]
    assert ["streams", "8", "64"] in rows
    assert ["1", "0.25", "0.26"] in rows
    assert ["20", "0.125"] in rows
