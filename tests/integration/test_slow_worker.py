"""A worker on a host that is too slow: what it takes is drawn by somebody else as well, in time."""

from __future__ import annotations

from tests.conftest import wait_until
from tests.integration.conftest import StartFarm
from tests.integration.running_farm import RunningFarm, another_worker


def test_a_late_frame_is_drawn_again_by_somebody_else_and_the_ledger_says_so(start_farm: StartFarm) -> None:
    farm = start_farm(REDIS_PASSWORD="of-this-test", HEDGE_PERCENT="20")
    with another_worker(farm, "slow", FAULT_SLOW_MS="150"):
        farm.checkable_stream("hedged")
        wait_until(lambda: farm.report("hedged")["secondDraws"] > 0, "a second draw is shown", 20)
        wait_until(lambda: shown_twice(farm), "the ledger tells of it", 10)
    assert {frame["worker"] for frame in shown_twice(farm)} <= {"worker-1", "worker-2"}
    farm.stop()


def shown_twice(farm: RunningFarm) -> list[dict[str, object]]:
    """The frames of which the second draw came first."""
    frames = farm.call("GET", "/streams/hedged/ledger?limit=2000")["frames"]
    return [frame for frame in frames if frame["hedged"] and frame["secondDraw"]]
