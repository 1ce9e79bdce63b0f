"""Films: encoded in segments, joined without a seam, and gone on with after any cut."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from encoder.child import sweep
from encoder.film.film import Film, film_settings
from encoder.film.journal import FilmPlan, Journal, Segment
from encoder.order import LastWord
from encoder.registry import Entry
from farm.errors import EncoderFailed
from farm.messages import StreamConfig, StreamSpec
from farm.renders import render_path
from farm.store.connection import FarmRedis
from farm.transport.planes import Plane, i420_bytes, planes_in
from tests.conftest import wait_until
from tests.encoder.farmhand import Farmhand, paint_number, read_number
from tests.encoder.running import SMALL, encoder_process, small_spec

CONFIG = msgspec.structs.replace(SMALL, pace="free", frames=25, fps=Fraction(2), crf=20)
"""Two and a half segments: one is five seconds long."""


def spec(name: str = "film.mp4", generation: int = 1, **changes: Any) -> StreamSpec:
    config = msgspec.structs.replace(CONFIG, **changes)
    return small_spec("film", f"file:{name}", generation=generation, config=config)


def canvas() -> Plane:
    return np.empty(i420_bytes(SMALL.width, SMALL.height), np.uint8)


def path_of(folder: Path, name: str = "film.mp4") -> Path:
    return render_path(folder, "film", f"file:{name}")


def render(folder: Path, order: StreamSpec, upto: int) -> Film:
    """Render numbered pictures as far as frame ``upto``, as a process does that ends there."""
    buffer = canvas()
    film = Film(order, path_of(folder, order.outputs[0].url.removeprefix("file:")), buffer)
    picture = planes_in(buffer, SMALL.width, SMALL.height)
    for tick in range(film.first, upto):
        paint_number(picture, tick)
        film.encode(tick, keyframe=False)
    if upto == order.config.frames:
        film.finish()
    film.stop()
    return film


def pictures(path: Path) -> list[bytes]:
    """Every picture of the film, decoded by somebody else."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v", "-fps_mode", "passthrough"]
    command += ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]
    data = subprocess.run(command, capture_output=True, timeout=60, check=True).stdout
    size = i420_bytes(SMALL.width, SMALL.height)
    return [data[at : at + size] for at in range(0, len(data), size)]


def numbers(path: Path) -> list[int | None]:
    return [
        read_number(np.frombuffer(picture, np.uint8)[: 320 * 180].reshape(180, 320))
        for picture in pictures(path)
    ]


def hashes(path: Path) -> list[str]:
    return [hashlib.sha256(picture).hexdigest() for picture in pictures(path)]


def probe(path: Path) -> dict[str, Any]:
    command = ["ffprobe", "-v", "error", "-show_streams", "-show_packets", "-of", "json", str(path)]
    told = json.loads(subprocess.run(command, capture_output=True, timeout=30, check=True).stdout)
    return {**told["streams"][0], "packets": told["packets"]}


@pytest.mark.parametrize(
    ("name", "codec"),
    [("film.mp4", "h264"), ("film.mkv", "h264"), ("film.flv", "h264"), ("film.webm", "vp9")],
)
def test_a_film_has_every_frame_once_and_at_its_time(name: str, codec: str, tmp_path: Path) -> None:
    render(tmp_path, spec(name), 25)
    path = path_of(tmp_path, name)
    assert numbers(path) == list(range(25))
    told = probe(path)
    assert told["codec_name"] == codec
    times = sorted(float(packet["pts_time"]) for packet in told["packets"])
    assert times == pytest.approx([n / 2 for n in range(25)], abs=0.001)
    decoding = [int(packet["dts"]) for packet in told["packets"] if "dts" in packet]
    assert all(a < b for a, b in pairwise(decoding))
    assert sorted(file.name for file in path.parent.iterdir()) == [name, "journal"]


def test_an_odd_rate_is_kept_exactly(tmp_path: Path) -> None:
    render(tmp_path, spec(fps=Fraction(30_000, 1001), frames=200), 200)
    assert probe(path_of(tmp_path))["r_frame_rate"] == "30000/1001"
    assert numbers(path_of(tmp_path)) == list(range(200))


@pytest.mark.parametrize("cut", [1, 9, 10, 11, 20, 24])
def test_a_film_that_was_cut_goes_on_at_the_last_whole_segment(cut: int, tmp_path: Path) -> None:
    whole, cut_once = tmp_path / "whole", tmp_path / "cut"
    render(whole, spec(), 25)
    render(cut_once, spec(), cut)
    again = Film(spec(generation=2), path_of(cut_once), canvas())
    assert again.first == cut // 10 * 10
    render(cut_once, spec(generation=2), 25)
    assert hashes(path_of(cut_once)) == hashes(path_of(whole))
    assert path_of(cut_once).read_bytes() == path_of(whole).read_bytes()


def test_a_process_that_finds_every_segment_only_joins_them(tmp_path: Path) -> None:
    film = Film(spec(), path_of(tmp_path), buffer := canvas())
    for tick in range(25):
        paint_number(planes_in(buffer, SMALL.width, SMALL.height), tick)
        film.encode(tick, keyframe=False)
    assert not path_of(tmp_path).exists()
    assert render(tmp_path, spec(), 25).first == 25
    assert numbers(path_of(tmp_path)) == list(range(25))
    assert Film(spec(), path_of(tmp_path), canvas()).first == 25


def test_a_finished_film_is_begun_anew_by_the_next_start(tmp_path: Path) -> None:
    render(tmp_path, spec(), 25)
    assert Film(spec(generation=2), path_of(tmp_path), canvas()).first == 0


@pytest.mark.parametrize("other", [{"crf": 30}, {"frames": 26}, {"first_frame": 1}, {"fps": Fraction(3)}])
def test_another_film_shares_no_segment(other: dict[str, Any], tmp_path: Path) -> None:
    render(tmp_path, spec(), 20)
    assert Film(spec(**other), path_of(tmp_path), canvas()).first == 0


PLAN = FilmPlan("film.mp4", 320, 180, "2", 25, 0, 10, "libx264", {}, None)


def journal(folder: Path, segments: int) -> Journal:
    """A journal of whole segments of ten frames."""
    made = Journal(folder, PLAN, 1)
    for number in range(segments):
        (made.folder / f"{number}.mp4").write_bytes(b"x" * 9)
        made.add(Segment(10 * number, 10, f"{number}.mp4", 9))
    return made


@pytest.mark.parametrize("torn", [1, 10, 40])
def test_a_torn_last_line_does_not_count(torn: int, tmp_path: Path) -> None:
    journal(tmp_path, 2)
    path = tmp_path / "journal"
    path.write_bytes(path.read_bytes()[:-torn])
    again = Journal(tmp_path, PLAN, 1)
    assert again.frames_done == (20 if torn == 1 else 10)
    again.add(Segment(again.frames_done, 5, "more.mp4", 0))
    (again.folder / "more.mp4").touch()
    assert Journal(tmp_path, PLAN, 1).frames_done == again.frames_done


def test_a_segment_that_is_gone_or_damaged_is_rendered_again(tmp_path: Path) -> None:
    (journal(tmp_path, 3).folder / "1.mp4").write_bytes(b"short")
    assert Journal(tmp_path, PLAN, 1).frames_done == 10


def test_nonsense_in_a_journal_is_no_film(tmp_path: Path) -> None:
    (tmp_path / "journal").write_bytes(b"\xff\x00nonsense\n{}\n")
    assert Journal(tmp_path, PLAN, 1).frames_done == 0


def test_a_folder_that_cannot_be_written_is_an_error_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "renders").write_text("in the way")
    with pytest.raises(EncoderFailed, match="cannot be written: "):
        Film(spec(), path_of(tmp_path), canvas())


def test_quality_is_constant_or_the_bit_rate_is_on_average() -> None:
    config = StreamConfig(bitrate_kbps=900, pace="free", frames=9)
    constant = film_settings(msgspec.structs.replace(config, crf=18), Path("film.mp4"))
    assert (constant.options["crf"], constant.bitrate_kbps) == ("18", None)
    average = film_settings(config, Path("film.webm"))
    assert ("crf" in average.options, average.bitrate_kbps) == (False, 900)


def test_a_killed_encoder_process_is_gone_on_with(redis: FarmRedis, redis_url: str, tmp_path: Path) -> None:
    order = spec(frames=600, fps=Fraction(10))
    segments = path_of(tmp_path).parent / "segments"
    with Farmhand(redis_url, "film"):
        with encoder_process(redis_url, order, state_dir=tmp_path) as process:
            wait_until(lambda: len(list(segments.glob("*.mp4"))) > 1, "some segments are there")
            process.send_signal(signal.SIGKILL)
        sweep(Entry("film", process.pid, 0.0, 1, 1, "film-test"))
        with encoder_process(redis_url, order, epoch=2, state_dir=tmp_path) as process:
            assert process.wait(60) == LastWord.FINISHED
    assert numbers(path_of(tmp_path)) == list(range(600))
