"""A whole farm for each test module: `framefarm up` as a user starts it, on free ports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.running_farm import RunningFarm

StartFarm = Callable[..., RunningFarm]


@pytest.fixture(scope="module")
def read_seconds(request: pytest.FixtureRequest) -> float:
    """How long to read a stream back."""
    return float(request.config.getoption("--read-seconds"))


@pytest.fixture(scope="module")
def start_farm(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartFarm]:
    """Starts farms that end with the test module; keyword arguments are settings."""
    farms: list[RunningFarm] = []
    size = str(request.config.getoption("--size"))

    def start(state_dir: Path | None = None, *, ready: bool = True, **settings: str) -> RunningFarm:
        farm = RunningFarm(
            state_dir or tmp_path_factory.mktemp("farm"), {"STREAM_RESOLUTION": size, **settings}
        )
        farms.append(farm)
        farm.start(ready=ready)
        return farm

    yield start
    for farm in farms:
        farm.stop()


@pytest.fixture(scope="module")
def farm(start_farm: StartFarm) -> RunningFarm:
    """The module's farm, with default settings."""
    return start_farm()
