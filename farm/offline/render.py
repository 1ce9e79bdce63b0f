"""``framefarm render``: starts who draws and who encodes, and joins them by a pipe.

Neither knows of the other: the one writes YUV4MPEG2, the other reads it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from farm.errors import EncoderFailed, InputError
from farm.offline.farm_film import HERE, Quality, Shot, Source, farm_film, through_farm
from farm.reach import TokenOption
from farm.settings import parse_bitrate_kbps, parse_resolution

FILMS = {".mp4": "mp4", ".webm": "webm", ".flv": "flv", ".mkv": "matroska"}
MAX_SECONDS = 86_400.0
_MIN_FPS, _MAX_FPS = 1, 240
_LONGEST_RATE = 16  # characters


def render(  # noqa: PLR0913, PLR0917  a command's options
    scene: Annotated[Path, typer.Argument(help="A scene document.")],
    out: Annotated[Path, typer.Argument(help="What to make: .png, .mp4, .webm, .flv or .mkv.")],
    at: Annotated[
        float, typer.Option(min=0, max=MAX_SECONDS, help="Scene time of the picture or the film's first.")
    ] = 0.0,
    seconds: Annotated[float, typer.Option(min=0, max=MAX_SECONDS, help="How long the film is.")] = 10.0,
    fps: Annotated[str, typer.Option(help="Frames per second, such as 30, 29.97 or 30000/1001.")] = "30",
    size: Annotated[
        str | None,
        typer.Option(help="Width x height in pixels, both even; by default 1920x1080, or the variant's own."),
    ] = None,
    variant: Annotated[str | None, typer.Option(help="Draw this variant of the scene.")] = None,
    crf: Annotated[
        int, typer.Option(min=0, max=51, help="Constant quality: 0 is the best, 51 the smallest file.")
    ] = 20,
    bitrate: Annotated[str | None, typer.Option(help="Average bit rate instead, such as 4000k.")] = None,
    assets: Annotated[
        Path | None,
        typer.Option(help="The folder of the scene's pictures; a file's name is its id."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Values that the scene shows, as JSON: {NAME: text or number}.")
    ] = None,
    scene_name: Annotated[
        str | None, typer.Option("--scene", help="Of a show: the scene that is on program first.")
    ] = None,
    take: Annotated[
        list[str] | None,
        typer.Option(help="Of a show: TIME:SCENE:TYPE:SECONDS, such as 2.5:break:fade:0.5; may be repeated."),
    ] = None,
    farm: Annotated[
        str | None,
        typer.Option(help="Let a farm render it: the URL of its API, or `here` for that of these settings."),
    ] = None,
    resume: Annotated[  # noqa: FBT002
        bool, typer.Option("--resume", help="With --farm: go on with a render that was cut.")
    ] = False,
    access: TokenOption = None,
) -> None:
    """Draw a scene, or a show with its takes, into a picture or a film: here, or by a farm that runs."""
    _check(fps, size, bitrate)
    _check_target(out)
    if farm is not None:
        if take:
            raise InputError("--take is for films that are drawn here; a farm takes by its API")
        shot, source = Shot(at, seconds, Fraction(fps), size), Source(variant, scene_name, assets, data)
        order = farm_film(scene, out, shot, Quality(crf, bitrate), source)
        through_farm(order, None if farm == HERE else farm, access, resume=resume)
        return
    if resume:
        raise InputError("--resume goes with --farm: what is drawn here begins anew")
    drawing = [sys.executable, "-m", "workers.offline", str(scene), "--fps", fps, "--at", str(at)]
    given = {"--size": size, "--variant": variant, "--assets": assets, "--data": data, "--scene": scene_name}
    for option, value in given.items():
        drawing += [option, str(value)] if value is not None else []
    drawing += [f"--take={one}" for one in take or ()]
    if out.suffix.lower() == ".png":
        raise typer.Exit(subprocess.run([*drawing, "--png", str(out)], check=False).returncode)
    container = FILMS.get(out.suffix.lower())
    if container is None:
        raise InputError(f"{out} must end in .png, {', '.join(FILMS)}; that says what to make")
    part = out.with_name(f"{out.name}.part")
    encoding = [sys.executable, "-m", "encoder.file", str(part), "--container", container, "--crf", str(crf)]
    encoding += ["--bitrate", bitrate] if bitrate else []
    try:
        film([*drawing, "--seconds", str(seconds)], encoding)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def film(drawing: Sequence[str], encoding: Sequence[str]) -> None:
    """Run both commands, the first one's output into the second one. Ends this program if one fails."""
    with (
        subprocess.Popen(drawing, stdout=subprocess.PIPE) as drawer,
        subprocess.Popen(encoding, stdin=drawer.stdout) as encoder,
    ):
        if drawer.stdout is None:
            raise EncoderFailed("the process was started without a pipe")
        # Only the encoder may hold it: when that ends, who draws must notice.
        drawer.stdout.close()
        failed = encoder.wait() | drawer.wait()
    if failed:
        raise typer.Exit(1)


def _check_target(out: Path) -> None:
    """Raises InputError when nothing can be made there: before it is drawn, which may take hours."""
    folder = out.resolve().parent
    if not folder.is_dir():
        raise InputError(f"{out} cannot be written: there is no folder {out.parent}")
    if out.is_dir():
        raise InputError(f"{out} cannot be written: it is a folder")
    if not os.access(folder, os.W_OK):
        raise InputError(f"{out} cannot be written: the folder {out.parent} is read-only to you")


def _check(fps: str, size: str | None, bitrate: str | None) -> None:
    """Raises InputError before anything is started."""
    try:
        rate = Fraction(fps) if len(fps) <= _LONGEST_RATE else Fraction(0)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not _MIN_FPS <= rate <= _MAX_FPS:
        raise InputError(f"--fps must be between {_MIN_FPS} and {_MAX_FPS}, such as 30, 29.97 or 30000/1001")
    try:
        parse_resolution(size or "1920x1080")
    except ValueError as error:
        raise InputError(f"--size: {error}") from error
    try:
        parse_bitrate_kbps(bitrate or "100k")
    except ValueError as error:
        raise InputError(f"--bitrate: {error}") from error
