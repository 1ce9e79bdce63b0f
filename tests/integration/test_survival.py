"""What a viewer notices when a part of the farm dies: next to nothing, and the connection is the same one."""

from __future__ import annotations

import signal

import pytest

from tests.conftest import wait_until
from tests.integration.running_farm import RunningFarm, Viewer

STREAM = "survivor"
FPS = 30


@pytest.fixture(scope="module")
def url(farm: RunningFarm) -> str:
    return farm.checkable_stream(STREAM)


@pytest.fixture(autouse=True)
def steady(farm: RunningFarm, url: str) -> None:
    farm.wait_steady(STREAM)


def connects(farm: RunningFarm) -> list[int]:
    return [output["connects"] for output in farm.report(STREAM)["outputs"]]


@pytest.mark.parametrize("victim", ["the process that draws", "the service"])
def test_a_killed_worker_costs_at_most_five_repeats(farm: RunningFarm, url: str, victim: str) -> None:
    service = farm.service("worker-1")
    doomed = service.children()[0] if victim == "the process that draws" else service
    with Viewer(url, 7) as viewer:
        doomed.kill()
    assert not viewer.tally.backwards
    assert not viewer.tally.unreadable
    assert viewer.tally.repeated <= 5, viewer.tally
    # The cadence: as many pictures as ticks, each repeat in the place of one that was lost.
    assert viewer.tally.missing == viewer.tally.repeated
    wait_until(lambda: farm.service("worker-1").children(), "the pool is whole again", 20)
    assert connects(farm) == [1]


def test_a_killed_coordinator_is_back_within_two_seconds(farm: RunningFarm, url: str) -> None:
    with Viewer(url, 9) as viewer:
        farm.service("coordinator").kill()
    assert viewer.tally.longest_run <= 2 * FPS, viewer.tally
    assert viewer.tally.repeated < viewer.tally.frames / 2
    assert connects(farm) == [1]


def test_redis_gone_for_three_seconds_breaks_no_connection(farm: RunningFarm, url: str) -> None:
    redis = farm.service("redis")
    with Viewer(url, 12) as viewer:
        redis.send_signal(signal.SIGSTOP)
        seen = viewer.tally.frames
        try:
            wait_until(lambda: viewer.tally.frames >= seen + 3 * FPS, "three seconds of ticks without Redis")
        finally:
            redis.send_signal(signal.SIGCONT)
    assert not viewer.tally.backwards
    assert viewer.tally.longest_run <= 6 * FPS, viewer.tally
    farm.wait_steady(STREAM)
    assert connects(farm) == [1]


def test_a_killed_redis_comes_back_with_everything(farm: RunningFarm, url: str) -> None:
    with Viewer(url, 12) as viewer:
        farm.service("redis").kill()
    assert not viewer.tally.backwards
    farm.wait_steady(STREAM)
    assert connects(farm) == [1]
    assert [layer["id"] for layer in farm.call("GET", f"/streams/{STREAM}/layers")["layers"]][-1] == "mover"


def test_a_killed_encoder_node_leaves_the_stream_on_air(farm: RunningFarm, url: str) -> None:
    (process,) = farm.encoder_processes()
    with Viewer(url, 6) as viewer:
        farm.service("encoder").kill()
    assert viewer.tally.complete(), viewer.tally
    assert [p.pid for p in farm.encoder_processes()] == [process.pid]


def test_a_killed_encoder_process_comes_back_by_itself(farm: RunningFarm, url: str) -> None:
    (process,) = farm.encoder_processes()
    process.kill()
    wait_until(lambda: [p.pid for p in farm.encoder_processes()] not in ([], [process.pid]), "a new process")
    farm.wait_steady(STREAM)
    with Viewer(url, 3) as viewer:
        pass
    assert viewer.tally.complete(), viewer.tally


def test_a_killed_fork_server_takes_nobody_along(farm: RunningFarm, url: str) -> None:
    before = farm.services()
    with Viewer(url, 4) as viewer:
        farm.service("forks").kill()
        farm.service("worker-1").kill()
    assert viewer.tally.repeated <= 5, viewer.tally
    wait_until(lambda: farm.service("worker-1").children(), "the worker is back", 20)
    same = ("api", "coordinator", "encoder", "worker-2")
    assert {name: farm.services()[name] for name in same} == {name: before[name] for name in same}
    assert connects(farm) == [1]


def test_a_killed_api_is_not_noticed_on_air(farm: RunningFarm, url: str) -> None:
    with Viewer(url, 6) as viewer:
        farm.service("api").kill()
    assert viewer.tally.complete(), viewer.tally
    wait_until(farm.ready, "the API is back", 30)
