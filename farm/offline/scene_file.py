"""Scene documents as files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from farm.errors import InputError, SceneInvalid
from scene.data import parse_data
from scene.document import MAX_LAYERS, Scene, parse_scene, variant_of
from scene.live import Datum
from scene.mistakes import Mistake, SceneMistakes, UnknownVariant

MAX_BYTES = 16_000_000

T = TypeVar("T")


def read_scene(path: Path) -> Scene:
    """The scene in the file ``path``.

    Raises InputError when it cannot be read, SceneInvalid with all mistakes when it is no scene.
    """
    return _read(path, lambda document: parse_scene(document, max_layers=MAX_LAYERS))


def read_data(path: Path) -> dict[str, Datum]:
    """The values in the file ``path``, for ``{data.NAME}`` in texts. Raises like :func:`read_scene`."""
    return _read(path, parse_data)


def _read(path: Path, parse: Callable[[object], T]) -> T:
    data = _bytes_of(path)
    try:
        return parse(json.loads(data))
    except SceneMistakes as error:
        raise _invalid(path, error.mistakes) from error
    except json.JSONDecodeError as error:
        mistake = Mistake(".", f"is not JSON: {error.msg} in line {error.lineno}, column {error.colno}")
        raise _invalid(path, [mistake]) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise _invalid(path, [Mistake(".", "is not JSON; save it as UTF-8 text")]) from error


def read_variant(path: Path, variant: str | None) -> Scene:
    """Like :func:`read_scene`; the scene as ``variant`` has it, if one is asked for. Raises InputError, too,
    when the scene has no such variant."""
    scene = read_scene(path)
    try:
        return scene if variant is None else variant_of(scene, variant)
    except UnknownVariant as error:
        raise InputError(f"{path}: {error}", {"variant": variant, "known": error.known}) from error


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise InputError(f"{path} has more than {MAX_BYTES:,} bytes; no scene is as large")
    return data


def _invalid(path: Path, mistakes: list[Mistake]) -> SceneInvalid:
    lines = [f"{path}: {mistake}" for mistake in mistakes]
    told = [{"path": mistake.path, "reason": mistake.reason} for mistake in mistakes]
    return SceneInvalid("\n".join(lines), {"mistakes": told})
