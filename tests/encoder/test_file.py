"""Films as files: the exact settings, and that an independent reader finds every picture."""

from __future__ import annotations

import io
import json
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from encoder.file import encode_film, file_settings
from farm.errors import EncoderFailed, InputError
from farm.transport.planes import i420_bytes, planes_in
from farm.transport.y4m import FilmFormat, read_header, write_header, write_picture

FILM = FilmFormat(64, 48, Fraction(30))
PICTURES = 20


def greys() -> io.BytesIO:
    """A film whose pictures are even greys, each brighter than the one before; its header is read."""
    film = io.BytesIO()
    write_header(film, FILM)
    buffer = np.full(i420_bytes(FILM.width, FILM.height), 128, np.uint8)
    for number in range(PICTURES):
        planes_in(buffer, FILM.width, FILM.height).y.fill(20 + 10 * number)
        write_picture(film, buffer)
    film.seek(0)
    read_header(film)
    return film


def probe(path: Path) -> dict[str, Any]:
    """What ffprobe finds: the video stream, with every picture counted."""
    command = ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json"]
    found = json.loads(subprocess.run([*command, str(path)], check=True, capture_output=True).stdout)
    return {**found["streams"][0], "container": found["format"]["format_name"]}


def brightness(path: Path) -> list[int]:
    """The luma in the middle of every picture, as ffmpeg decodes it."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-vf", "crop=2:2:32:24,format=yuv420p"]
    raw = subprocess.run(
        [*command, "-fps_mode", "passthrough", "-f", "rawvideo", "-"], check=True, capture_output=True
    ).stdout
    return list(raw[::6])


@pytest.mark.parametrize(("container", "codec"), [("mp4", "h264"), ("webm", "vp9"), ("flv", "h264")])
def test_every_picture_is_in_the_file_and_its_colours_are_named(
    container: str, codec: str, tmp_path: Path
) -> None:
    path = tmp_path / "film"
    settings = file_settings(container, FILM, crf=12, bitrate_kbps=None)
    assert encode_film(greys(), settings, path) == PICTURES
    found = probe(path)
    assert container in found["container"]
    assert (found["codec_name"], found["width"], found["height"]) == (codec, 64, 48)
    assert (found["r_frame_rate"], int(found["nb_read_frames"])) == ("30/1", PICTURES)
    assert (found["color_space"], found["color_range"]) == ("bt709", "tv")
    seen = brightness(path)
    assert len(seen) == PICTURES
    assert all(abs(level - (20 + 10 * number)) <= 3 for number, level in enumerate(seen))


def test_the_settings_of_each_container() -> None:
    mp4 = file_settings("mp4", FILM, crf=20, bitrate_kbps=None)
    assert mp4.codec == "libx264"
    assert mp4.options == {"g": "150", "crf": "20", "preset": "medium"}
    assert mp4.container_options == {"movflags": "+faststart"}
    webm = file_settings("webm", FILM, crf=30, bitrate_kbps=None)
    assert webm.codec == "libvpx-vp9"
    assert webm.options == {
        "g": "150",
        "crf": "30",
        "b": "0",
        "deadline": "good",
        "cpu-used": "4",
        "row-mt": "1",
    }
    flv = file_settings("flv", FILM, crf=20, bitrate_kbps=900)
    assert (flv.codec, flv.bitrate_kbps, flv.options) == (
        "libx264",
        900,
        {"g": "150", "preset": "medium", "bf": "0"},
    )


def test_a_bit_rate_replaces_the_constant_quality() -> None:
    for container in ("mp4", "webm", "flv"):
        options = file_settings(container, FILM, crf=20, bitrate_kbps=800).options
        assert not {"crf", "b"} & set(options)


def test_a_file_that_cannot_be_written_is_the_users_mistake(tmp_path: Path) -> None:
    settings = file_settings("mp4", FILM, crf=20, bitrate_kbps=None)
    with pytest.raises(InputError, match="cannot be written"):
        encode_film(greys(), settings, tmp_path / "nowhere" / "film.mp4")


def test_a_codec_that_refuses_says_so(tmp_path: Path) -> None:
    settings = file_settings("webm", FILM, crf=9999, bitrate_kbps=None)
    with pytest.raises(EncoderFailed, match="libvpx-vp9"):
        encode_film(greys(), settings, tmp_path / "film.webm")
