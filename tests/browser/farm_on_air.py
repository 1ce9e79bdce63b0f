"""A farm as the dashboard sees it: records, scenes, reports and a picture in Redis."""

from __future__ import annotations

import io

import msgspec
from PIL import Image, ImageDraw

from farm.clock import ManualClock, SystemClock
from farm.messages import Desired, OutputReport, OutputSpec, State, StreamConfig
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.scenes import SceneStore
from farm.store.streams import StreamStore
from tests.api_realtime.farm_fixtures import REPORT, add_stream, set_report, set_state

ADMIN_TOKEN = "the-token-of-this-test"  # as ADMIN_TOKEN in the settings

SCENE = {
    "viewport": {"width": 1920, "height": 1080},
    "layers": [
        {"id": "background", "type": "colour", "colour": "#14324b", "zIndex": 0},
        {"id": "title", "type": "text", "text": "Evening show", "zIndex": 20},
        {"id": "ticker", "type": "text", "text": "Next: questions from the audience", "zIndex": 10},
    ],
}


def put_on_air(redis: FarmRedis) -> None:
    """Three streams: one live with two outputs, one off air, one that waits."""
    add_stream(redis, "evening-show", "admin", created_wall_ms=1)
    add_stream(redis, "rehearsal", "admin", created_wall_ms=2)
    add_stream(redis, "auction", "admin", created_wall_ms=3)
    clock = ManualClock(wall_ms=SystemClock().wall_ms() - 1_805_000)
    streams = StreamStore(redis, clock, user_limit=100, global_limit=100)
    for stream in ("evening-show", "rehearsal"):
        streams.want(stream, Desired.STOPPED)
    streams.want("evening-show", Desired.LIVE)
    streams.change(
        "evening-show",
        config=StreamConfig(width=1920, height=1080),
        outputs=(
            OutputSpec("out-1", "rtmp://127.0.0.1:1935/live/secret-one"),
            OutputSpec("out-2", "rtmps://ingest.example.net/app/secret-two"),
        ),
    )
    set_state(redis, State.LIVE, "evening-show")
    set_state(redis, State.WAITING, "auction", "no encoder node has room")
    for stream in ("evening-show", "rehearsal", "auction"):
        SceneStore(redis).commit(stream, SCENE, expected_head=0)
    report(redis)
    redis.set(keys.preview("evening-show"), picture())


def report(redis: FarmRedis, **changes: object) -> None:
    """The live stream's report, with ``changes``."""
    outputs = (
        OutputReport("out-1", "rtmp://127.0.0.1:1935/live/***", "connected", 1, 2000, 0, 412_000_000),
        OutputReport(
            "out-2", "rtmps://ingest.example.net/app/***", "waiting", 4, 10, 12, 700_000, "connection refused"
        ),
    )
    fields = {"stream": "evening-show", "emitted": 53_940, "outputs": outputs, **changes}
    set_report(redis, msgspec.structs.replace(REPORT, **fields))


def picture() -> bytes:
    """Something to see in the preview."""
    image = Image.new("RGB", (1280, 720), "#14324b")
    draw = ImageDraw.Draw(image)
    for row in range(720):
        draw.line([(0, row), (1280, row)], fill=(18 + row // 24, 44 + row // 14, 70 + row // 9))
    draw.ellipse((470, 120, 810, 460), fill="#f2b34c")
    draw.rectangle((0, 600, 1280, 720), fill="#0d1a26")
    draw.text((60, 630), "Evening show", fill="white", font_size=54)
    data = io.BytesIO()
    image.save(data, "JPEG", quality=80)
    return data.getvalue()
