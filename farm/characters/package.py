"""A character package: ``character.json`` and the images that it names, checked as a whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from PIL import Image
from pydantic import TypeAdapter, ValidationError

from farm.errors import AssetRefused
from farm.images import decode_image
from scene.mistakes import Mistake, SceneMistakes
from scene.puppet import Place, Puppet
from scene.rig import Rig, RigPart, parse_rig
from scene.svg import SvgText, svg_view

MANIFEST = "character.json"
MAX_MANIFEST_BYTES = 256_000
MAX_IMAGE_BYTES = 4_000_000
MAX_PACKAGE_PX = 16_777_216
"""Pixels of all PNG and WebP images of a package together: 64 MB when they are decoded."""

_SVG: TypeAdapter[str] = TypeAdapter(SvgText)
_BITMAPS = (".png", ".webp")


@dataclass(frozen=True, slots=True)
class Package:
    """A character that can be drawn: its puppet, and its images by name."""

    puppet: Puppet
    drawings: Mapping[str, str]
    """SVG texts."""
    pictures: Mapping[str, Image.Image]
    """PNG and WebP images, premultiplied ("RGBa"), without their clear edges."""


class Files(Protocol):
    """Where a package's files come from."""

    def read(self, name: str, max_bytes: int) -> bytes | None:
        """The file ``name``; None when there is none. Raises AssetRefused when it is larger or damaged."""
        ...


def read_package(files: Files) -> Package:
    """The package in ``files``. Raises AssetRefused; ``details["mistakes"]`` are paths and reasons."""
    rig = read_manifest(files)
    found: list[Mistake] = []
    drawings: dict[str, str] = {}
    pictures: dict[str, Image.Image] = {}
    places: dict[str, Place] = {}
    pixels_left = MAX_PACKAGE_PX
    for path, name, part in rig.images():
        if name in places:
            continue
        try:
            data = files.read(name, MAX_IMAGE_BYTES)
            if data is None:
                found.append(Mistake(path, f"there is no file {name!r} in the package"))
            elif name.lower().endswith(".svg"):
                drawings[name], places[name] = _drawing(data)
            elif name.lower().endswith(_BITMAPS):
                picture = decode_image(data, max_bytes=MAX_IMAGE_BYTES, max_pixels=pixels_left)
                pixels_left -= picture.width * picture.height
                pictures[name], places[name] = _cropped(picture, part)
            else:
                found.append(Mistake(path, "must end in .svg, .png or .webp"))
            if name in places and not _fits(places[name], rig):
                found.append(Mistake(path, "is more than twice as large as the canvas; draw it smaller"))
        except AssetRefused as error:
            found.append(Mistake(path, error.message))
    if found:
        raise refused(found)
    return Package(Puppet(rig, places), drawings, pictures)


def read_manifest(files: Files) -> Rig:
    """The rig of the package in ``files``, whose images are not looked at. Raises AssetRefused."""
    data = files.read(MANIFEST, MAX_MANIFEST_BYTES)
    if data is None:
        raise refused([Mistake(MANIFEST, "is missing; a package has it beside its images")])
    try:
        return parse_rig(json.loads(data))
    except SceneMistakes as error:
        raise refused(error.mistakes) from error
    except (ValueError, RecursionError) as error:
        raise refused([Mistake(MANIFEST, "is not JSON; save it as UTF-8 text")]) from error


def refused(mistakes: list[Mistake]) -> AssetRefused:
    """The error that names all ``mistakes`` of a package."""
    told = [{"path": mistake.path, "reason": mistake.reason} for mistake in mistakes]
    lines = "; ".join(map(str, mistakes[:3])) + ("; …" if len(mistakes) > 3 else "")
    return AssetRefused(f"the character package cannot be used: {lines}", {"mistakes": told})


def _drawing(data: bytes) -> tuple[str, Place]:
    """An SVG lies where its viewBox says. Raises AssetRefused."""
    try:
        text = _SVG.validate_python(data.decode())
    except ValidationError as error:
        raise AssetRefused(f"the SVG {error.errors()[0]['msg']}") from error
    except UnicodeDecodeError as error:
        raise AssetRefused("the SVG is not UTF-8 text") from error
    return text, Place(*svg_view(text))


def _fits(place: Place, rig: Rig) -> bool:
    """A part is drawn as large as its character makes it, however small its canvas is."""
    return place.width <= 2 * rig.canvas.width and place.height <= 2 * rig.canvas.height


def _cropped(picture: Image.Image, part: RigPart) -> tuple[Image.Image, Place]:
    """Without the clear edges that animators' programs leave around every part."""
    left, top, right, bottom = picture.getchannel("A").getbbox() or (0, 0, 1, 1)
    inked = picture.crop((left, top, right, bottom)).convert("RGBa")
    place = Place(
        part.x + left * part.scale,
        part.y + top * part.scale,
        inked.width * part.scale,
        inked.height * part.scale,
    )
    return inked, place
