"""The files of the reference: which there are to be, and which there are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from farm.offline.scene_file import read_scene
from tests.docs.examples import ASSETS, DOCS, PICTURES, drawn, example, stored_picture
from tests.docs.pages import MADE, shown
from tests.docs.sheets import all_sheets
from tests.docs.transitions import TRANSITIONS, strip
from tests.golden.differences import differences

MAX_DIFFERENCE, MEAN_DIFFERENCE = 40, 0.5
"""Levels of 255 by which any channel of any pixel, and all of them on average, may differ."""


def page_path(name: str) -> Path:
    """Where the page ``name`` of :func:`tests.docs.pages.pages` lies."""
    return DOCS / name


def pictures() -> Iterator[tuple[Path, Image.Image]]:
    """Every picture of the reference and where it is kept, drawn now.

    The assets come first: the others show them.
    """
    for source in sorted(ASSETS.glob("*.json")):
        yield source.with_suffix(".png"), drawn(read_scene(source))
    for name in shown():
        yield stored_picture(name), drawn(read_scene(example(name)))
    for kind in TRANSITIONS:
        yield stored_picture(f"transitions/{kind}"), strip(kind)
    for name, sheet in all_sheets().items():
        yield stored_picture(name), drawn(sheet())


def differs(path: Path, picture: Image.Image) -> bool:
    """Whether what is kept at ``path`` does not look like ``picture``."""
    if not path.exists():
        return True
    with Image.open(path) as image:
        kept = image.convert("RGB")
    if kept.size != picture.size:
        return True
    most, mean = differences(picture, kept)
    return most > MAX_DIFFERENCE or mean > MEAN_DIFFERENCE


def kept_files() -> set[Path]:
    """Every page and picture that is kept now; pages that people wrote are none of the reference."""
    pages = [page for page in DOCS.rglob("*.md") if page.read_text().startswith(MADE)]
    return {*pages, *PICTURES.rglob("*.png"), *ASSETS.glob("*.png")}
