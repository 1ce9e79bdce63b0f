"""A folder of pictures, characters and fonts that are there from the start, uploaded by nobody."""

from __future__ import annotations

from pathlib import Path

from farm.errors import AssetRefused, NotFound
from farm.log import get_logger
from farm.store.assets import KEEP, AssetRecord, AssetStore
from farm.store.tokens import ADMIN_OWNER

log = get_logger(__name__)

MAX_FILES = 200
SUFFIXES = frozenset({".png", ".apng", ".jpg", ".jpeg", ".webp", ".gif", ".zip", ".ttf", ".otf", ".woff"})


def register_folder(folder: Path, assets: AssetStore, *, max_bytes: int) -> list[AssetRecord]:
    """Keep the pictures that lie in ``folder`` itself, under their files' names; every scene may show them.

    The first MAX_FILES by name, of at most ``max_bytes`` each. What is no picture, or a link, is left out
    with a line in the log: one bad file shall not keep the farm from starting. Raises StoreUnavailable.
    """
    kept = []
    for path in _pictures(folder):
        try:
            record = assets.put(_read(path, max_bytes), path.name, ADMIN_OWNER)
            kept.append(assets.describe(record.id, tags=[*record.tags, KEEP]))
        except (AssetRefused, NotFound, OSError) as error:
            log.warning("left a picture of the folder out", file=path.name, reason=str(error))
    log.info("registered the folder's pictures", folder=str(folder), count=len(kept))
    return kept


def _read(path: Path, max_bytes: int) -> bytes:
    if path.stat().st_size > max_bytes:
        raise AssetRefused(f"it has more than {max_bytes:,} bytes")
    return path.read_bytes()


def _pictures(folder: Path) -> list[Path]:
    try:
        found = sorted(
            path
            for path in folder.iterdir()
            if path.suffix.lower() in SUFFIXES and path.is_file() and not path.is_symlink()
        )
    except OSError as error:
        log.warning("the folder of pictures cannot be read", folder=str(folder), reason=str(error))
        return []
    if len(found) > MAX_FILES:
        log.warning("the folder has too many pictures", count=len(found), registered=MAX_FILES)
    return found[:MAX_FILES]
