"""A stream's configuration in the words of its users."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any, Literal

import msgspec
from pydantic import ConfigDict, Field

from api.http.shapes import Patch, Shape
from farm.messages import StreamConfig
from farm.settings import Bitrate, Resolution, parse_bitrate_kbps, parse_resolution

Quality = Literal["low", "medium", "high"]
Priority = Literal["low", "normal", "high"]
Pace = Literal["live", "free"]
MAX_FRAMES = 10_000_000
"""Two days at 60 frames/s."""
MAX_CRF = 51
"""The worst quality that x264 has."""
_AS_IT_IS = {
    "RENDER_QUALITY": "render_quality",
    "MAX_LAYERS": "max_layers",
    "ENABLE_HARDWARE_ACCELERATION": "hardware_acceleration",
    "PACE": "pace",
    "FRAMES": "frames",
    "FIRST_FRAME": "first_frame",
    "RENDER_CRF": "crf",
    "STREAM_PRIORITY": "priority",
}
"""What is kept as it was sent, by the names of StreamConfig."""


class ConfigShape(Shape):
    """How a stream is encoded. STREAM_BITRATE is a number with k or M."""

    model_config = ConfigDict(frozen=True, alias_generator=None)

    STREAM_RESOLUTION: str
    TARGET_FPS: int | float
    RENDER_QUALITY: str
    MAX_LAYERS: int
    STREAM_BITRATE: str
    ENABLE_HARDWARE_ACCELERATION: bool
    PACE: Pace
    FRAMES: int
    STREAM_PRIORITY: str
    FIRST_FRAME: int
    RENDER_CRF: int | None


class ConfigPatch(Patch):
    """What shall change. Both sides of STREAM_RESOLUTION are even; STREAM_BITRATE is like "4000k" or "6M".
    STREAM_PRIORITY says whose frames are drawn first when workers are short.

    PACE is live, where frames go out by the clock, or free: the stream is rendered into a file, as fast as
    the farm can, and every frame is in it once, however often it has to be drawn. It is chosen when a stream
    is made. Frame n of a free stream shows frame FIRST_FRAME + n of the scene, so many seconds times
    TARGET_FPS after its start. After FRAMES frames it ends by itself: it becomes idle with the reason
    "finished", and the event render:finished tells so. A free stream cannot be paused.

    It has one output, "file:NAME" ("file:render.flv" if it names none), which GET …/render tells of. An .flv
    is the very stream that would go on air, with sound; it may go on for ever (FRAMES 0), and a process that
    dies begins it anew. An .mp4, .mkv or .webm, or an .flv with RENDER_CRF (constant quality: 0 the best, 51
    the smallest file), is encoded with time to spare, without sound, in segments: what is whole of it stays,
    and who dies, or is stopped and started, goes on there."""

    model_config = ConfigDict(alias_generator=None)

    STREAM_RESOLUTION: Resolution | None = None
    TARGET_FPS: Annotated[int, Field(ge=1, le=60)] | None = None
    RENDER_QUALITY: Quality | None = None
    MAX_LAYERS: Annotated[int, Field(ge=1, le=100)] | None = None
    STREAM_BITRATE: Bitrate | None = None
    ENABLE_HARDWARE_ACCELERATION: bool | None = None
    PACE: Pace | None = None
    FRAMES: Annotated[int, Field(ge=0, le=MAX_FRAMES)] | None = None
    STREAM_PRIORITY: Priority | None = None
    FIRST_FRAME: Annotated[int, Field(ge=0, le=MAX_FRAMES)] | None = None
    RENDER_CRF: Annotated[int, Field(ge=0, le=MAX_CRF)] | None = None


def config_shape(config: StreamConfig) -> ConfigShape:
    """``config`` as people see it."""
    return ConfigShape(
        STREAM_RESOLUTION=f"{config.width}x{config.height}",
        TARGET_FPS=config.fps.numerator if config.fps.denominator == 1 else float(config.fps),
        RENDER_QUALITY=config.render_quality,
        MAX_LAYERS=config.max_layers,
        STREAM_BITRATE=f"{config.bitrate_kbps}k",
        ENABLE_HARDWARE_ACCELERATION=config.hardware_acceleration,
        PACE=config.pace,
        FRAMES=config.frames,
        STREAM_PRIORITY=config.priority,
        FIRST_FRAME=config.first_frame,
        RENDER_CRF=config.crf,
    )


def changed_config(config: StreamConfig, patch: ConfigPatch) -> StreamConfig:
    """``config`` with what ``patch`` names changed; keyframes stay two seconds apart."""
    given = patch.model_dump(exclude_none=True)
    changes: dict[str, Any] = {_AS_IT_IS[name]: value for name, value in given.items() if name in _AS_IT_IS}
    if patch.STREAM_RESOLUTION is not None:
        changes["width"], changes["height"] = parse_resolution(patch.STREAM_RESOLUTION)
    if patch.TARGET_FPS is not None:
        changes["fps"], changes["gop_frames"] = Fraction(patch.TARGET_FPS), 2 * patch.TARGET_FPS
    if patch.STREAM_BITRATE is not None:
        changes["bitrate_kbps"] = parse_bitrate_kbps(patch.STREAM_BITRATE)
    return msgspec.structs.replace(config, **changes)
