"""Pictures and characters that lie in a folder instead of a farm's Redis."""

from __future__ import annotations

from pathlib import Path

from farm.characters.files import FolderFiles
from farm.characters.package import Package, read_package
from farm.errors import AssetRefused, NotFound
from workers.characters.cast import packages_in

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".zip", ".ttf", ".otf", ".woff")


class AssetFolder:
    """The files of a folder as assets: a file's name is its id, with or without its suffix."""

    def __init__(self, folder: Path | None, *, max_bytes: int) -> None:
        """Without a ``folder`` there is no asset at all."""
        self._folder = folder
        self._max_bytes = max_bytes

    def data(self, asset_id: str) -> bytes:
        """The bytes of ``asset_id``, which has no slash in it. Raises NotFound, AssetRefused."""
        if self._folder is None:
            raise NotFound(f"there is no asset {asset_id!r}; say where pictures lie with --assets")
        for name in (asset_id, *(asset_id + suffix for suffix in SUFFIXES)):
            path = self._folder / name
            if path.is_file():
                return self._read(path)
        raise NotFound(f"there is no asset {asset_id!r} in {self._folder}")

    def package(self, asset_id: str) -> Package:
        """The character ``asset_id``: a folder with a ``character.json``, or a ZIP.

        Raises NotFound, AssetRefused.
        """
        if self._folder is not None and (self._folder / asset_id).is_dir():
            return read_package(FolderFiles(self._folder / asset_id))
        return packages_in(self)(asset_id)

    def _read(self, path: Path) -> bytes:
        try:
            # One byte more than is allowed, so that what is too large is refused and not cut off.
            with path.open("rb") as file:
                return file.read(self._max_bytes + 1)
        except OSError as error:
            raise AssetRefused(f"{path} cannot be read: {error.strerror}") from error
