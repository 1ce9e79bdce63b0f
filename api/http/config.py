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


class ConfigPatch(Patch):
    """What shall change. Both sides of STREAM_RESOLUTION are even; STREAM_BITRATE is like "4000k" or "6M".
    STREAM_PRIORITY says whose frames are drawn first when workers are short.

    PACE is live, where frames go out by the clock, or free: the stream is rendered into a file, as fast as
    the farm can, and every frame is in it once, however often it has to be drawn. It is chosen when a stream
    is made. Frame n of a free stream shows scene time n / fps. After FRAMES frames it ends by itself (0 is
    for never): it becomes idle with the reason "finished", and the event render:finished tells so. It has
    one output, "file:NAME.flv" ("file:render.flv" if it names none): below STATE_DIR/renders on the encoder
    node's host, in a folder with the stream's id. It cannot be paused."""

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
    )


def changed_config(config: StreamConfig, patch: ConfigPatch) -> StreamConfig:
    """``config`` with what ``patch`` names changed; keyframes stay two seconds apart."""
    changes: dict[str, Any] = {}
    if patch.STREAM_RESOLUTION is not None:
        changes["width"], changes["height"] = parse_resolution(patch.STREAM_RESOLUTION)
    if patch.TARGET_FPS is not None:
        changes["fps"], changes["gop_frames"] = Fraction(patch.TARGET_FPS), 2 * patch.TARGET_FPS
    if patch.RENDER_QUALITY is not None:
        changes["render_quality"] = patch.RENDER_QUALITY
    if patch.MAX_LAYERS is not None:
        changes["max_layers"] = patch.MAX_LAYERS
    if patch.STREAM_BITRATE is not None:
        changes["bitrate_kbps"] = parse_bitrate_kbps(patch.STREAM_BITRATE)
    if patch.ENABLE_HARDWARE_ACCELERATION is not None:
        changes["hardware_acceleration"] = patch.ENABLE_HARDWARE_ACCELERATION
    if patch.PACE is not None:
        changes["pace"] = patch.PACE
    if patch.FRAMES is not None:
        changes["frames"] = patch.FRAMES
    if patch.STREAM_PRIORITY is not None:
        changes["priority"] = patch.STREAM_PRIORITY
    return msgspec.structs.replace(config, **changes)
