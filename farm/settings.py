"""All settings: environment variables, typed, read once at start and passed in from there.

Every mistake is reported at once. ``.env.example`` lists them all; a test holds the two equal.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from farm.errors import SettingsError
from farm.messages import StreamConfig
from farm.store.primary import each_url, split_urls

MIN_SIDE_PX, MAX_SIDE_PX = 16, 4096
_RESOLUTION = re.compile(r"(\d{1,5})x(\d{1,5})")
_REDIS_URL = re.compile(r"(redis|rediss|unix)://.")
_BITRATE = re.compile(r"(\d{1,6})(k|M)")


def parse_resolution(text: str) -> tuple[int, int]:
    """``"1920x1080"`` as (width, height) in pixels; both even. Raises ValueError."""
    match = _RESOLUTION.fullmatch(text)
    if match is None:
        raise ValueError('expected WIDTHxHEIGHT, for example "1920x1080"')
    width, height = int(match[1]), int(match[2])
    if not all(MIN_SIDE_PX <= side <= MAX_SIDE_PX and side % 2 == 0 for side in (width, height)):
        raise ValueError(f"both sides must be even and between {MIN_SIDE_PX} and {MAX_SIDE_PX} pixels")
    return width, height


def parse_bitrate_kbps(text: str) -> int:
    """``"4000k"`` or ``"6M"`` in kilobits per second, 100 to 100,000. Raises ValueError."""
    match = _BITRATE.fullmatch(text)
    if match is None:
        raise ValueError('expected a number with k or M, for example "4000k" or "6M"')
    kbps = int(match[1]) * (1000 if match[2] == "M" else 1)
    if not 100 <= kbps <= 100_000:
        raise ValueError("must be between 100k and 100M")
    return kbps


def _resolution(text: str) -> str:
    parse_resolution(text)
    return text


def _bitrate(text: str) -> str:
    parse_bitrate_kbps(text)
    return text


def _redis_url(text: str) -> str:
    urls = split_urls(text)
    if not all(_REDIS_URL.match(url) for url in urls):
        raise ValueError("expected redis://host:port/db; several with commas between them")
    return text


Port = Annotated[int, Field(ge=1, le=65535)]
Resolution = Annotated[str, AfterValidator(_resolution)]
Bitrate = Annotated[str, AfterValidator(_bitrate)]
RedisUrl = Annotated[str, AfterValidator(_redis_url)]


class Settings(BaseModel):
    """One farm's settings; field names in capitals are the environment variables."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # Where it listens
    host: str = "127.0.0.1"
    port: Port = 4200
    ws_port: Port = 4201
    metrics_port: Port = 4290
    health_port: Port = 4291
    flower_port: Port = 5555
    http_threads: int = Field(16, ge=1, le=256)
    rtmp_port: Port = 1935
    rtmp_stat_port: Port = 1936
    rtmp_host: str = "127.0.0.1"

    # State
    state_dir: Path = Path(".framefarm")
    fork_server: Path | None = None
    redis_url: RedisUrl | None = None
    redis_port: Port = 4279
    redis_bind: str = "127.0.0.1"
    redis_password: SecretStr | None = None

    # Access and limits
    admin_token: SecretStr | None = None
    flower_password: SecretStr | None = None
    max_concurrent_streams_per_user: int = Field(5, ge=1, le=10_000)
    max_concurrent_streams_global: int = Field(20, ge=1, le=10_000)
    body_max_bytes: int = Field(16_000_000, ge=10_000, le=1_000_000_000)
    asset_max_bytes: int = Field(10_000_000, ge=1_000, le=500_000_000)
    asset_max_pixels: int = Field(24_000_000, ge=1_000, le=200_000_000)
    asset_max_count: int = Field(1000, ge=1, le=10_000)
    asset_owner_mb: int = Field(1000, ge=1, le=1_000_000)
    feed_store_mb: int = Field(64, ge=1, le=4096)
    asset_gc_after_h: int = Field(0, ge=0, le=100_000)
    asset_dir: Path | None = None
    asset_allow_private: bool = False
    asset_fetch_timeout_ms: int = Field(10_000, ge=100, le=60_000)

    # A new stream's picture
    stream_resolution: Resolution = "1920x1080"
    target_fps: int = Field(30, ge=1, le=60)
    stream_bitrate: Bitrate = "4000k"
    render_quality: Literal["low", "medium", "high"] = "high"
    max_layers: int = Field(50, ge=1, le=100)
    enable_hardware_acceleration: bool = True
    encoder_preset: Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium"] = "ultrafast"

    # Coordinator
    coordinator_processes: int = Field(2, ge=1, le=16)
    lease_ttl_ms: int = Field(600, ge=100, le=60_000)
    frame_batch: Literal["auto"] | Annotated[int, Field(ge=1, le=4)] = "auto"
    hedge_percent: int = Field(2, ge=0, le=50)
    degrade: bool = True
    degrade_min_fps: int = Field(10, ge=1, le=60)
    degrade_min_height: int = Field(360, ge=16, le=4096)

    # Workers
    worker_processes: int = Field(2, ge=0, le=64)
    worker_concurrency: int = Field(1, ge=1, le=256)
    worker_min: int = Field(0, ge=0, le=256)
    worker_max: int = Field(0, ge=0, le=256)
    worker_shrink_s: int = Field(30, ge=1, le=3600)
    worker_memory_mb: int = Field(512, ge=0, le=1_048_576)
    worker_stuck_s: int = Field(20, ge=1, le=3_600)
    frame_transport: Literal["auto", "mailbox"] = "auto"
    asset_cache_lifetime_s: int = Field(10, ge=0, le=86_400)
    asset_preload: Literal["eager", "lazy"] = "eager"
    font_cache_s: int = Field(3600, ge=10, le=86_400)
    raster_cache_mb: int = Field(64, ge=8, le=16_384)
    raster_share_dir: Path | None = None
    raster_share_mb: int = Field(64, ge=8, le=16_384)
    raster_cache_dir: Path | None = None
    raster_cache_disk_mb: int = Field(512, ge=8, le=1_048_576)
    task_events: bool = False
    fault_slow_ms: int = Field(0, ge=0, le=60_000)
    fault_garbage_percent: int = Field(0, ge=0, le=100)

    # Encoder
    node_name: str = Field(default_factory=socket.gethostname, min_length=1, max_length=64)
    node_capacity: int = Field(20, ge=1, le=1000)
    lead_min_frames: int = Field(2, ge=1, le=8)
    lead_max_frames: int = Field(8, ge=1, le=16)
    ring_slots: int = Field(8, ge=2, le=16)
    output_queue_packets: int = Field(300, ge=10, le=10_000)
    output_timeout_ms: int = Field(5_000, ge=100, le=60_000)
    output_retry_max_ms: int = Field(10_000, ge=100, le=600_000)
    encoder_max_restarts: int = Field(5, ge=0, le=1000)
    force_kill_timeout_ms: int = Field(5_000, ge=100, le=60_000)
    ledger_s: int = Field(120, ge=0, le=3_600)
    render_retry_ms: int = Field(2_000, ge=100, le=600_000)
    render_retries: int = Field(10, ge=1, le=100)

    # Log
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "pretty", "json"] = "auto"

    def fixed_batch(self) -> int | None:
        """Frames to a task; None when that is left to the load."""
        return None if self.frame_batch == "auto" else self.frame_batch

    def private_redis(self) -> bool:
        """Whether ``framefarm up`` starts a redis-server of its own."""
        return self.redis_url is None

    def worker_memory_bytes(self) -> int:
        """How large a process that draws may become; 0 for any size."""
        megabytes = self.worker_memory_mb + self.raster_cache_mb if self.worker_memory_mb else 0
        return megabytes * 1_000_000

    def broker_url(self) -> str:
        """The Redis that holds everything, with its password; a secret. Several addresses have commas
        between them: it is the primary among these."""
        return each_url(self.redis_url or f"redis://127.0.0.1:{self.redis_port}/0", self._with_password)

    def _with_password(self, url: str) -> str:
        if self.redis_password is None or "@" in url:
            return url
        scheme, rest = url.split("://", 1)
        return f"{scheme}://:{quote(self.redis_password.get_secret_value(), safe='')}@{rest}"

    def stream_config(self) -> StreamConfig:
        """The configuration that a new stream starts with."""
        width, height = parse_resolution(self.stream_resolution)
        return StreamConfig(
            width=width,
            height=height,
            fps=Fraction(self.target_fps),
            bitrate_kbps=parse_bitrate_kbps(self.stream_bitrate),
            gop_frames=2 * self.target_fps,
            preset=self.encoder_preset,
            render_quality=self.render_quality,
            max_layers=self.max_layers,
            hardware_acceleration=self.enable_hardware_acceleration,
        )


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in ``environment`` (the process's own when None).

    Raises SettingsError, whose message has one line for each mistake.
    """
    source = os.environ if environment is None else environment
    known = {name: source[name.upper()] for name in Settings.model_fields if source.get(name.upper())}
    try:
        return Settings.model_validate(known)
    except ValidationError as error:
        mistakes = [f"{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors(include_url=False)]
        raise SettingsError("\n".join(mistakes), {"mistakes": mistakes}) from error
