"""What is sent, by the number of its case."""

from __future__ import annotations

import copy
import random

from PIL import Image

from farm.characters.files import ZipFiles
from farm.characters.package import read_package
from farm.errors import AssetRefused
from farm.fonts.cmap import characters_in
from farm.fonts.sfnt import is_font, sfnt_of
from farm.fonts.trial import draw_all
from farm.images import decode_image, inspect_image
from farm.moving_images import MovingImage, frame_times_ms
from farm.settings import load_settings
from scene.document import parse_scene
from tests.fuzz.documents import SEEDS, broken
from tests.fuzz.drawings import drawing
from tests.fuzz.files import damaged, small_fonts, whole_files
from tests.fuzz.journey import draw, travel
from tests.fuzz.packages import package
from tests.workers.farmhand import Gallery, OneCharacter
from workers.characters.cast import Member
from workers.characters.stage import Stage
from workers.painters.registry import all_painters

_MAX_MESSAGE, _MAX_REFUSAL = 500, 4000
"""Characters: of what is wrong with a picture, and with the first few things of a package."""


def document(rng: random.Random) -> str:
    """A scene document, nearly always broken."""
    return "valid" if travel(broken(copy.deepcopy(rng.choice(SEEDS)), rng), rng) else "refused"


def file(rng: random.Random) -> str:
    """A damaged picture through the checks of the API and the decoding of workers, or a damaged drawing."""
    name, data = rng.choice(sorted(whole_files().items()))
    data = damaged(data, rng)
    return _drawing(data, rng) if name.endswith(".svg") else _picture(data)


def font(rng: random.Random) -> str:
    """A damaged font through the checks of the API; one that passes them is drawn here, as by its trial."""
    data = damaged(rng.choice(small_fonts()), rng)
    try:
        whole = sfnt_of(data, max_bytes=load_settings({}).asset_max_bytes) if is_font(data) else b""
        characters = characters_in(whole) if whole else frozenset()
    except (AssetRefused, ValueError):
        return "refused"
    if not characters:
        return "refused"
    try:
        draw_all(whole)
    except Exception:  # noqa: BLE001  the trial's process refuses a font for any of them
        return "refused"
    return "valid"


def _picture(data: bytes) -> str:
    settings = load_settings({})
    limits = {"max_bytes": settings.asset_max_bytes, "max_pixels": settings.asset_max_pixels}
    try:
        info = inspect_image(data, **limits)
        picture = decode_image(data, **limits)
        times_ms = frame_times_ms(data)
    except AssetRefused as error:
        if not error.message or len(error.message) > _MAX_MESSAGE:
            raise AssertionError(f"a refusal that says nothing, or too much: {error.message!r}") from error
        return "refused"
    if picture.size != (info.width, info.height) or picture.mode != "RGBA":
        raise AssertionError(f"{info} became {picture.mode} {picture.size}")
    for index in range(len(times_ms)):
        frame = film_frame(data, index)
        if frame.mode != "RGBA":
            raise AssertionError(frame.mode)
    return "valid"


def film_frame(data: bytes, index: int) -> Image.Image:
    """A frame of a moving picture whose times could be told."""
    moving = MovingImage(data)
    try:
        return moving.frame(index)
    finally:
        moving.close()


def _drawing(data: bytes, rng: random.Random) -> str:
    layer = {"id": "drawing", "type": "svg", "svg": data.decode(errors="replace")}
    scene = {"viewport": {"width": 64, "height": 36}, "layers": [layer]}
    return "valid" if travel(scene, rng) else "refused"


def svg(rng: random.Random) -> str:
    """A drawing of hostile numbers, in a box of any proportions."""
    sides = [rng.choice((1, 9, 64, 500, 8192)) for _ in range(2)]
    size = dict(zip(("width", "height"), sides, strict=True))
    layer = {"id": "drawing", "type": "svg", "svg": drawing(rng), "size": size}
    layer["fit"] = rng.choice(("contain", "cover", "stretch"))
    scene = {"viewport": {"width": 64, "height": 36}, "layers": [layer]}
    return "valid" if travel(scene, rng) else "refused"


def character(rng: random.Random) -> str:
    """A damaged character package: read as the API reads it, then put on stage."""
    data = package(rng)
    try:
        known = Member(read_package(ZipFiles(data)))
    except AssetRefused as error:
        if not error.message or len(error.message) > _MAX_REFUSAL:
            raise AssertionError(f"a refusal that says nothing, or too much: {error.message!r}") from error
        return "refused"
    cast = OneCharacter(known)
    layer = {"id": "host", "type": "character", "character": "mine"}
    acted = {"state": rng.choice(("idle", "speaking")), "emotion": rng.choice(("neutral", "happy", "none"))}
    turned = {"rotation": 30, "size": {"height": rng.choice((1, 36, 900))}, "opacity": 0.5}
    scene = {"viewport": {"width": 64, "height": 36}, "layers": [layer | acted | rng.choice(({}, turned))]}
    draw(parse_scene(scene, max_layers=1), all_painters(Gallery(), cast), Stage(cast))
    return "valid"
