"""The example scenes, drawn small at a few moments."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

from PIL import Image

from farm.clock import ManualClock
from farm.offline.scene_file import read_scene, read_variant
from farm.settings import load_settings
from scene.document import Scene
from scene.show import Show, one_scene
from workers.assets import AssetPictures
from workers.offline.film import Film, Shot
from workers.offline.folder import AssetFolder
from workers.offline.picture import picture
from workers.offline.timing import with_show_told
from workers.painters.registry import all_painters
from workers.typography.fonts import LIFETIME_NS, Faces
from workers.typography.uploaded import UploadedFonts

ROOT = Path(__file__).parents[2]


def _by_number(scene: Path) -> list[tuple[int, str]]:
    """SC9 comes before SC15."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", scene.stem)]


EXAMPLES = sorted((ROOT / "examples" / "scenes").glob("*.json"), key=_by_number)
ASSETS = ROOT / "examples" / "assets"
MOMENTS_S = (0.5, 3.0)
"""In the middle of what moves in, and when that has come to rest."""

_CACHE_BYTES = 64_000_000


def variants_of(scene: Path) -> list[str | None]:
    """The scene itself, and its variants by name."""
    return [None, *read_scene(scene).variants]


def drawn(
    scene: Path, time_s: float, width: int = 640, height: int = 360, variant: str | None = None
) -> Image.Image:
    """``scene`` at ``time_s``, with the pictures of examples/assets.

    The canvas of a variant has its proportions, and the longer side of the other.
    """
    shown = read_variant(scene, variant)
    if variant is not None:
        share = max(width, height) / max(shown.on_air.viewport.size) / 2
        width, height = (2 * round(side * share) for side in shown.on_air.viewport.size)
    return picture_of(shown, time_s, width, height, ASSETS)


def picture_of(scene: Scene | Show, time_s: float, width: int, height: int, assets: Path) -> Image.Image:
    """``scene`` at ``time_s``, with the pictures of the folder ``assets``."""
    show = one_scene(scene) if isinstance(scene, Scene) else scene
    settings = load_settings({})
    source = AssetFolder(assets, max_bytes=settings.asset_max_bytes)
    pictures = AssetPictures(source, ManualClock(), settings, _CACHE_BYTES, settled_ns=0)
    shot = Shot(width, height, Fraction(30))
    clock = ManualClock()
    fonts = UploadedFonts(source, clock, max_bytes=_CACHE_BYTES, lifetime_ns=LIFETIME_NS, settled_ns=0)
    painters = all_painters(pictures, faces=Faces(fonts, clock))
    film = Film(with_show_told(show, source, settings), shot, painters, _CACHE_BYTES)
    film.draw(shot.frame_at(time_s))
    return picture(film.planes)
