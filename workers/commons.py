"""Sprites that the workers of a host hold in common: one copy in shared memory that all of them map.

Each is a file in a folder of a memory file system, named by what its pixels depend on, the program included.
Whoever maps it holds a lock on it that goes with its last user, however that one dies; a file that nobody
holds is removed when room is made for another. It is written beside its place first: it is whole or not
there. What does not fit, or finds no memory, stays with the worker that drew it.
"""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import struct
import weakref
from contextlib import suppress
from pathlib import Path

import numpy as np

from farm.errors import SettingsError
from farm.log import get_logger
from farm.settings import Settings
from farm.transport.leftovers import hold_share
from farm.transport.planes import Planes, i420_bytes, planes_in
from scene.content import ImageContent
from scene.geometry import Rect
from workers.looks import Placed, self_contained
from workers.maker import makers_mark
from workers.painters.painter import Quality
from workers.raster import Sprite, plane_bytes

LEAST_BYTES = 65_536
"""Smaller sprites are not worth a file: most are words and digits, which come and go."""

_HEAD = struct.Struct("<8s6i32x")
_MARK = b"common 1"
_NOWHERE: Rect = (-1, -1, -1, -1)
_SUFFIX, _PART = ".sprite", ".part"

_log = get_logger(__name__)


class Commons:
    """Sprites in ``folder``, ``limit_bytes`` of them at most. Workers that draw differently may share it:
    ``maker`` says how they do."""

    def __init__(self, folder: Path, limit_bytes: int, maker: str) -> None:
        """Raises SettingsError when the folder cannot be made."""
        self._folder = folder
        self._limit = limit_bytes
        self._maker = maker
        self.hits = 0
        try:
            weakref.finalize(self, os.close, hold_share(folder))
        except OSError as error:
            raise SettingsError(f"RASTER_SHARE_DIR: {folder} cannot be used: {error.strerror}") from error

    def get(self, placed: Placed, quality: Quality) -> Sprite | None:
        """The sprite of ``placed`` if somebody has put it here."""
        if not shareable(placed):
            return None
        found = self._mapped(self._path(placed, quality), placed.bounds[2:])
        self.hits += found is not None
        return found

    def put(self, placed: Placed, quality: Quality, sprite: Sprite) -> Sprite | None:
        """Put ``sprite`` here; the same one as all have it from now on, or None when it is not for all."""
        if not shareable(placed):
            return None
        path, size = self._path(placed, quality), placed.bounds[2:]
        try:
            if not path.exists() and self._made_room(_HEAD.size + plane_bytes(*size)):
                self._write(path, sprite)
        except OSError as error:
            _log.debug("a sprite is not shared", reason=error.strerror)
        return self._mapped(path, size)

    def _path(self, placed: Placed, quality: Quality) -> Path:
        what = f"{self._maker}\n{quality}\n{placed.key.description()}"
        return self._folder / f"{hashlib.sha256(what.encode()).hexdigest()}{_SUFFIX}"

    def _mapped(self, path: Path, size: tuple[int, ...]) -> Sprite | None:
        """The sprite of this width and height at ``path``, held for as long as anything of it is used."""
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return _sprite_in(mmap.mmap(fd, 0, prot=mmap.PROT_READ), size)
        except (OSError, ValueError):  # it is being removed, or empty
            return None
        finally:
            os.close(fd)  # the mapping has a duplicate, on which the lock stays

    def _write(self, path: Path, sprite: Sprite) -> None:
        part = path.with_suffix(f".{os.getpid()}{_PART}")
        height, width = sprite.planes.y.shape
        head = _HEAD.pack(_MARK, width, height, *(sprite.opaque or _NOWHERE))
        fd = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
            # All of it now: a page that cannot be had when it is written to would end the process.
            os.posix_fallocate(fd, 0, _HEAD.size + plane_bytes(width, height))
            with mmap.mmap(fd, 0) as memory:
                memory.write(head)
                for plane in (*sprite.planes, sprite.clear.y, sprite.clear.u):
                    memory.write(plane.data)
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        finally:
            os.close(fd)

    def _made_room(self, size_bytes: int) -> bool:
        """Whether so much fits in; what nobody holds any more is removed first."""
        held = 0
        for entry in os.scandir(self._folder):
            with suppress(OSError):  # another worker removed it
                held += 0 if _removed(Path(entry.path)) else entry.stat().st_size
        return held + size_bytes <= self._limit


def shareable(placed: Placed) -> bool:
    """Whether the pixels of ``placed`` are the same in every worker, and worth a file: they are many, and a
    layer that turns has others in the next frame."""
    if placed.placement.turn is not None or plane_bytes(*placed.bounds[2:]) < LEAST_BYTES:
        return False
    content = placed.layer.content
    return placed.painted.problem is None and (isinstance(content, ImageContent) or self_contained(content))


def open_commons(settings: Settings) -> Commons | None:
    """Where the settings say that sprites are shared, if they do. Raises SettingsError."""
    if settings.raster_share_dir is None:
        return None
    return Commons(settings.raster_share_dir, settings.raster_share_mb * 1_000_000, makers_mark())


def _removed(path: Path) -> bool:
    """Remove ``path`` unless somebody holds it. Raises OSError."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(fd)


def _sprite_in(memory: mmap.mmap, size: tuple[int, ...]) -> Sprite | None:
    """The sprite of this width and height in ``memory``; None when it holds no such thing."""
    width, height = size
    clear_bytes = width * height
    size_bytes = plane_bytes(width, height)
    if len(memory) != _HEAD.size + size_bytes:
        return None
    mark, its_width, its_height, *opaque = _HEAD.unpack_from(memory)
    if (mark, its_width, its_height) != (_MARK, width, height):
        return None
    pixels = np.frombuffer(memory, np.uint8, offset=_HEAD.size)
    clear = pixels[i420_bytes(width, height) :]
    half = clear[clear_bytes:].reshape(height // 2, width // 2)
    hides = (opaque[0], opaque[1], opaque[2], opaque[3])
    whole_clear = Planes(clear[:clear_bytes].reshape(height, width), half, half)
    return Sprite.of(planes_in(pixels, width, height), whole_clear, None if hides == _NOWHERE else hides)
