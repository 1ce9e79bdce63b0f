"""Video, sound and preview: the exact options, exact times, exact colours, and no copy on the way."""

from __future__ import annotations

from fractions import Fraction

import av
import cv2
import msgspec
import numpy as np
import pytest

from encoder.audio import SilenceEncoder
from encoder.canvas import Canvas
from encoder.flv import Kind, Tag
from encoder.preview import preview_jpeg, preview_size
from encoder.video import HARDWARE, SOFTWARE, VideoEncoder, video_settings
from farm.errors import EncoderFailed
from farm.messages import StreamConfig
from tests.encoder.running import SMALL

BT709_LIMITED = np.array([[0.2126, 0.7152, 0.0722], [-0.1146, -0.3854, 0.5], [0.5, -0.4542, -0.0458]])


def test_software_settings_are_exactly_these() -> None:
    settings = video_settings(StreamConfig(), hardware=False)
    assert (settings.codec, settings.bitrate_kbps) == (SOFTWARE, 4000)
    assert settings.options == {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "maxrate": "4000k",
        "bufsize": "4000k",
        "g": "60",
        "keyint_min": "60",
        "sc_threshold": "0",
        "bf": "0",
        "forced-idr": "1",
        "threads": "1",
    }


def test_hardware_settings_are_exactly_these() -> None:
    settings = video_settings(StreamConfig(preset="veryfast", gop_frames=120), hardware=True)
    assert settings.codec == HARDWARE
    assert settings.options == {
        "preset": "p3",
        "tune": "ull",
        "rc": "cbr",
        "zerolatency": "1",
        "no-scenecut": "1",
        "delay": "0",
        "maxrate": "4000k",
        "bufsize": "4000k",
        "g": "120",
        "bf": "0",
        "forced-idr": "1",
    }


@pytest.mark.parametrize(
    ("height", "fps", "preset", "threads"),
    [
        (720, 60, "ultrafast", "1"),
        (1080, 60, "veryfast", "1"),
        (1080, 30, "medium", "1"),
        (1080, 60, "medium", "2"),
        (2160, 30, "ultrafast", "2"),
    ],
)
def test_a_second_thread_only_where_one_is_not_enough(
    height: int, fps: int, preset: str, threads: str
) -> None:
    config = StreamConfig(width=height * 16 // 9, height=height, fps=Fraction(fps), preset=preset)
    assert video_settings(config, hardware=False).options["threads"] == threads


def test_wrong_settings_are_our_error() -> None:
    config = msgspec.structs.replace(SMALL, preset="nonsense")
    with pytest.raises(EncoderFailed, match="libx264 refuses"):
        VideoEncoder.open(config, Canvas(320, 180).buffer)


def test_without_a_graphics_card_a_stream_is_encoded_by_the_processor() -> None:
    config = msgspec.structs.replace(SMALL, hardware_acceleration=True)
    encoder = VideoEncoder.open(config, Canvas(320, 180).buffer)
    assert encoder.encode(0, keyframe=False)


@pytest.fixture
def canvas() -> Canvas:
    return Canvas(SMALL.width, SMALL.height)


@pytest.fixture
def encoder(canvas: Canvas) -> VideoEncoder:
    return VideoEncoder(video_settings(SMALL, hardware=False), canvas.buffer)


def decoded(encoder: VideoEncoder, tags: list[Tag]) -> list[av.VideoFrame]:
    """The pictures of ``tags``, as a decoder sees them that knows the sequence header only."""
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, av.video.codeccontext.VideoCodecContext)
    decoder.extradata = encoder.header().payload[5:]
    frames = []
    for tag in tags:
        frames += decoder.decode(av.Packet(tag.payload[5:]))
    return frames + decoder.decode(None)


def test_the_encoder_reads_the_canvas_where_it_lies(encoder: VideoEncoder, canvas: Canvas) -> None:
    first = canvas.buffer.ctypes.data
    assert [plane.buffer_ptr - first for plane in encoder._frame.planes] == [0, 320 * 180, 320 * 180 * 5 // 4]


def test_each_picture_is_coded_at_once_as_it_was_then(encoder: VideoEncoder, canvas: Canvas) -> None:
    tags = []
    levels = [40, 200, 90, 90, 16, 235]
    for tick, level in enumerate(levels):
        canvas.planes.y.fill(level)
        (tag,) = encoder.encode(tick, keyframe=False)
        tags.append(tag)
    assert encoder.flush() == []
    shown = [int(frame.to_ndarray()[:180].mean()) for frame in decoded(encoder, tags)]
    assert shown == pytest.approx(levels, abs=3)
    assert [tag.time_ms for tag in tags] == [0, 33, 67, 100, 133, 167]


def test_keyframes_come_first_at_the_gop_and_when_asked_for(encoder: VideoEncoder) -> None:
    tags = [tag for tick in range(70) for tag in encoder.encode(tick, keyframe=tick == 10)]
    assert [tick for tick, tag in enumerate(tags) if tag.keyframe] == [0, 10, 40]


def test_the_stream_carries_its_colours(encoder: VideoEncoder, canvas: Canvas) -> None:
    (frame,) = decoded(encoder, encoder.encode(0, keyframe=False))
    assert (frame.color_primaries, frame.color_trc, frame.colorspace, frame.color_range) == (1, 1, 1, 1)


@pytest.mark.parametrize("fps", [Fraction(30), Fraction(60), Fraction(30000, 1001), Fraction(1)])
def test_sound_keeps_step_with_the_picture(fps: Fraction) -> None:
    encoder = SilenceEncoder(fps, 128)
    blocks: list[Tag] = []
    for tick in range(int(20 * fps)):
        blocks += encoder.until(tick)
        begun = tick / fps
        assert len(blocks) == int(begun * 48_000) // 1024 + 1
        assert blocks[-1].time_ms <= round(begun * 1000)
    assert [block.time_ms for block in blocks] == [round(Fraction(k * 1024, 48)) for k in range(len(blocks))]
    assert {block.kind for block in blocks} == {Kind.AUDIO}


def test_the_sound_is_silence() -> None:
    encoder = SilenceEncoder(Fraction(30), 128)
    decoder = av.CodecContext.create("aac", "r")
    decoder.extradata = encoder.header().payload[2:]
    for block in encoder.until(300):
        for frame in decoder.decode(av.Packet(block.payload[2:])):
            assert (frame.sample_rate, frame.layout.name) == (48_000, "stereo")
            assert not np.any(frame.to_ndarray())


@pytest.mark.parametrize(
    ("size", "preview"),
    [
        ((1920, 1080), (960, 540)),
        ((3840, 2160), (960, 540)),
        ((320, 180), (320, 180)),
        ((16, 4096), (16, 4096)),
    ],
)
def test_previews_are_at_most_960_wide(size: tuple[int, int], preview: tuple[int, int]) -> None:
    assert preview_size(*size) == preview


@pytest.mark.parametrize("rgb", [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (90, 160, 40)])
def test_previews_have_the_right_colours(rgb: tuple[int, int, int]) -> None:
    y, cb, cr = BT709_LIMITED @ np.array(rgb) * [219 / 255, 224 / 255, 224 / 255] + [16, 128, 128]
    canvas = Canvas(1280, 720)
    for plane, value in zip(canvas.planes, (y, cb, cr), strict=True):
        plane.fill(round(value))
    jpeg = preview_jpeg(canvas.buffer, 1280, 720)
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (540, 960, 3)
    assert picture[200, 300, ::-1].tolist() == pytest.approx(list(rgb), abs=5)
