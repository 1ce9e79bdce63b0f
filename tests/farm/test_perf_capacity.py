"""The capacity model: what it plans, and whether it agrees with what was measured."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from farm.cli import app
from farm.perf import capacity
from farm.perf.capacity import BAND, Host, Load, PerFrame, plan
from farm.perf.measured import MEASURED
from farm.settings import parse_resolution
from tests.repo.tree import ROOT

HD = Load(100, 30, 1920, 1080)
HOST = Host()


def newest(kind: str, **settings: object) -> dict[str, Any]:
    """The last kept result of ``kind`` with these settings."""
    results = [json.loads(path.read_text()) for path in (ROOT / "bench" / "results").glob(f"{kind}-*.json")]
    fitting = [each for each in results if settings.items() <= each.items()]
    return max(fitting, key=lambda result: str(result["date"]))


def within_band(measured: float, predicted: float) -> bool:
    return abs(measured - predicted) <= BAND * predicted


@pytest.mark.parametrize("size", ["1920x1080", "640x360"])
@pytest.mark.parametrize("transport", ["mailbox", "auto"])
def test_a_frames_cost_is_as_predicted(size: str, transport: str) -> None:
    measured = newest("wire", size=size, transport=transport)["shows"]["reference"]
    width, height = parse_resolution(size)
    load, remote = Load(1, 30, width, height), transport == "mailbox"
    assert within_band(measured["workers_cpu_ms"], capacity.worker_ms(load, MEASURED, remote=remote))
    assert within_band(measured["encoders_cpu_ms"], capacity.encoder_ms(load, MEASURED, remote=remote))
    assert within_band(measured["redis_cpu_ms"], capacity.redis_ms(load, MEASURED, remote=remote))


def test_a_frames_bytes_are_as_predicted() -> None:
    measured = newest("wire", size="1920x1080", transport="mailbox")["shows"]["reference"]
    assert within_band(measured["bytes_per_frame"], capacity.wire_bytes(HD, MEASURED))
    bits_per_s = capacity.wire_bps(HD, MEASURED, remote=True)
    assert within_band(measured["redis_bytes_in"], bits_per_s / 8 / HD.fps)


@pytest.mark.parametrize("streams", [1, 2, 5, 10, 20])
def test_ordering_is_as_predicted(streams: int) -> None:
    result = newest("dispatch")
    measured = [cell["cpu_ms"] for cell in result["cells"][str(streams)].values()]
    load = replace(HD, fps=result["fps"])
    share = capacity.coordinator_share(load, MEASURED, streams)
    assert within_band(sum(measured) / len(measured), 1000 * share / streams / load.fps)


def test_busy_workers_are_as_many_as_predicted() -> None:
    result = newest("scale")
    assert len(result["steps"]) > 3
    for workers, step in result["steps"].items():
        predicted = capacity.busy_workers_frames_per_s(int(workers), result["wait_ms"], MEASURED)
        assert within_band(step["frames_per_s"], predicted), workers


def test_one_stream_fits_on_one_host_and_shares_its_memory() -> None:
    one = plan(replace(HD, streams=1), Host(cores=2), MEASURED)
    assert (one.spread, one.hosts, one.cells) == (False, 1, 1)
    assert one.total_gbps < 0.001


@pytest.mark.parametrize("spread", [False, True])
def test_many_streams_are_cut_into_cells_that_carry_them(spread: bool) -> None:
    many = plan(replace(HD, streams=10_000), HOST, MEASURED, spread=spread)
    assert many.spread is spread
    assert (many.cells - 1) * many.streams_per_cell < 10_000 <= many.cells * many.streams_per_cell
    assert many.redis_core_share <= HOST.use
    assert many.redis_gbps <= HOST.use * HOST.network_gbps
    assert many.coordinators >= 2 * many.cells
    assert many.hosts >= many.cells * (2 if spread else 1)
    assert many.encoder_cores <= many.hosts * HOST.cores * HOST.use


def test_a_slow_network_bounds_a_cell_before_redis_does() -> None:
    slow = plan(HD, Host(network_gbps=0.5), MEASURED, spread=True)
    assert slow.bound_by == "Redis's network"
    assert slow.streams_per_cell < plan(HD, HOST, MEASURED, spread=True).streams_per_cell


def test_a_stream_that_is_too_much_for_a_host_is_spread() -> None:
    dear = replace(MEASURED, worker_local=PerFrame(2000.0, 0.0), worker_remote=PerFrame(2000.0, 0.0))
    spread = plan(replace(HD, streams=1), HOST, dear)
    assert (spread.spread, spread.worker_processes) == (True, 100)
    assert spread.hosts == 7


def test_a_stream_that_is_too_much_for_a_cell_has_one_to_itself() -> None:
    dear = replace(MEASURED, redis_mb_ms=1000.0)
    assert plan(HD, HOST, dear, spread=True).streams_per_cell == 1


@given(
    streams=st.integers(1, 100_000),
    more=st.integers(1, 1000),
    fps=st.integers(1, 60),
    cores=st.integers(1, 128),
    spread=st.booleans(),
)
def test_more_streams_never_take_fewer_hosts(
    streams: int, more: int, fps: int, cores: int, spread: bool
) -> None:
    host, load = Host(cores=cores), Load(streams, fps, 1280, 720)
    few = plan(load, host, MEASURED, spread=spread)
    many = plan(replace(load, streams=streams + more), host, MEASURED, spread=spread)
    assert many.cells >= few.cells
    assert many.total_gbps >= few.total_gbps
    assert many.streams_per_cell == few.streams_per_cell


def test_a_cost_grows_with_the_canvas() -> None:
    assert PerFrame(1.0, 2.0).ms(2.5) == 6.0


def test_the_command_answers_with_one_object() -> None:
    done = CliRunner().invoke(app, ["perf", "plan", "--streams", "100", "--json"])
    assert done.exit_code == 0
    assert json.loads(done.output)["cells"] == plan(HD, HOST, MEASURED).cells


def test_a_size_that_is_none_is_told() -> None:
    refused = CliRunner().invoke(app, ["perf", "plan", "--size", "big"])
    assert refused.exit_code == 2
    assert "--size" in refused.output


def plans() -> list[str]:
    """The rows of the table of plans, as docs/scale.md has them."""
    rows = []
    for streams, cores, spread in (
        (1, 2, False),
        (100, 16, False),
        (100, 16, True),
        (10_000, 16, False),
        (10_000, 16, True),
    ):
        planned = plan(replace(HD, streams=streams), Host(cores=cores), MEASURED, spread=spread)
        cells: list[object] = [
            f"{streams:,}",
            "several" if spread else "one",
            f"{planned.hosts:,}",
            f"{planned.cells:,}",
            f"{planned.streams_per_cell} ({planned.bound_by})",
            f"{planned.worker_processes:,}",
            f"{planned.encoder_cores:,.1f}",
            f"{planned.redis_core_share:.0%}",
            f"{planned.redis_gbps:.2f}",
            f"{planned.total_gbps:,.1f}",
            f"{planned.memory_gb:,.1f}",
        ]
        rows.append(f"| {' | '.join(map(str, cells))} |")
    return rows


def test_the_page_shows_what_the_model_plans() -> None:
    page = (ROOT / "docs" / "scale.md").read_text()
    assert [row for row in plans() if row not in page] == []


def test_the_page_names_the_constants() -> None:
    page = (ROOT / "docs" / "scale.md").read_text()
    missing = [
        name for name, value in asdict(MEASURED).items() if f"| `{name}` | {_shown(value)} |" not in page
    ]
    assert missing == []


def _shown(value: object) -> str:
    """A constant as the page shows it."""
    if isinstance(value, tuple):
        fixed_ms, mpx_ms = value
        return f"{fixed_ms:g} ms + {mpx_ms:g} ms x Mpx"
    return f"{value:g}"
