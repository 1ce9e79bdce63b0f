"""What a running process does about a new spec, and who is told of it."""

from __future__ import annotations

import os
import threading
from fractions import Fraction

import msgspec
import numpy as np
import pytest

from encoder.changes import Change, needed
from encoder.control import Answer, ControlDesk, Proposal, Question
from encoder.fan import Fan
from encoder.flv import Kind, Tag
from encoder.video import VideoEncoder, video_settings
from farm.clock import ManualClock
from farm.messages import OutputReport, OutputSpec, StreamConfig
from tests.conftest import wait_until
from tests.encoder.running import SMALL, small_spec

_OTHER = {
    "width": (640, Change.EPOCH),
    "height": (360, Change.EPOCH),
    "fps": (Fraction(60), Change.EPOCH),
    "bitrate_kbps": (900, Change.BITRATE),
    "gop_frames": (90, Change.EPOCH),
    "preset": ("veryfast", Change.EPOCH),
    "render_quality": ("low", Change.EPOCH),
    "max_layers": (7, Change.NOTHING),
    "hardware_acceleration": (True, Change.EPOCH),
    "audio_kbps": (64, Change.PROCESS),
    "crf": (20, Change.PROCESS),
}


@pytest.mark.parametrize("name", [field.name for field in msgspec.structs.fields(StreamConfig)])
def test_how_deep_a_change_of_each_setting_goes(name: str) -> None:
    value, change = _OTHER.get(name, (None, Change.PROCESS))
    old = small_spec("s")
    new = msgspec.structs.replace(old, generation=2, config=msgspec.structs.replace(SMALL, **{name: value}))
    assert needed(old, new) is change
    assert needed(new, old) is change


def test_the_deepest_of_several_changes_counts() -> None:
    old = small_spec("s")
    config = msgspec.structs.replace(SMALL, bitrate_kbps=900, fps=Fraction(25))
    assert needed(old, msgspec.structs.replace(old, config=config)) is Change.EPOCH
    outputs = (OutputSpec("b", "rtmp://b/live/b"),)
    assert needed(old, msgspec.structs.replace(old, generation=9, outputs=outputs)) is Change.NOTHING
    assert needed(old, msgspec.structs.replace(old, started_wall_ms=1)) is Change.PROCESS


class FakeOutput:
    def __init__(self, spec: OutputSpec, log: list[str]) -> None:
        self._name = spec.url
        self._log = log

    def start(self) -> None:
        self._log.append(f"start {self._name}")

    def put(self, tag: Tag) -> None:
        self._log.append(f"put {self._name} {tag.time_ms}")

    def finish(self) -> None:
        self._log.append(f"finish {self._name}")

    def stop(self) -> None:
        self._log.append(f"stop {self._name}")

    def join(self, timeout_s: float) -> None:
        self._log.append(f"join {self._name} {timeout_s:.1f}")

    def report(self) -> OutputReport:
        return OutputReport(self._name, "", "connected", 1, 0, 0, 0)


def test_outputs_come_and_go_and_the_others_notice_nothing() -> None:
    log: list[str] = []
    fan = Fan(lambda spec: FakeOutput(spec, log), ManualClock(), 2.5)
    one, two, moved = OutputSpec("1", "a"), OutputSpec("2", "b"), OutputSpec("2", "c")
    fan.change([one, two])
    fan.change([one, moved])
    fan.put(Tag(Kind.AUDIO, 5, b""))
    assert log == ["start a", "start b", "stop b", "join b 2.5", "start c", "put a 5", "put c 5"]
    assert [report.id for report in fan.reports()] == ["a", "c"]
    fan.change([moved])
    fan.close()
    assert log[7:] == ["stop a", "join a 2.5", "stop c", "join c 2.5"]


def test_a_proposal_reaches_the_process_that_it_is_meant_for() -> None:
    stopping, heard = threading.Event(), list[Proposal]()
    label = f"test-{os.getpid()}-{threading.get_ident()}"

    def answer(proposal: Proposal) -> Answer:
        heard.append(proposal)
        return Answer(taken=True, epoch=proposal.epoch)

    desk = ControlDesk(label, answer, lambda: None, stopping)
    proposal = Proposal(small_spec("s", "rtmp://host/live/secret", generation=2), 7)
    with pytest.raises(OSError, match="refused"):
        Question(label, os.getpid(), proposal)
    desk.thread.start()
    answers: list[Answer] = []

    def asked() -> bool:
        try:
            question = Question(label, os.getpid(), proposal)
        except ConnectionRefusedError:
            return False
        while not (answer := question.answer()):
            continue
        answers.append(answer)
        return True

    wait_until(asked, "the desk listens")
    with pytest.raises(ConnectionRefusedError, match="somebody else"):
        Question(label, os.getpid() + 1, proposal)
    stopping.set()
    desk.thread.join()
    assert heard == [proposal]
    assert answers == [Answer(taken=True, epoch=7)]


def _noise_kbps(encoder: VideoEncoder, canvas: bytearray, ticks: range) -> tuple[float, list[int]]:
    """The bit rate of so many pictures of noise, and where keyframes lie."""
    size, keyframes = 0, []
    for tick in ticks:
        canvas[: len(canvas) // 2] = os.urandom(len(canvas) // 2)
        for tag in encoder.encode(tick, keyframe=False):
            size += len(tag.payload)
            keyframes += [tick] if tag.keyframe else []
    return size * 8 / 1000 / (len(ticks) / 30), keyframes


@pytest.mark.parametrize("bitrate_kbps", [500, 4000])
def test_another_bit_rate_holds_from_the_next_keyframe_that_falls_anyway(bitrate_kbps: int) -> None:
    canvas = bytearray(320 * 180 * 3 // 2)
    config = msgspec.structs.replace(SMALL, bitrate_kbps=1500)
    encoder = VideoEncoder(video_settings(config, hardware=False), np.frombuffer(canvas, np.uint8))
    before_kbps, _ = _noise_kbps(encoder, canvas, range(45))
    encoder.change_bitrate(bitrate_kbps)
    assert encoder.settings.bitrate_kbps == bitrate_kbps
    _noise_kbps(encoder, canvas, range(45, 60))
    after_kbps, keyframes = _noise_kbps(encoder, canvas, range(60, 150))
    assert keyframes == [60, 90, 120]
    assert before_kbps < 2200
    assert abs(after_kbps / bitrate_kbps - 1) < 0.25, after_kbps
