"""Settings that change on air: the same process, the same connections, and no tick is missing."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import groupby, pairwise
from threading import Thread

import msgspec
import numpy as np

from encoder.control import Answer, Proposal, Question
from farm.messages import OutputSpec, StreamReport, StreamSpec
from farm.store.connection import FarmRedis
from farm.transport.ring import SHM_DIR
from tests.conftest import RtmpServer, wait_until
from tests.encoder.farmhand import Farmhand, read_number
from tests.encoder.running import encoder_process, label_of, report_of, small_spec

_SHOWN = re.compile(rb"pts_time:([\d.]+).* s:(\d+x\d+) ")


class Reader:
    """ffmpeg as a viewer: the number, the time in seconds and the size of every picture."""

    def __init__(self, url: str, pictures: int) -> None:
        self._command = ["ffmpeg", "-v", "info", "-nostats", "-rw_timeout", "10000000"]
        self._command += ["-analyzeduration", "500000", "-i", url, "-map", "0:v", "-copyts"]
        self._command += ["-vf", "showinfo=checksum=0,scale=320:180", "-fps_mode", "passthrough"]
        self._command += ["-frames:v", str(pictures), "-f", "rawvideo", "-pix_fmt", "gray", "-"]
        self.numbers: list[int | None] = []
        self.shown: list[tuple[float, str]] = []
        """Time and size of each picture."""

    def read(self) -> None:
        """Read all pictures."""
        with subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            listener = Thread(target=self._listen, args=(process,))
            listener.start()
            assert process.stdout is not None
            while len(data := process.stdout.read(320 * 180)) == 320 * 180:
                self.numbers.append(read_number(np.frombuffer(data, np.uint8).reshape(180, 320)))
            listener.join()

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            if match := _SHOWN.search(line):
                self.shown.append((float(match[1]), match[2].decode()))

    def sizes(self) -> list[str]:
        """The sizes that were shown, one after the other."""
        return [size for size, _ in groupby(size for _, size in self.shown)]

    def distances_ms(self) -> list[int]:
        """How far pictures lie apart."""
        return [round(1000 * (after - before)) for (before, _), (after, _) in pairwise(self.shown)]

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read while the block runs, and to the end."""
        thread = Thread(target=self.read)
        thread.start()
        wait_until(lambda: len(self.numbers) > 15, "the reader sees pictures")
        try:
            yield
        finally:
            thread.join()


class Process:
    """The process under test, in the eyes of its node."""

    def __init__(self, redis: FarmRedis, pid: int, label: str) -> None:
        self._redis = redis
        self._pid = pid
        self._label = label

    def propose(self, spec: StreamSpec, epoch: int = 99) -> Answer:
        question = Question(self._label, self._pid, Proposal(spec, epoch))
        answers: list[Answer] = []

        def answered() -> bool:
            answer = question.answer()
            answers.extend([answer] if answer else [])
            return bool(answers)

        wait_until(answered, "the process answers")
        return answers[0]

    def report(self, stream: str) -> StreamReport:
        wait_until(lambda: report_of(self._redis, stream), "the process reports")
        report = report_of(self._redis, stream)
        assert report is not None
        return report


@contextmanager
def on_air(redis: FarmRedis, redis_url: str, spec: StreamSpec) -> Iterator[Process]:
    """A stream that is on air, with pictures."""
    with encoder_process(redis_url, spec) as popen:
        process = Process(redis, popen.pid, label_of(spec.stream))
        wait_until(lambda: (report := report_of(redis, spec.stream)) and report.fresh, "pictures")
        wait_until(lambda: all(o.state == "connected" for o in process.report(spec.stream).outputs), "on air")
        yield process


@contextmanager
def on_air_without_pictures(redis: FarmRedis, redis_url: str, spec: StreamSpec) -> Iterator[Process]:
    """A process that ticks; nobody draws for it."""
    with encoder_process(redis_url, spec) as popen:
        process = Process(redis, popen.pid, label_of(spec.stream))
        process.report(spec.stream)
        yield process


def changed(spec: StreamSpec, **config: object) -> StreamSpec:
    """The next generation, with other settings."""
    return msgspec.structs.replace(
        spec, generation=spec.generation + 1, config=msgspec.structs.replace(spec.config, **config)
    )


def assert_goes_on(numbers: list[int]) -> None:
    """Pictures never go back. One may be repeated under load, never more than the ring bridges."""
    steps = [after - before for before, after in pairwise(numbers)]
    assert min(steps) >= 0, steps
    assert max(steps) <= 8, steps
    assert steps.count(1) > len(steps) * 0.8, steps


def test_size_and_rate_change_without_a_missing_tick(
    redis: FarmRedis, redis_url: str, rtmp_server: RtmpServer
) -> None:
    spec, url = small_spec("seam", rtmp_server.url("seam")), rtmp_server.url("seam")
    reader = Reader(url, pictures=230)
    with Farmhand(redis_url, "seam"), on_air(redis, redis_url, spec) as process:
        before = process.report("seam")
        with reader.reading():
            larger = changed(spec, width=480, height=270)
            assert process.propose(larger, 5) == Answer(taken=True, epoch=5)
            wait_until(lambda: len(reader.sizes()) == 2, "the reader sees the new size")
            faster = changed(larger, fps=Fraction(60), gop_frames=120)
            assert process.propose(faster, 6) == Answer(taken=True, epoch=6)
        wait_until(lambda: process.report("seam").epoch == 6, "the new epoch reports")
        after = process.report("seam")
        segments = list(SHM_DIR.glob(f"framefarm-{label_of('seam')}-*"))
    assert (after.pid, after.generation) == (before.pid, 3)
    assert [output.connects for output in after.outputs] == [1]
    assert len(segments) == 1
    assert reader.sizes() == ["320x180", "480x270"]
    distances_ms = reader.distances_ms()
    assert set(distances_ms) <= {16, 17, 33, 34}, distances_ms
    slow = [distance > 20 for distance in distances_ms]
    assert slow == sorted(slow, reverse=True)
    numbers = [number for number in reader.numbers if number is not None]
    assert len(numbers) == len(reader.numbers)
    assert_goes_on(numbers)


def test_a_new_bit_rate_costs_nothing(redis: FarmRedis, redis_url: str, rtmp_server: RtmpServer) -> None:
    url = rtmp_server.url("rate")
    spec = small_spec("rate", url)
    reader = Reader(url, pictures=110)
    with Farmhand(redis_url, "rate"), on_air(redis, redis_url, spec) as process:
        before = process.report("rate")
        with reader.reading():
            assert process.propose(changed(spec, bitrate_kbps=500), 5) == Answer(taken=True, epoch=1)
        wait_until(lambda: process.report("rate").generation == 2, "it reports the new generation")
        after = process.report("rate")
    assert (after.pid, after.epoch) == (before.pid, before.epoch)
    assert [output.connects for output in after.outputs] == [1]
    assert set(reader.distances_ms()) <= {33, 34}
    numbers = [number or 0 for number in reader.numbers]
    assert_goes_on(numbers)


def test_only_the_output_that_changed_connects(
    redis: FarmRedis, redis_url: str, rtmp_server: RtmpServer
) -> None:
    spec = small_spec("fan", rtmp_server.url("fan-1"))
    with Farmhand(redis_url, "fan"), on_air(redis, redis_url, spec) as process:
        first, second = spec.outputs[0], OutputSpec("out-2", rtmp_server.url("fan-2"))
        both = msgspec.structs.replace(spec, generation=2, outputs=(first, second))
        assert process.propose(both).taken

        def connected(*ids: str) -> bool:
            outputs = process.report("fan").outputs
            return [(o.id, o.state, o.connects) for o in outputs] == [(i, "connected", 1) for i in ids]

        wait_until(lambda: connected("out-1", "out-2"), "both are connected, the first one still")
        assert process.propose(msgspec.structs.replace(both, generation=3, outputs=(first,))).taken
        wait_until(lambda: connected("out-1"), "one is left, and it is the same")


def test_what_only_another_process_can_do_is_refused(redis: FarmRedis, redis_url: str) -> None:
    spec = small_spec("deep")
    with on_air_without_pictures(redis, redis_url, spec) as process:
        assert not process.propose(changed(spec, audio_kbps=64)).taken
        refused = process.propose(changed(spec, preset="nonsense"))
        assert not refused.taken
        assert "libx264 refuses" in (refused.reason or "")
        assert process.report("deep").generation == 1
