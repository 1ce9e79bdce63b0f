"""Scene documents as files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from farm.errors import InputError, SceneInvalid
from scene.data import parse_data
from scene.document import MAX_LAYERS, Scene
from scene.live import Datum
from scene.mistakes import Mistake, SceneMistakes, UnknownVariant
from scene.show import Show, parse_show
from scene.show_edits import variant_of_show

MAX_BYTES = 16_000_000

T = TypeVar("T")


def read_scene(path: Path) -> Scene:
    """The scene in the file ``path``, or the program scene of the show there; see :func:`read_show`."""
    return read_show(path).on_air


def read_show(path: Path) -> Show:
    """The show, or the scene that stands alone, in the file ``path``.

    Raises InputError when it cannot be read, SceneInvalid with all mistakes when it is neither.
    """
    return _read(path, lambda document: parse_show(document, max_layers=MAX_LAYERS))


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


def read_variant(path: Path, variant: str | None) -> Show:
    """Like :func:`read_show`; the show as ``variant`` has it, if one is asked for. Raises InputError, too,
    when it has no such variant."""
    show = read_show(path)
    try:
        return show if variant is None else variant_of_show(show, variant)
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
