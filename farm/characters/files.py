"""Where a character package lies: in a ZIP, or in a folder."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

from farm.characters.package import MANIFEST, refused
from farm.errors import AssetRefused
from scene.mistakes import Mistake

MAX_ENTRIES = 512
MAX_UNPACKED_BYTES = 32_000_000
MAX_PACKAGE_BYTES = 8_000_000
_ZIP_MAGIC = b"PK\x03\x04"

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    OverflowError,
)
"""What the standard library raises for the many ways in which a ZIP can be wrong."""


def is_package(data: bytes) -> bool:
    """Whether ``data`` looks like a ZIP."""
    return data.startswith(_ZIP_MAGIC)


class ZipFiles:
    """The files of a ZIP; those of its only folder when the manifest lies there.

    Nothing is unpacked to a disk. Sizes are checked as declared and again while reading, so that a file that
    unpacks to more than it says is refused. Raises AssetRefused.
    """

    def __init__(self, data: bytes) -> None:
        if len(data) > MAX_PACKAGE_BYTES:
            raise AssetRefused(
                f"the package has {len(data):,} bytes; at most {MAX_PACKAGE_BYTES:,} are allowed"
            )
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            entries = self._zip.infolist()
        except _DAMAGED as error:
            raise AssetRefused("the package is not a ZIP, or a damaged one") from error
        if found := _mistakes(entries):
            raise refused(found)
        self._entries = {entry.filename: entry for entry in entries if not entry.is_dir()}
        self._folder = _folder(self._entries)

    def read(self, name: str, max_bytes: int) -> bytes | None:
        """See :class:`farm.characters.package.Files`."""
        entry = self._entries.get(self._folder + name)
        if entry is None:
            return None
        if entry.file_size > max_bytes:
            raise AssetRefused(f"{name} has {entry.file_size:,} bytes; at most {max_bytes:,} are allowed")
        try:
            with self._zip.open(entry) as file:
                data = file.read(max_bytes + 1)
        except _DAMAGED as error:
            raise AssetRefused(f"{name} is damaged in the package") from error
        if len(data) != entry.file_size:
            raise AssetRefused(f"{name} does not have the size that the package says")
        return data


class FolderFiles:
    """The files of a folder; links are not followed. Raises AssetRefused when one cannot be read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str, max_bytes: int) -> bytes | None:
        """See :class:`farm.characters.package.Files`; the manifest's names cannot leave the folder."""
        path = self._folder / name
        try:
            if path.is_symlink() or not path.is_file():
                return None
            with path.open("rb") as file:
                data = file.read(max_bytes + 1)
        except OSError as error:
            raise AssetRefused(f"{name} cannot be read: {error.strerror}") from error
        if len(data) > max_bytes:
            raise AssetRefused(f"{name} has more than {max_bytes:,} bytes")
        return data


def _mistakes(entries: list[zipfile.ZipInfo]) -> list[Mistake]:
    if len(entries) > MAX_ENTRIES:
        return [Mistake(".", f"has {len(entries)} files; at most {MAX_ENTRIES} are allowed")]
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        return [Mistake(".", f"unpacks to more than {MAX_UNPACKED_BYTES:,} bytes; make it smaller")]
    return [
        Mistake(entry.filename[:64], reason) for entry in entries if (reason := _problem(entry)) is not None
    ]


def _problem(entry: zipfile.ZipInfo) -> str | None:
    steps = entry.filename.split("/")
    if ".." in steps or entry.filename.startswith("/") or "\\" in entry.orig_filename:
        return "lies outside the package; give it a plain relative name"
    if entry.flag_bits & _ENCRYPTED:
        return "is encrypted; pack it without a password"
    if entry.compress_type not in _METHODS:
        return "is compressed in a way that is not known here; use deflate"
    return None


def _folder(names: dict[str, zipfile.ZipInfo]) -> str:
    """The folder that the manifest lies in: the root, or the only folder there is, with a slash behind."""
    inside = sorted(name for name in names if name.count("/") == 1 and name.endswith(f"/{MANIFEST}"))
    if MANIFEST in names or len(inside) != 1:
        return ""
    return inside[0].removesuffix(MANIFEST)
