"""A scene's assets on their way from a folder to a farm, where they have other ids."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from farm.errors import InputError

MEDIA = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".zip": "application/zip",
    ".ttf": "font/ttf",
    ".otf": "font/otf",
    ".woff": "font/woff",
}
_NAMING = frozenset({"asset", "fontAsset", "character"})
"""The fields of a scene document that name an asset."""
_LONGEST_ID = 200  # characters
_SAME_DATE = (1980, 1, 1, 0, 0, 0)

Upload = Callable[[str, bytes, str], str]
"""Keeps an asset, by its file's name, bytes and media type; its id."""


def with_uploads(document: Any, folder: Path | None, upload: Upload) -> Any:
    """``document`` with every asset that lies in ``folder`` uploaded, and named by the id that it got.

    A file's name is its id, with or without its suffix; a character may be a folder of its own. What does not
    lie there is left as it is: the farm may know it. Raises InputError for files that cannot be read.
    """
    if folder is None:
        return document
    known: dict[str, str] = {}

    def named(asset: str) -> str:
        if asset not in known:
            found = _file(folder, asset)
            known[asset] = asset if found is None else upload(*found)
        return known[asset]

    return _renamed(document, named)


def _renamed(part: Any, named: Callable[[str], str]) -> Any:
    if isinstance(part, list):
        return [_renamed(each, named) for each in part]
    if not isinstance(part, dict):
        return part
    return {
        key: named(value) if key in _NAMING and isinstance(value, str) else _renamed(value, named)
        for key, value in part.items()
    }


def _file(folder: Path, asset: str) -> tuple[str, bytes, str] | None:
    """Name, bytes and media type of ``asset``, if it lies in ``folder`` itself."""
    if "/" in asset or len(asset) > _LONGEST_ID or asset in {"", ".", ".."}:
        return None
    try:
        if (folder / asset / "character.json").is_file():
            return f"{asset}.zip", _zipped(folder / asset), MEDIA[".zip"]
        for path in (folder / asset, *(folder / f"{asset}{suffix}" for suffix in MEDIA)):
            if path.is_file() and path.suffix.lower() in MEDIA:
                return path.name, path.read_bytes(), MEDIA[path.suffix.lower()]
    except OSError as error:
        raise InputError(f"{folder / asset} cannot be read: {error.strerror}") from error
    return None


def _zipped(folder: Path) -> bytes:
    """The files of ``folder``; the same ones always as the same bytes, so that they are one asset."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _SAME_DATE)
            package.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return written.getvalue()
