"""Settings that change over the API while a viewer watches: one connection, every frame, the same process."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import wait_until
from tests.integration.running_farm import RunningFarm, Viewer

STREAM = "seamless"


@pytest.fixture(scope="module")
def url(farm: RunningFarm) -> str:
    return farm.checkable_stream(STREAM)


def encoder_of(farm: RunningFarm) -> tuple[int, list[int]]:
    """The process, and how often each of its outputs has connected."""
    report = farm.report(STREAM)
    return report["pid"], [output["connects"] for output in report["outputs"]]


def change(farm: RunningFarm, **config: Any) -> None:
    """Change settings, and wait until they are on air."""
    farm.call("PATCH", f"/streams/{STREAM}/config", config)
    generation = farm.report(STREAM)["generation"]
    wait_until(lambda: farm.report(STREAM)["generation"] > generation, f"{config} is on air")


def test_bit_rate_size_and_rate_of_frames_change_on_air(farm: RunningFarm, url: str) -> None:
    before = encoder_of(farm)
    with Viewer(url, 12, farm.size) as viewer:
        change(farm, STREAM_BITRATE="1500k")
        change(farm, STREAM_RESOLUTION="640x360")
        change(farm, STREAM_BITRATE="2500k", TARGET_FPS=25)
    tally = viewer.tally
    assert not tally.backwards, tally
    assert not tally.unreadable, tally
    assert tally.missing <= tally.repeated <= 15, tally
    assert encoder_of(farm) == before
    assert farm.report(STREAM)["fps"] == pytest.approx(25, abs=2)


def test_an_output_is_added_and_taken_away_and_the_other_stays_connected(farm: RunningFarm, url: str) -> None:
    process, connects = encoder_of(farm)
    key = farm.call("POST", f"/streams/{STREAM}/keys")["key"]
    second = {"id": "second", "url": f"rtmp://127.0.0.1:{farm.settings.rtmp_port}/live/aside?key={key}"}
    path = f"/streams/{STREAM}/outputs"
    with Viewer(url, 8, farm.size) as viewer:
        farm.call("PUT", path, {"outputs": [{"id": "farm"}, second]})
        wait_until(lambda: len(encoder_of(farm)[1]) == 2, "there are two outputs")
        farm.call("PUT", path, {"outputs": [{"id": "farm"}]})
        wait_until(lambda: encoder_of(farm) == (process, connects), "there is one output, still connected")
    assert viewer.tally.missing <= viewer.tally.repeated <= 5, viewer.tally
    assert not viewer.tally.backwards
