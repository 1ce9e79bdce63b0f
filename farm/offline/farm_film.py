"""What ``framefarm render --farm`` was asked for, as the film that the farm is to make."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from farm.clock import SystemClock
from farm.errors import InputError
from farm.offline.farm_render import FarmRender, Film, render_film
from farm.offline.progress import shown_on
from farm.offline.scene_file import read_data, read_variant
from farm.reach import api_client
from scene.document import MAX_LAYERS
from scene.show import Show

HERE = "here"
SUFFIXES = (".mp4", ".webm", ".flv", ".mkv")
MAX_FPS = 60
_DEFAULT_SIZE = "1920x1080"
INTERRUPTED = 130
"""What shells answer for a program that Ctrl-C ended."""


@dataclass(frozen=True, slots=True)
class Shot:
    """Which part of scene time, in s, at how many frames per second, and how large (WxH in pixels)."""

    at_s: float
    seconds: float
    fps: Fraction
    size: str | None

    def frames(self, time_s: float) -> int:
        """The frame that is nearest to ``time_s``."""
        return round(Fraction(repr(time_s)) * self.fps)


@dataclass(frozen=True, slots=True)
class Quality:
    """Constant, unless a bit rate such as 4000k is given."""

    crf: int
    bitrate: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """What of the scene's file is rendered, and what lies beside it."""

    variant: str | None = None
    program: str | None = None
    assets: Path | None = None
    data: Path | None = None


def farm_film(scene: Path, out: Path, shot: Shot, quality: Quality, source: Source) -> Film:
    """The film. Raises InputError for what a farm does not render, and SceneInvalid."""
    if out.suffix.lower() not in SUFFIXES:
        raise InputError(f"{out} must end in {', '.join(SUFFIXES)}; a farm renders films")
    if shot.fps.denominator != 1 or shot.fps > MAX_FPS:
        raise InputError(f"--fps must be a whole number up to {MAX_FPS} for a film that a farm renders")
    show = read_variant(scene, source.variant)
    if source.program is not None:
        show = _on_program(show, source.program)
    return Film(
        document=show.to_json(),
        config=_config(shot, quality, _size(shot, show, source)),
        out=out,
        assets=source.assets,
        data=_data(source.data),
    )


def through_farm(film: Film, url: str | None, access: str | None, *, resume: bool) -> None:
    """Have the farm at ``url``, or that of these settings, render ``film``. Raises FarmError."""
    tell, clock = Console(stderr=True), SystemClock()
    with api_client(url, access) as client:
        try:
            size = render_film(FarmRender(client, film, clock), shown_on(tell, clock), resume=resume)
        except KeyboardInterrupt:
            tell.print("cancelled", highlight=False)
            raise typer.Exit(INTERRUPTED) from None
    tell.print(f"{film.out}: {film.config['FRAMES']} frames, {size:,} bytes", highlight=False, soft_wrap=True)


def _config(shot: Shot, quality: Quality, size: str) -> dict[str, Any]:
    rate = {"STREAM_BITRATE": quality.bitrate} if quality.bitrate else {"RENDER_CRF": quality.crf}
    return {
        "PACE": "free",
        "FRAMES": max(1, shot.frames(shot.seconds)),
        "FIRST_FRAME": shot.frames(shot.at_s),
        "STREAM_RESOLUTION": size,
        "TARGET_FPS": int(shot.fps),
        "MAX_LAYERS": MAX_LAYERS,
        "STREAM_PRIORITY": "low",  # live streams come first
        **rate,
    }


def _size(shot: Shot, show: Show, source: Source) -> str:
    if shot.size is not None or source.variant is None:
        return shot.size or _DEFAULT_SIZE
    width, height = show.on_air.viewport.size
    return f"{width & ~1}x{height & ~1}"


def _on_program(show: Show, name: str) -> Show:
    if name not in show.scenes:
        raise InputError(f"there is no scene {name!r}; there are {', '.join(show.scenes)}")
    return replace(show, program=name)


def _data(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    read_data(path)  # names every mistake
    values: dict[str, Any] = json.loads(path.read_bytes())
    return values
