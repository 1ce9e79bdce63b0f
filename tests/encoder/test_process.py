"""A whole encoder process between a worker and a real RTMP server, read back by ffmpeg."""

from __future__ import annotations

from encoder.sequencer import Repeat
from farm.store.connection import FarmRedis
from farm.transport.ring import SHM_DIR
from tests.conftest import RtmpServer, wait_until
from tests.encoder.farmhand import BRIGHT, DARK, Farmhand, probe, read_number, record
from tests.encoder.running import encoder_process, report_of, small_spec


def connected(redis: FarmRedis, stream: str) -> bool:
    report = report_of(redis, stream)
    return report is not None and all(output.state == "connected" for output in report.outputs)


def test_every_picture_arrives_once_and_in_order(
    redis: FarmRedis, redis_url: str, rtmp_server: RtmpServer
) -> None:
    url = rtmp_server.url("order")
    with Farmhand(redis_url, "order"), encoder_process(redis_url, small_spec("order", url)):
        wait_until(lambda: connected(redis, "order"), "the output is connected")
        pictures = record(url, 320, 180, 60)
        numbers = [read_number(picture[:180]) for picture in pictures]
        report = report_of(redis, "order")
    first = numbers[0]
    assert first is not None
    assert numbers == list(range(first, first + 60))
    levels = pictures[30][:180]
    flat = levels[:, [column * 20 + 10 for column in range(16)]].astype(int)
    assert all(min(abs(v - DARK), abs(v - BRIGHT)) <= 3 for v in flat.mean(axis=0))
    assert report is not None
    assert 0 < report.drawn_by["hand"] <= report.fresh
    assert not report.refused
    assert set(report.repeated) <= {str(Repeat.STARTING)}


def test_the_stream_is_what_it_says(redis: FarmRedis, redis_url: str, rtmp_server: RtmpServer) -> None:
    url = rtmp_server.url("tags")
    with Farmhand(redis_url, "tags"), encoder_process(redis_url, small_spec("tags", url)):
        wait_until(lambda: connected(redis, "tags"), "the output is connected")
        video, audio = sorted(probe(url), key=lambda s: s["codec_type"], reverse=True)
    assert (video["codec_name"], video["width"], video["height"]) == ("h264", 320, 180)
    assert video["pix_fmt"] == "yuv420p"
    assert video["r_frame_rate"] == "30/1"
    assert {video[tag] for tag in ("color_space", "color_transfer", "color_primaries")} == {"bt709"}
    assert video["color_range"] == "tv"
    assert (audio["codec_name"], audio["sample_rate"], audio["channels"]) == ("aac", "48000", 2)


def test_a_process_that_is_told_to_end_leaves_nothing_behind(redis: FarmRedis, redis_url: str) -> None:
    with encoder_process(redis_url, small_spec("gone")) as process:
        wait_until(lambda: report_of(redis, "gone"), "the process reports")
        assert list(SHM_DIR.glob("framefarm-gone-test-*"))
        process.terminate()
        assert process.wait(5) == 0
    assert not list(SHM_DIR.glob("framefarm-gone-test-*"))
    assert report_of(redis, "gone") is None
