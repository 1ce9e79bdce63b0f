"""``python -m workers.bench``: what drawing costs, as one JSON object on standard output."""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TextIO

import cv2
from rich.console import Console
from rich.progress import track

from farm.clock import SystemClock
from farm.errors import FarmError
from farm.log import configure_logging
from farm.offline.scene_file import read_scene
from farm.settings import Settings, load_settings, parse_resolution
from scene.document import MAX_LAYERS, Scene, parse_scene
from workers.assets import AssetPictures, AssetSource
from workers.bench.measure import canvas_bytes, measured
from workers.bench.shows import (
    CHANGED_SHARES,
    LAYER_COUNTS,
    ShowPictures,
    changed_share,
    still_layers,
    typical_show,
)
from workers.imaging import check_imaging
from workers.offline.film import Film, Shot
from workers.offline.folder import AssetFolder
from workers.offline.timing import with_pictures_told
from workers.painters.registry import all_painters

_PICTURE_SHARE = 4
_TABLE_SECONDS = 1.0
"""Of the tables: what they show repeats itself."""

_Work = tuple[str, str, Scene, AssetSource, float]
"""Group, name, scene, its pictures, and how many seconds of it are drawn."""


def main() -> int:
    """Measure what the arguments say; the exit code."""
    answer = _keep_standard_output()
    order = _order()
    tell = Console(stderr=True)
    try:
        settings = load_settings()
        configure_logging(settings, "bench")
        check_imaging()
        gc.collect()
        gc.freeze()  # as workers do: no frame pays for a walk through all that is imported
        result = _measure(order, settings, tell)
    except FarmError as error:
        tell.print(error.message, style="red", markup=False, highlight=False, soft_wrap=True)
        return 1
    json.dump(result, answer)
    answer.close()
    return 0


def _keep_standard_output() -> TextIO:
    """Standard output for the answer alone: what else is printed goes to standard error."""
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answer


def _order() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m workers.bench", description="Measure drawing.")
    parser.add_argument("scenes", type=Path, nargs="*")
    parser.add_argument("--seconds", type=float, default=4.0, help="how much of each scene is drawn")
    parser.add_argument("--fps", type=Fraction, default=Fraction(30))
    parser.add_argument("--size", type=parse_resolution, default=(1920, 1080))
    parser.add_argument("--assets", type=Path, help="the folder with the scenes' pictures")
    parser.add_argument("--tables", action="store_true", help="also by layers and by changed area")
    return parser.parse_args()


def _measure(order: argparse.Namespace, settings: Settings, tell: Console) -> dict[str, object]:
    cv2.setNumThreads(1)
    width, height = order.size
    shot = Shot(width, height, order.fps, settings.render_quality)
    work = list(_work(order, settings))
    groups: dict[str, dict[str, dict[str, float]]] = {"scenes": {}, "layers": {}, "changed": {}}
    for group, name, scene, pictures, seconds in _tracked(work, tell):
        film = _film(scene, pictures, shot, settings)
        groups[group][name] = measured(scene, film, shot, seconds).as_dict()
    return {
        "size": f"{width}x{height}",
        "fps": str(order.fps),
        "quality": settings.render_quality,
        "canvas_bytes": canvas_bytes(shot),
        **groups,
    }


def _tracked(work: list[_Work], tell: Console) -> Iterable[_Work]:
    return track(work, "Drawing", console=tell, disable=not tell.is_terminal)


def _work(order: argparse.Namespace, settings: Settings) -> Iterator[_Work]:
    made = ShowPictures()
    yield "scenes", "typical", _parsed(typical_show()), made, order.seconds
    folder = AssetFolder(order.assets, max_bytes=settings.asset_max_bytes)
    for path in order.scenes:
        yield (
            "scenes",
            path.stem,
            with_pictures_told(read_scene(path), folder, settings),
            folder,
            order.seconds,
        )
    if order.tables:
        for count in LAYER_COUNTS:
            yield "layers", str(count), _parsed(still_layers(count)), made, _TABLE_SECONDS
        for share in CHANGED_SHARES:
            yield "changed", f"{share:g}", _parsed(changed_share(share)), made, _TABLE_SECONDS


def _parsed(document: dict[str, object]) -> Scene:
    return parse_scene(document, max_layers=MAX_LAYERS)


def _film(scene: Scene, source: AssetSource, shot: Shot, settings: Settings) -> Film:
    """As ``framefarm render`` would draw it, with a worker's caches."""
    cache_bytes = settings.raster_cache_mb * 1_000_000
    pictures_bytes = cache_bytes // _PICTURE_SHARE
    pictures = AssetPictures(source, SystemClock(), settings, pictures_bytes, settled_ns=0)
    return Film(scene, shot, all_painters(pictures), cache_bytes - pictures_bytes)


if __name__ == "__main__":
    sys.exit(main())
