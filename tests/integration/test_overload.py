"""A farm that is too small for its stream: the stream keeps every tick, does with less, and gets it back."""

from __future__ import annotations

from typing import Any

from farm.debug.checkable import checkable_scene
from farm.messages import Event, from_json
from farm.store import keys
from farm.store.connection import connect
from tests.conftest import wait_until
from tests.integration.conftest import StartFarm
from tests.integration.running_farm import PLACE, RunningFarm, Viewer, another_worker

STREAM = "crowded"
FPS = 15
SLOW_MS = 100
"""To draw a frame, of the farm's only worker: more than a tick, less than two."""


def told(farm: RunningFarm, kind: str) -> list[dict[str, Any]]:
    """The data of every event of ``kind`` so far."""
    with connect(farm.settings.broker_url()) as redis:
        entries: Any = redis.xrange(keys.events(STREAM))
    events = [from_json(fields[b"event"], Event) for _, fields in entries]
    return [event.data for event in events if event.type == kind]


def degraded(farm: RunningFarm) -> list[str]:
    steps: list[str] = farm.call("GET", f"/streams/{STREAM}/status")["degraded"]
    return steps


def test_an_overloaded_stream_keeps_every_tick_and_recovers_when_there_is_room(start_farm: StartFarm) -> None:
    farm = start_farm(
        ready=False,
        REDIS_PASSWORD="of-this-test",
        WORKER_PROCESSES="0",
        TARGET_FPS=str(FPS),
        FRAME_BATCH="1",
        DEGRADE_MIN_FPS=str(FPS // 2),
        DEGRADE_MIN_HEIGHT="4096",
    )
    farm.call("POST", "/streams", {"id": STREAM, "scene": checkable_scene(*farm.size, PLACE)})
    with another_worker(farm, "slow", FAULT_SLOW_MS=str(SLOW_MS)) as slow:
        farm.call("POST", f"/streams/{STREAM}/start")
        wait_until(lambda: degraded(farm) == ["fps/2"], "the stream does with less", 30)
        with Viewer(farm.play_url(STREAM), 3) as viewer, another_worker(farm, "quick"):
            slow.suspend()
            wait_until(lambda: not degraded(farm), "the stream recovers", 90)
            slow.resume()
    assert not viewer.tally.backwards
    assert not viewer.tally.unreadable
    assert farm.report(STREAM)["held"] > 10 * FPS / 2
    assert told(farm, "stream:degraded")[0]["fps"] == FPS / 2
    assert told(farm, "stream:recovered")[0]["step"] == "fps/2"
    assert [output["connects"] for output in farm.report(STREAM)["outputs"]] == [1]
    farm.stop()
