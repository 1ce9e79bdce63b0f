"""A whole encoder process between a worker and a real RTMP server, read back by ffmpeg."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from fractions import Fraction

import cv2
import numpy as np

from encoder.fencing import LOOKS, Fence
from farm.clock import SystemClock
from farm.messages import Event, from_json, to_json
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.programs import Program
from farm.transport.ring import SHM_DIR
from tests.conftest import RtmpServer, wait_until
from tests.encoder.farmhand import BRIGHT, DARK, Farmhand, probe, read_number, record
from tests.encoder.running import encoder_process, environment, label_of, report_of, small_spec


def connected(redis: FarmRedis, stream: str) -> bool:
    report = report_of(redis, stream)
    return report is not None and all(output.state == "connected" for output in report.outputs)


def fresh(redis: FarmRedis, stream: str) -> int:
    report = report_of(redis, stream)
    return report.fresh if report is not None else 0


def on_time(redis: FarmRedis, stream: str) -> bool:
    """Whether as many ticks went out as the time since the start has room for, give or take two seconds."""
    report = report_of(redis, stream)
    age_s = (SystemClock().wall_ms() - report.started_wall_ms) / 1000 if report is not None else 0
    return report is not None and abs(report.emitted - 30 * age_s) < 60


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
    # Only frames of ticks before the first picture may have come too late.
    assert sum(report.refused.values()) <= report.blank
    assert report.refused.keys() <= {"passed"}
    assert report.repeated == {}


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


def test_pictures_from_other_hosts_come_by_mailbox(redis: FarmRedis, redis_url: str) -> None:
    with Farmhand(redis_url, "far", by_mailbox=True), encoder_process(redis_url, small_spec("far")):
        wait_until(lambda: fresh(redis, "far") > 30, "letters are shown")
        report = report_of(redis, "far")
    assert report is not None
    assert report.drawn_by["hand"] > 0
    assert report.mailed_frames >= report.drawn_by["hand"]
    assert report.mailed_bytes > 100 * report.mailed_frames


def test_a_preview_is_made_only_while_somebody_looks(redis: FarmRedis, redis_url: str) -> None:
    with Farmhand(redis_url, "seen"), encoder_process(redis_url, small_spec("seen")):
        wait_until(lambda: fresh(redis, "seen") > 0, "pictures are shown")
        assert redis.get(keys.preview("seen")) is None
        redis.set(keys.preview_wanted("seen"), "1", ex=10)
        wait_until(lambda: redis.get(keys.preview("seen")), "a preview")
        jpeg = redis.get(keys.preview("seen"))
    assert isinstance(jpeg, bytes)
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (180, 320, 3)


def test_people_are_told_once_of_a_layer_that_cannot_be_drawn(redis: FarmRedis, redis_url: str) -> None:
    hand = Farmhand(redis_url, "broken")
    hand.layer_errors = (("title", "no such font"),)
    with hand, encoder_process(redis_url, small_spec("broken")):
        wait_until(lambda: redis.xlen(keys.events("broken")), "the event")
        shown = fresh(redis, "broken")
        wait_until(lambda: fresh(redis, "broken") > shown + 45, "more frames with the error")
        ((_, fields),) = redis.execute_command("XRANGE", keys.events("broken"), "-", "+")
    event = from_json(fields[b"event"], Event)
    assert (event.type, event.data) == ("layer:error", {"layer": "title", "reason": "no such font"})


def test_a_process_that_was_stopped_makes_up_for_every_tick(redis: FarmRedis, redis_url: str) -> None:
    with Farmhand(redis_url, "starved"), encoder_process(redis_url, small_spec("starved")) as process:
        wait_until(lambda: fresh(redis, "starved") > 0, "it ticks")
        os.kill(process.pid, signal.SIGSTOP)
        wait_until(lambda: report_of(redis, "starved") is None, "its report expires")
        os.kill(process.pid, signal.SIGCONT)
        wait_until(lambda: report_of(redis, "starved"), "it reports again")
        wait_until(lambda: on_time(redis, "starved"), "it has caught up")


def test_a_process_whose_place_another_one_has_taken_ends_by_itself(redis: FarmRedis, redis_url: str) -> None:
    with encoder_process(redis_url, small_spec("overtaken")) as process:
        wait_until(lambda: report_of(redis, "overtaken"), "the process reports")
        program = Program(2, "nonce", 1, Fraction(30), (), emitted=5, started_wall_ms=None)
        redis.set(keys.program("overtaken"), to_json(program))
        assert process.wait(30) == 0


def test_only_what_was_overtaken_for_a_while_ends() -> None:
    fence = Fence()
    seen = [(2, 1)] * (LOOKS - 1) + [(2, 2), (None, 1), (1, 1)] + [(3, 2)] * LOOKS
    assert [fence.look(on_air, newest) for on_air, newest in seen].index(True) == len(seen) - 1


def test_a_process_without_a_readable_order_says_so(redis_url: str) -> None:
    command = [sys.executable, "-m", "encoder.process"]
    run = subprocess.run(command, input=b"{}", capture_output=True, env=environment(redis_url), check=False)
    assert run.returncode == 2
    assert b"spec" in run.stderr


def test_a_process_that_is_told_to_end_leaves_nothing_behind(redis: FarmRedis, redis_url: str) -> None:
    with encoder_process(redis_url, small_spec("gone")) as process:
        wait_until(lambda: report_of(redis, "gone"), "the process reports")
        assert list(SHM_DIR.glob(f"framefarm-{label_of('gone')}-*"))
        process.terminate()
        assert process.wait(5) == 0
    assert not list(SHM_DIR.glob(f"framefarm-{label_of('gone')}-*"))
    assert report_of(redis, "gone") is None
