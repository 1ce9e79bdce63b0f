"""Character packages: the built-in ones with damaged manifests, images and ZIPs."""

from __future__ import annotations

import copy
import io
import json
import random
import zipfile
from collections.abc import Mapping
from functools import cache
from typing import Any

from farm.characters.built_in import BUILT_IN, FOLDER
from farm.characters.package import MANIFEST
from tests.fuzz.documents import broken
from tests.fuzz.drawings import drawing
from tests.fuzz.files import damaged, whole_files


@cache
def _built_in(name: str) -> Mapping[str, bytes]:
    """The files of a built-in package, by their names in it."""
    folder = FOLDER / name
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def package(rng: random.Random) -> bytes:
    """A ZIP, nearly always with something wrong inside it, seldom with something wrong with itself."""
    files = dict(_built_in(rng.choice(BUILT_IN)))
    manifest: Any = copy.deepcopy(json.loads(files[MANIFEST]))
    if rng.random() < 0.6:
        manifest = broken(manifest, rng)
    files[MANIFEST] = json.dumps(manifest).encode(errors="replace")
    images = sorted(set(files) - {MANIFEST})
    for name in rng.sample(images, rng.choice((0, 1, 1, 3))):
        files[name] = rng.choice((damaged(files[name], rng), drawing(rng).encode(), b""))
    if rng.random() < 0.2:
        _with_a_picture(files, manifest, rng)
    data = _zipped(files)
    return damaged(data, rng) if rng.random() < 0.15 else data


def _with_a_picture(files: dict[str, bytes], manifest: Any, rng: random.Random) -> None:
    """A part shows a PNG or a WebP, which may be damaged."""
    name = rng.choice(("rgba.png", "grey16.png", "moving.webp", "lossless.webp"))
    picture = whole_files()[name]
    files[name] = damaged(picture, rng) if rng.random() < 0.5 else picture
    parts = manifest.get("parts") if isinstance(manifest, dict) else None
    if isinstance(parts, list) and parts and isinstance(parts[0], dict):
        parts[0] = {**parts[0], "image": name, "scale": rng.choice((0.1, 1, 16))}
        files[MANIFEST] = json.dumps(manifest).encode(errors="replace")


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()
