"""One live stream from one call, seen by independent readers: ffprobe and ffmpeg."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from farm.debug.checkable import BARS
from farm.debug.reader import decoded
from farm.errors import NotFound
from tests.conftest import wait_until
from tests.integration.running_farm import PLACE, RunningFarm, Viewer

STREAM = "bars"


@pytest.fixture(scope="module")
def url(farm: RunningFarm) -> str:
    return farm.checkable_stream(STREAM)


def test_ffprobe_sees_h264_and_aac_tagged_as_bt709(farm: RunningFarm, url: str) -> None:
    command = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", "-analyzeduration", "3000000", url]
    streams = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=30).stdout)[
        "streams"
    ]
    video = next(s for s in streams if s["codec_type"] == "video")
    audio = next(s for s in streams if s["codec_type"] == "audio")
    assert (video["codec_name"], video["width"], video["height"], video["r_frame_rate"]) == (
        "h264",
        *farm.size,
        "30/1",
    )
    assert {video[k] for k in ("color_space", "color_transfer", "color_primaries")} == {"bt709"}
    assert (video["color_range"], video["pix_fmt"]) == ("tv", "yuv420p")
    assert (audio["codec_name"], audio["sample_rate"], audio["channels"]) == ("aac", "48000", 2)


def test_every_frame_comes_once_and_in_order(url: str, read_seconds: float) -> None:
    with Viewer(url, read_seconds) as viewer:
        pass
    assert viewer.tally.complete(), viewer.tally
    assert viewer.tally.frames >= 29 * read_seconds


def bt709(colour: str) -> tuple[int, int, int]:
    """Limited-range Y'CbCr of an #rrggbb colour, by the formula of ITU-R BT.709."""
    r, g, b = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    return round(16 + 219 * y), round(128 + 224 * (b - y) / 1.8556), round(128 + 224 * (r - y) / 1.5748)


@pytest.mark.parametrize(("index", "colour"), list(enumerate(BARS)))
def test_colour_bars_come_back_within_three_levels(
    farm: RunningFarm, url: str, index: int, colour: str
) -> None:
    width = -(-farm.size[0] // len(BARS) // 2) * 2
    x, y = index * width + width // 2, PLACE.cell_px * 4
    with decoded(url, f"crop=2:2:{x // 2 * 2}:{y},format=yuv444p", 12, seconds=1) as pictures:
        picture = next(pictures)
    seen = picture[0], picture[4], picture[8]
    assert all(abs(a - b) <= 3 for a, b in zip(seen, bt709(colour), strict=True)), (seen, bt709(colour))


def test_an_edit_shows_on_air_and_the_editor_is_told_the_frame(farm: RunningFarm, url: str) -> None:
    crop = f"crop=64:64:0:{farm.size[1] - 64},scale=1:1:flags=area,format=gray"
    farm.call(
        "POST",
        f"/streams/{STREAM}/layers",
        {
            "id": "corner",
            "type": "colour",
            "colour": "#000000",
            "position": {"x": 0, "y": farm.size[1] - 64},
            "size": {"width": 64, "height": 64},
            "zIndex": 9,
        },
    )
    with decoded(url, crop, 1, seconds=20) as pictures:
        wait_until(lambda: next(pictures)[0] < 20, "the square is black")
        farm.call("PATCH", f"/streams/{STREAM}/layers/corner", {"colour": "#ffffff"})
        wait_until(lambda: next(pictures)[0] > 225, "the square is white")
    farm.call("DELETE", f"/streams/{STREAM}/layers/corner")


def test_a_trigger_plays_a_timeline_on_air_until_another_cancels_it(farm: RunningFarm, url: str) -> None:
    corner = f"crop=64:64:0:{farm.size[1] - 64},scale=1:1:flags=area,format=gray"
    square = {"id": "lamp", "type": "colour", "colour": "#808080", "zIndex": 9}
    place = {"position": {"x": 0, "y": farm.size[1] - 64}, "size": {"width": 64, "height": 64}}
    farm.call("POST", f"/streams/{STREAM}/layers", {**square, **place})
    lit = {"id": "lit", "steps": [{"set": "lamp", "values": {"colour": "#ffffff"}}, {"wait": 60}]}
    triggers = [{"on": "bid", "start": ["lit"]}, {"on": "sold", "cancel": ["lit"]}]
    farm.call("PATCH", f"/streams/{STREAM}/scene", {"timelines": [lit], "triggers": triggers})

    def state() -> str:
        [timeline] = farm.call("GET", f"/streams/{STREAM}/timelines")["timelines"]
        return str(timeline["state"])

    with decoded(url, corner, 1, seconds=30) as pictures:
        # Of a level that nothing else in that corner has.
        wait_until(lambda: 100 < next(pictures)[0] < 150, "the lamp is grey")
        farm.call("POST", f"/streams/{STREAM}/triggers/bid", {})
        wait_until(lambda: next(pictures)[0] > 225, "the lamp is lit")
        assert state() == "playing"
        farm.call("POST", f"/streams/{STREAM}/triggers/sold", {})
        wait_until(lambda: 100 < next(pictures)[0] < 150, "the lamp is grey again")
        assert state() == "cancelled"
    farm.call("PATCH", f"/streams/{STREAM}/scene", {"timelines": [], "triggers": []})
    farm.call("DELETE", f"/streams/{STREAM}/layers/lamp")


TWO_FORMATS = {
    "viewport": {"width": 320, "height": 180},
    "layers": [{"id": "ground", "type": "colour", "colour": "#000000"}],
    "variants": {"vertical": {"viewport": {"width": 180, "height": 320}}},
}
SMALL = {"STREAM_RESOLUTION": "320x180", "STREAM_BITRATE": "500k"}
FORMATS = {"wide": (320, 180), "tall": (180, 320)}


def _on_air(farm: RunningFarm, stream: str) -> None:
    farm.call("POST", f"/streams/{stream}/start")
    wait_until(
        lambda: farm.call("GET", f"/streams/{stream}/status")["frameCount"] > 30, f"{stream} is on air"
    )


def _until(pictures: Iterator[bytes], holds: Callable[[int], bool], what: str) -> None:
    """Wait for a picture whose level is as wanted."""
    wait_until(lambda: holds(next(pictures)[0]), what)


def _ticks_after(farm: RunningFarm, stream: str, epoch: int) -> bool:
    """Whether the encoder process of a later epoch sends frames."""
    try:
        report = farm.report(stream)
    except NotFound:
        return False
    return bool(report["epoch"] > epoch and report["emitted"] > 5)


def test_one_edit_is_on_air_in_both_formats(farm: RunningFarm) -> None:
    farm.call("POST", "/streams", {"id": "wide", "config": SMALL, "scene": TWO_FORMATS})
    source = {"stream": "wide", "variant": "vertical"}
    made = farm.call("POST", "/streams", {"id": "tall", "variantOf": source})
    assert made["config"]["STREAM_RESOLUTION"] == "180x320"
    for stream in FORMATS:
        _on_air(farm, stream)
    with ExitStack() as viewers:
        # The far corner: a canvas of another size would not have it.
        crops = {
            stream: f"crop=16:16:{width - 16}:{height - 16},scale=1:1:flags=area,format=gray"
            for stream, (width, height) in FORMATS.items()
        }
        seen = [
            viewers.enter_context(decoded(farm.play_url(stream), crop, 1, seconds=30))
            for stream, crop in crops.items()
        ]
        for pictures in seen:
            _until(pictures, lambda level: level < 20, "the corner is black")
        farm.call("PATCH", "/streams/wide/layers/ground", {"colour": "#ffffff"})
        for pictures in seen:
            _until(pictures, lambda level: level > 225, "the corner is white")
    before = farm.report("tall")["epoch"]
    farm.call("PATCH", "/streams/tall/config", {"STREAM_RESOLUTION": "240x320"})
    wait_until(lambda: _ticks_after(farm, "tall", before), "a process of the new size ticks")
    crop = "crop=16:16:224:304,scale=1:1:flags=area,format=gray"
    with decoded(farm.play_url("tall"), crop, 1, seconds=30) as resized:
        # A viewport that is contained leaves bars at the sides, in the background's colour.
        assert next(resized)[0] < 20
    for stream in FORMATS:
        farm.call("POST", f"/streams/{stream}/stop")


def test_a_card_is_drawn_seldom_and_an_edit_of_it_shows(farm: RunningFarm) -> None:
    scene = {"layers": [{"id": "ground", "type": "colour", "colour": "#000000"}]}
    farm.call("POST", "/streams", {"id": "card", "scene": scene, "config": SMALL})
    _on_air(farm, "card")
    wait_until(lambda: farm.report("card")["still"] > 60, "nothing moves")
    report = farm.report("card")
    assert report["still"] > report["fresh"]
    with decoded(farm.play_url("card"), "scale=1:1:flags=area,format=gray", 1, seconds=20) as pictures:
        wait_until(lambda: next(pictures)[0] < 20, "the card is black")
        farm.call("PATCH", "/streams/card/layers/ground", {"colour": "#ffffff"})
        wait_until(lambda: next(pictures)[0] > 225, "the card is white")
    farm.call("POST", "/streams/card/stop")


def test_an_output_that_nobody_answers_leaves_the_stream_alone(farm: RunningFarm, url: str) -> None:
    farm.call("POST", "/streams", {"id": "nowhere", "outputs": [{"url": "rtmp://127.0.0.1:9/live/x"}]})
    farm.call("POST", "/streams/nowhere/start")
    wait_until(
        lambda: farm.call("GET", "/streams/nowhere/status")["frameCount"] > 30,
        "the stream without a server ticks",
    )
    output = farm.report("nowhere")["outputs"][0]
    assert output["state"] in {"waiting", "connecting"}
    assert "refused" in output["error"]
    farm.call("POST", "/streams/nowhere/stop")
    with Viewer(url, 3) as viewer:
        pass
    assert viewer.tally.complete(), viewer.tally


def test_stopping_ends_the_process_and_its_shared_memory(farm: RunningFarm) -> None:
    farm.call("POST", "/streams", {"id": "brief"})
    before = len(farm.encoder_processes())
    farm.call("POST", "/streams/brief/start")
    wait_until(lambda: farm.call("GET", "/streams/brief/status")["isLive"], "brief is live")
    assert len(farm.encoder_processes()) == before + 1
    farm.call("POST", "/streams/brief/stop")
    wait_until(lambda: len(farm.encoder_processes()) == before, "its process is gone")
    wait_until(lambda: not farm.call("GET", "/streams/brief/status")["isLive"], "brief is idle")
