"""``python -m workers.offline``: one frame as a PNG file, or a film as YUV4MPEG2 on standard output."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import cv2
from rich.console import Console
from rich.progress import track

from farm.clock import SystemClock
from farm.errors import FarmError, InputError
from farm.forking.kinship import ParentGone, end_with_parent
from farm.log import configure_logging
from farm.offline.scene_file import read_data, read_variant
from farm.settings import Settings, load_settings, parse_resolution
from farm.transport.y4m import FilmFormat, write_header, write_picture
from scene.live import settled
from scene.show import Show
from workers.assets import AssetPictures
from workers.characters.cast import UploadedCast, at_once
from workers.characters.stage import Stage
from workers.imaging import check_imaging
from workers.offline.film import Film, Shot
from workers.offline.folder import AssetFolder
from workers.offline.picture import picture
from workers.offline.rundown import rundown
from workers.painters.registry import all_painters
from workers.typography.fonts import Faces
from workers.typography.uploaded import UploadedFonts

INTERRUPTED = 130
"""What shells answer for a program that Ctrl-C ended."""

_PICTURE_SHARE = 4
_MAX_PROBLEMS = 20
"""So many layers' problems are told."""


def main() -> int:
    """Draw what the arguments say; the exit code."""
    film_out = _keep_standard_output()
    order = _order()
    tell = Console(stderr=True)
    try:
        # Nobody wants the film of a program that was killed.
        end_with_parent(os.getppid(), signal.SIGTERM)
        settings = load_settings()
        configure_logging(settings, "render")
        check_imaging()
        problems = _draw(order, settings, film_out, tell)
    except FarmError as error:
        tell.print(error.message, style="red", markup=False, highlight=False, soft_wrap=True)
        return 1
    except BrokenPipeError:  # the encoder gave up, and says why itself
        return 1
    except (KeyboardInterrupt, ParentGone):
        return INTERRUPTED
    for layer, reason in list(problems.items())[:_MAX_PROBLEMS]:
        tell.print(f"layer {layer}: {reason}", style="yellow", markup=False, highlight=False, soft_wrap=True)
    return 0


def _keep_standard_output() -> BinaryIO:
    """Standard output for the film alone: what else is printed goes to standard error."""
    film_out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return film_out


def _order() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m workers.offline", description="Draw a scene.")
    parser.add_argument("scene", type=Path)
    parser.add_argument("--png", type=Path, help="draw one frame into this file")
    parser.add_argument("--at", type=float, default=0.0, help="scene time of the first frame, seconds")
    parser.add_argument("--seconds", type=float, default=0.0, help="how long the film is")
    parser.add_argument("--fps", type=Fraction, default=Fraction(30))
    parser.add_argument("--data", type=Path, help="values that the scene shows, as JSON")
    parser.add_argument("--size", type=parse_resolution, help="of the canvas; without one 1920x1080")
    parser.add_argument("--variant", help="of the scene; its viewport is the canvas if there is no --size")
    parser.add_argument("--assets", type=Path, help="the folder with the scene's pictures")
    parser.add_argument("--scene", help="the scene of a show that is on program first", dest="program")
    parser.add_argument("--take", action="append", default=[], help="TIME:SCENE:TYPE:SECONDS of a show")
    return parser.parse_args()


def _draw(order: argparse.Namespace, settings: Settings, film_out: BinaryIO, tell: Console) -> dict[str, str]:
    """The last reason of each layer that was not drawn as it should be. Raises FarmError, BrokenPipeError."""
    cv2.setNumThreads(1)
    show = read_variant(order.scene, order.variant)
    width, height = order.size or (
        (1920, 1080) if order.variant is None else _even(show.on_air.viewport.size)
    )
    shot = Shot(width, height, order.fps, settings.render_quality)
    film = _film(order, show, settings, shot)
    first = shot.frame_at(order.at)
    if order.png is not None:
        problems = dict(film.draw(first))
        _save(film, order.png)
        return problems
    problems = {}
    film.first = first
    frames: Iterable[int] = range(first, first + max(1, shot.frame_at(order.seconds)))
    write_header(film_out, FilmFormat(shot.width, shot.height, shot.fps))
    for n in track(frames, f"{order.scene.name}", console=tell, disable=not tell.is_terminal):
        problems.update(film.draw(n))
        write_picture(film_out, film.buffer)
    film_out.close()
    return problems


def _even(size: tuple[int, int]) -> tuple[int, int]:
    return size[0] & ~1, size[1] & ~1


def _film(order: argparse.Namespace, show: Show, settings: Settings, shot: Shot) -> Film:
    cache_bytes = settings.raster_cache_mb * 1_000_000
    pictures_bytes = cache_bytes // _PICTURE_SHARE
    source = AssetFolder(order.assets, max_bytes=settings.asset_max_bytes)
    # Nobody else draws this film, so what one frame shows of a picture all of them do.
    pictures = AssetPictures(source, SystemClock(), settings, pictures_bytes, settled_ns=0)
    show, takes = rundown(show, order.program, order.take, source, settings)
    cast = UploadedCast(source.package, SystemClock(), at_once, settled_ns=0)
    clock, lifetime_ns = SystemClock(), settings.font_cache_s * 1_000_000_000
    limits = {"max_bytes": settings.asset_max_bytes, "lifetime_ns": lifetime_ns}
    faces = Faces(UploadedFonts(source, clock, **limits, settled_ns=0), clock, lifetime_ns)
    painters = all_painters(pictures, cast, faces)
    film = Film(show, shot, painters, cache_bytes - pictures_bytes, Stage(cast), takes)
    if order.data is not None:
        film.live = settled(read_data(order.data))
    return film


def _save(film: Film, path: Path) -> None:
    try:
        picture(film.planes).save(path, "PNG")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from error


if __name__ == "__main__":
    sys.exit(main())
