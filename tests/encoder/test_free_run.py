"""Renders: every frame once, however many are lost, and an end that says what it is."""

from __future__ import annotations

import json
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from encoder.destinations import Destinations
from encoder.epoch import FREE_RING_BYTES, ring_slots
from encoder.flv import Kind, StreamHeader, Tag
from encoder.flv_file import flv_tag
from encoder.free_run import FreeRun
from encoder.order import LastWord
from encoder.outputs import Feedback, OutputLimits
from encoder.patience import LONGEST_FACTOR, REMIND_NS, Limits, Patience, Step
from farm.clock import ManualClock
from farm.errors import EncoderFailed, OutputFailed, RenderFailed
from farm.messages import StreamConfig, StreamSpec
from farm.renders import render_path
from farm.store.connection import FarmRedis
from farm.transport.ring import SHM_DIR
from tests.conftest import wait_until
from tests.encoder.farmhand import Farmhand, read_number
from tests.encoder.running import SMALL, encoder_process, label_of, report_of, small_spec

S = 1_000_000_000
LIMITS = Limits(again_ns=2 * S, most_orders=3)


def steps(patience: Patience, start_ns: int, seconds: float) -> list[tuple[float, Step]]:
    """What is due at each tenth of a second, and when, in s."""
    times = range(start_ns, start_ns + int(seconds * S) + 1, S // 10)
    found = [((now_ns - start_ns) / S, patience.step(now_ns)) for now_ns in times]
    return [(at, step) for at, step in found if step not in (Step.WAIT, Step.REMIND)]


def test_a_frame_is_ordered_again_later_and_later_and_then_given_up() -> None:
    found = steps(Patience(LIMITS, 7), 7, 40)
    assert found[:4] == [
        (2.0, Step.ORDER_AGAIN),
        (6.0, Step.ORDER_AGAIN),
        (14.0, Step.ORDER_AGAIN),
        (30.0, Step.GIVE_UP),
    ]


def test_pauses_grow_to_eight_times_the_first_one() -> None:
    patience = Patience(Limits(again_ns=S, most_orders=7), 0)
    times = [at for at, step in steps(patience, 0, 50) if step is Step.ORDER_AGAIN]
    pauses = [round(b - a) for a, b in pairwise([0.0, *times])]
    assert pauses == [1, 2, 4, LONGEST_FACTOR, LONGEST_FACTOR, LONGEST_FACTOR, LONGEST_FACTOR]


def test_whoever_hears_frames_come_orders_none_again() -> None:
    patience = Patience(LIMITS, 0)
    for now_ns in range(0, 100 * S, S):
        patience.frame_came(now_ns)
        assert patience.step(now_ns + S - 1) in (Step.WAIT, Step.REMIND)


def test_whoever_waits_says_so_several_times_a_second() -> None:
    patience = Patience(LIMITS, 0)
    told = [now for now in range(0, S, S // 100) if patience.step(now) is Step.REMIND]
    assert len(told) == 3
    assert all(b - a >= REMIND_NS for a, b in pairwise(told))


class Drawn:
    """A pipeline whose frames come when the script says, by what was asked before."""

    def __init__(self, lost: set[int]) -> None:
        self.lost = lost
        self.emitted: list[int] = []
        self.asked_again: list[int] = []
        self.reminded = 0

    def tick_if_here(self, tick: int) -> bool:
        if tick in self.lost:
            return False
        self.emitted.append(tick)
        return True

    def waiting(self) -> int:
        return 3

    def remind(self) -> None:
        self.reminded += 1

    def ask_again(self) -> tuple[int, ...]:
        frame = self.emitted[-1] + 1 if self.emitted else 0
        self.asked_again.append(frame)
        self.lost.discard(frame)
        return (frame,)

    def refusals(self) -> str:
        return "2 garbage"


def test_lost_frames_are_ordered_again_and_every_frame_is_emitted_once() -> None:
    ticks, clock = Drawn({0, 5, 6}), ManualClock()
    assert FreeRun(ticks, LIMITS, clock, frames=9).run(lambda: False)
    assert ticks.emitted == list(range(9))
    assert ticks.asked_again == [0, 5, 6]
    assert 6 * S <= clock.monotonic_ns() < 7 * S
    assert ticks.reminded


def test_a_run_goes_on_where_another_one_ended() -> None:
    ticks = Drawn(set())
    assert FreeRun(ticks, LIMITS, ManualClock(), first=6, frames=9).run(lambda: False)
    assert ticks.emitted == [6, 7, 8]


def test_a_run_without_an_end_is_ended_by_who_started_it() -> None:
    ticks = Drawn(set())
    assert not FreeRun(ticks, LIMITS, ManualClock()).run(lambda: len(ticks.emitted) == 50)
    assert ticks.emitted == list(range(50))


def test_a_frame_that_never_comes_ends_the_render_and_is_named() -> None:
    class Hopeless(Drawn):
        def ask_again(self) -> tuple[int, ...]:
            return (4,)

    with pytest.raises(
        RenderFailed, match=r"frame 4 did not come, though it was ordered 4 times.* 2 garbage"
    ):
        FreeRun(Hopeless({4}), LIMITS, ManualClock(), frames=9).run(lambda: False)


def test_a_tag_has_the_layout_of_flv() -> None:
    assert flv_tag(9, 0x01020304, b"abc") == b"\x09\0\0\3\2\3\4\1\0\0\0abc\0\0\0\x0e"


def render_spec(frames: int, url: str = "file:film.flv") -> StreamSpec:
    config = msgspec.structs.replace(SMALL, pace="free", frames=frames)
    return small_spec("film", url, config=config)


def outputs_of(spec: StreamSpec, folder: Path) -> Any:
    header = StreamHeader({}, (Tag(Kind.VIDEO, 0, b"header"),))
    feedback = Feedback(lambda: None, lambda _tag: None)
    limits, free = OutputLimits(10, 1.0, 1.0), spec.config.pace == "free"
    made = Destinations(spec.stream, free, limits, ManualClock(), feedback, folder)
    return tuple(made.make(output, header) for output in spec.outputs)


@pytest.mark.parametrize(
    "url", ["file:../film.flv", "file:/etc/film.flv", "file:.flv", "file:film.exe", "file:"]
)
def test_nobody_chooses_a_path(url: str, tmp_path: Path) -> None:
    with pytest.raises(OutputFailed):
        render_path(tmp_path, "s", url)


def test_files_are_for_free_streams_and_servers_for_live_ones(tmp_path: Path) -> None:
    with pytest.raises(EncoderFailed, match="files"):
        outputs_of(render_spec(1, "rtmp://host/app/key"), tmp_path)
    with pytest.raises(EncoderFailed, match="servers"):
        outputs_of(small_spec("film", "file:film.flv", config=StreamConfig()), tmp_path)


def test_a_file_gets_its_name_when_it_is_whole(tmp_path: Path) -> None:
    path = render_path(tmp_path, "film", "file:film.flv")
    for whole in (False, True):
        [output] = outputs_of(render_spec(1), tmp_path)
        output.start()
        output.put(Tag(Kind.VIDEO, 0, b"picture", keyframe=True))
        if whole:
            output.finish()
        output.stop()
        assert path.exists() is whole
        assert path.with_name("film.flv.part").exists() is not whole


def test_a_file_that_cannot_be_written_is_an_error_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "renders").write_text("in the way")
    [output] = outputs_of(render_spec(1), tmp_path)
    with pytest.raises(EncoderFailed, match=r"film\.flv cannot be written: "):
        output.start()


@pytest.mark.parametrize(
    ("width", "height", "usual", "slots"),
    [(1920, 1080, 8, 16), (640, 360, 16, 32), (2560, 1440, 8, 11), (3840, 2160, 8, 8)],
)
def test_a_free_stream_has_a_larger_ring_as_far_as_memory_allows(
    width: int, height: int, usual: int, slots: int
) -> None:
    free = StreamConfig(width=width, height=height, pace="free")
    assert ring_slots(free, usual) == slots
    assert slots == usual or slots * width * height * 3 // 2 <= FREE_RING_BYTES
    assert ring_slots(StreamConfig(width=width, height=height), usual) == usual


def decoded(path: Path) -> list[int | None]:
    """The numbers in all pictures of a film of SMALL's size."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v", "-fps_mode", "passthrough"]
    command += ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]
    data = subprocess.run(command, capture_output=True, timeout=60, check=True).stdout
    pictures = np.frombuffer(data, np.uint8).reshape(-1, 270, 320)
    return [read_number(picture[:180]) for picture in pictures]


@pytest.mark.parametrize("by_mailbox", [False, True])
def test_a_render_has_every_frame_once_though_some_are_lost(
    redis: FarmRedis, redis_url: str, tmp_path: Path, *, by_mailbox: bool
) -> None:
    hand = Farmhand(redis_url, "film", by_mailbox=by_mailbox)
    hand.lost = {0, 17, 18, 99}
    spec = render_spec(100)
    with hand, encoder_process(redis_url, spec, state_dir=tmp_path, render_retry_ms=100) as process:
        assert process.wait(20) == LastWord.FINISHED
    path = render_path(tmp_path, "film", "file:film.flv")
    assert decoded(path) == list(range(100))
    assert report_of(redis, "film") is None
    assert not list(SHM_DIR.glob(f"framefarm-{label_of('film')}-*"))
    told = subprocess.run(
        ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", str(path)],
        capture_output=True,
        timeout=30,
        check=True,
    )
    film = json.loads(told.stdout)
    assert float(film["format"]["duration"]) == pytest.approx(100 / 30, abs=0.05)
    assert {stream["codec_name"] for stream in film["streams"]} == {"h264", "aac"}


def test_a_render_that_nobody_draws_fails_with_a_reason(redis_url: str, tmp_path: Path) -> None:
    spec = render_spec(10)
    with encoder_process(
        redis_url, spec, state_dir=tmp_path, render_retry_ms=100, render_retries=2
    ) as process:
        assert process.wait(20) == LastWord.HOPELESS
    assert not render_path(tmp_path, "film", "file:film.flv").exists()


def test_a_render_that_is_told_to_end_leaves_no_whole_file(
    redis: FarmRedis, redis_url: str, tmp_path: Path
) -> None:
    with (
        Farmhand(redis_url, "film"),
        encoder_process(redis_url, render_spec(0), state_dir=tmp_path) as process,
    ):
        wait_until(lambda: report_of(redis, "film"), "it reports")
        process.terminate()
        assert process.wait(10) == 0
    assert not render_path(tmp_path, "film", "file:film.flv").exists()
