"""Sprites on disk: what was drawn once needs not be drawn again by a worker that starts, or that had to
forget it. Only what follows from the scene alone is kept: a picture's bytes are elsewhere.

A file is named by what its pixels depend on, the program and the fonts included, and written beside its place
first: it is whole or not there. One that is damaged is a miss, and goes.
"""

from __future__ import annotations

import hashlib
import os
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path

import lz4.frame
import numpy as np

from farm.errors import SettingsError
from farm.log import get_logger
from farm.settings import Settings
from farm.transport.planes import Planes, i420_bytes, planes_in
from scene.geometry import Rect
from workers.looks import PixelKey, Placed, self_contained
from workers.maker import makers_mark
from workers.painters.painter import Quality
from workers.raster import Sprite

_HEAD = struct.Struct("<8s6i")
_MARK = b"sprite 1"
_NOWHERE: Rect = (-1, -1, -1, -1)
_SUFFIX, _PART = ".sprite", ".part"
_ABANDONED_S = 60.0
"""An unfinished file that is older than the newest one by this was left by a process that died."""

_ROOM = 0.9
"""How full the folder is after a clearing."""
_BURST, _HITS_A_FILE = 32, 64
"""So many sprites may be kept at once, and one more for each so many that were found in memory: an animation
that needs new pixels in every frame doesn't fill the disk."""

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    bytes: int
    used_s: float
    """When it was written or read last, by the file system's clock."""


class Shelf:
    """Sprites in ``folder``, at most ``limit_bytes`` of them; those that were used last stay.

    Processes may share it, unless they draw differently: ``maker`` says how they do.
    """

    def __init__(self, folder: Path, limit_bytes: int, maker: str) -> None:
        """Raises SettingsError when the folder cannot be made or written to."""
        self._folder = folder
        self._limit = limit_bytes
        self._maker = maker
        self._kept = 0
        self.hits = 0
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._clear(limit_bytes)
        except OSError as error:
            raise SettingsError(f"RASTER_CACHE_DIR: {folder} cannot be used: {error.strerror}") from error
        if not os.access(folder, os.W_OK):
            raise SettingsError(f"RASTER_CACHE_DIR: {folder} cannot be written to; choose another folder")

    def get(self, placed: Placed, quality: Quality) -> Sprite | None:
        """The sprite of ``placed``; None when it is not here, or not as it should be."""
        if not self_contained(placed.layer.content):
            return None
        path = self._path(placed.key, quality)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        sprite = _unpacked(data, placed.bounds[2:])
        try:
            if sprite is None:
                path.unlink(missing_ok=True)
            else:
                os.utime(path)
        except OSError as error:
            _log.debug("a sprite's file cannot be touched", reason=error.strerror)
        self.hits += sprite is not None
        return sprite

    def put(self, placed: Placed, quality: Quality, sprite: Sprite, memory_hits: int) -> None:
        """Keep ``sprite``, unless too many were kept lately: ``memory_hits`` says how much was drawn without
        new ones. A disk that is full or gone is logged, no more."""
        if not self_contained(placed.layer.content) or self._kept >= _BURST + memory_hits // _HITS_A_FILE:
            return
        self._kept += 1
        data = _packed(sprite)
        try:
            self._clear(self._limit - len(data))
            self._write(self._path(placed.key, quality), data)
        except OSError as error:
            _log.warning("a sprite cannot be kept on disk", folder=str(self._folder), reason=error.strerror)

    def _path(self, key: PixelKey, quality: Quality) -> Path:
        what = f"{self._maker}\n{quality}\n{key.description()}"
        return self._folder / f"{hashlib.sha256(what.encode()).hexdigest()}{_SUFFIX}"

    def _write(self, path: Path, data: bytes) -> None:
        if len(data) > self._limit:
            return
        with tempfile.NamedTemporaryFile(dir=self._folder, suffix=_PART, delete=False) as part:
            part.write(data)
        Path(part.name).replace(path)

    def _clear(self, limit_bytes: int) -> None:
        """Remove what was not used for longest if there is more than ``limit_bytes``."""
        files = sorted(self._files(), key=lambda file: file.used_s)
        newest_s = files[-1].used_s if files else 0.0
        total = sum(file.bytes for file in files)
        room = total if total <= limit_bytes else limit_bytes * _ROOM
        for file in files:
            abandoned = file.path.suffix == _PART and file.used_s < newest_s - _ABANDONED_S
            if total > room or abandoned:
                file.path.unlink(missing_ok=True)
                total -= file.bytes

    def _files(self) -> list[_File]:
        files = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name.endswith((_SUFFIX, _PART)):
                    try:
                        about = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:  # another process cleared it
                        continue
                    files.append(_File(Path(entry.path), about.st_size, about.st_mtime))
        return files


def open_shelf(settings: Settings) -> Shelf | None:
    """Where the settings say that sprites are kept, if they do. Raises SettingsError."""
    if settings.raster_cache_dir is None:
        return None
    return Shelf(settings.raster_cache_dir, settings.raster_cache_disk_mb * 1_000_000, makers_mark())


def _packed(sprite: Sprite) -> bytes:
    height, width = sprite.planes.y.shape
    head = _HEAD.pack(_MARK, width, height, *(sprite.opaque or _NOWHERE))
    planes = (*sprite.planes, sprite.clear.y, sprite.clear.u)
    whole = b"".join([head, *(plane.tobytes() for plane in planes)])
    packed: bytes = lz4.frame.compress(whole, content_checksum=True, store_size=False)
    return packed


def _unpacked(data: bytes, size: tuple[int, ...]) -> Sprite | None:
    """The sprite of this width and height in ``data``; None when it is no such thing."""
    width, height = size
    clear_bytes = width * height
    size_bytes = i420_bytes(width, height) + clear_bytes + clear_bytes // 4
    decompressor = lz4.frame.LZ4FrameDecompressor()
    try:
        whole = decompressor.decompress(data, _HEAD.size + size_bytes)
    except (RuntimeError, EOFError):
        return None
    if not decompressor.eof or len(whole) != _HEAD.size + size_bytes:
        return None
    mark, its_width, its_height, *opaque = _HEAD.unpack_from(whole)
    if (mark, its_width, its_height) != (_MARK, width, height):
        return None
    pixels = np.frombuffer(whole, np.uint8, offset=_HEAD.size)
    planes = planes_in(pixels, width, height)
    clear = pixels[i420_bytes(width, height) :]
    half = clear[clear_bytes:].reshape(height // 2, width // 2)
    hides = (opaque[0], opaque[1], opaque[2], opaque[3])
    whole_clear = Planes(clear[:clear_bytes].reshape(height, width), half, half)
    return Sprite.of(planes, whole_clear, None if hides == _NOWHERE else hides)
