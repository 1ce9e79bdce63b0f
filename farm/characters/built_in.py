"""The characters that come with Framefarm, by name."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from farm.characters.files import FolderFiles
from farm.characters.package import Package, read_package

FOLDER = Path(__file__).parents[2] / "examples" / "characters"

BUILT_IN = ("owl", "robot")


@lru_cache(maxsize=len(BUILT_IN))
def built_in(name: str) -> Package:
    """The character ``name`` of BUILT_IN. Raises AssetRefused when the installation lacks it."""
    return read_package(FolderFiles(FOLDER / name))
