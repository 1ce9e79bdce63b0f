"""Sprites on disk: the same pixels as drawn, bounded, and never worse than a miss."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import lz4.frame
import numpy as np
import pytest

from farm.errors import SettingsError
from farm.settings import load_settings
from tests.workers.farmhand import Gallery, canvas, same, state_of
from workers.compositor import Compositor
from workers.maker import makers_mark
from workers.painters.registry import all_painters
from workers.shelf import Shelf, open_shelf
from workers.sprites import Sprites

PLENTY = 10_000_000
DISC = {
    "type": "shape",
    "shape": "star",
    "fill": "#ff8800cc",
    "size": {"width": 61, "height": 47},
    "position": {"x": 9, "y": 5},
}
TEXT = {"type": "text", "text": "kept", "fontSize": 30, "position": {"x": 20, "y": 50}}
PICTURE = {"type": "image", "asset": "a", "size": {"width": 40, "height": 30}}


def drawn(shelf: Shelf | None, *layers: dict[str, Any], memory: int = 1_000_000) -> Any:
    """``layers`` as a process that begins now draws them."""
    onto = canvas()
    state = state_of(*layers)
    Compositor(Sprites(all_painters(Gallery()), memory, shelf=shelf)).compose(state, [(0, 0, 128, 96)], onto)
    return onto


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_what_one_process_drew_another_takes_byte_for_byte(tmp_path: Path) -> None:
    first, second = Shelf(tmp_path / "new", PLENTY, "m"), Shelf(tmp_path / "new", PLENTY, "m")
    assert same(drawn(first, DISC, TEXT), drawn(None, DISC, TEXT))
    assert first.hits == 0
    assert same(drawn(second, DISC, TEXT), drawn(None, DISC, TEXT))
    assert second.hits == 2


def test_what_the_memory_had_to_forget_is_there(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, PLENTY, "m")
    sprites = Sprites(all_painters(Gallery()), 1, shelf=shelf)
    for _ in range(2):
        for layer in (DISC, TEXT):
            Compositor(sprites).compose(state_of(layer), [(0, 0, 128, 96)], canvas())
    assert shelf.hits == 2


@pytest.mark.parametrize(
    "layer",
    [
        PICTURE,
        {**DISC, "rotation": 20},
        {**DISC, "blend": "multiply"},
        {"type": "colour", "colour": "#fff"},
    ],
)
def test_pictures_turned_and_blended_layers_and_even_colours_are_not_kept(
    tmp_path: Path, layer: dict[str, Any]
) -> None:
    drawn(Shelf(tmp_path, PLENTY, "m"), layer)
    assert not files(tmp_path)


def test_another_program_draws_for_itself(tmp_path: Path) -> None:
    drawn(Shelf(tmp_path, PLENTY, "m"), DISC)
    other = Shelf(tmp_path, PLENTY, "n")
    drawn(other, DISC)
    assert other.hits == 0
    assert len(files(tmp_path)) == 2


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "grown", "other", "bomb"])
def test_a_damaged_file_is_a_miss_and_is_made_anew(tmp_path: Path, damage: str) -> None:
    drawn(Shelf(tmp_path, PLENTY, "m"), DISC)
    (path,) = files(tmp_path)
    whole = path.read_bytes()
    broken = bytearray(whole)
    broken[len(broken) // 2] ^= 0x55
    path.write_bytes(
        {
            "cut": whole[:-9],
            "flipped": bytes(broken),
            "empty": b"",
            "grown": whole + b"more",
            "other": b"no sprite at all",
            "bomb": _bomb(),
        }[damage]
    )
    shelf = Shelf(tmp_path, PLENTY, "m")
    assert same(drawn(shelf, DISC), drawn(None, DISC))
    assert shelf.hits == (1 if damage == "grown" else 0)
    if damage != "grown":
        assert path.read_bytes() == whole


def _bomb() -> bytes:
    """A small file that unpacks to much more than any sprite of this size."""
    return bytes(lz4.frame.compress(bytes(50_000_000)))


def test_it_stays_within_its_limit_and_what_was_used_last_stays(tmp_path: Path) -> None:
    noise = [{**DISC, "size": {"width": 40 + 2 * i, "height": 47}} for i in range(8)]
    drawn(Shelf(tmp_path, PLENTY, "m"), *noise)
    sizes = {path: path.stat().st_size for path in files(tmp_path)}
    for age, path in enumerate(sizes):
        os.utime(path, (1000 + age, 1000 + age))
    limit = sum(sizes.values()) // 2
    shelf = Shelf(tmp_path, limit, "m")
    assert sum(path.stat().st_size for path in files(tmp_path)) <= limit
    assert files(tmp_path) == sorted(list(sizes)[-len(files(tmp_path)) :])
    drawn(shelf, TEXT)
    assert sum(path.stat().st_size for path in files(tmp_path)) <= limit
    drawn(Shelf(tmp_path, 1, "m"), TEXT)
    assert not files(tmp_path), "what is larger than all the room is not kept"


def test_a_layer_that_never_looks_the_same_does_not_fill_the_disk(tmp_path: Path) -> None:
    sprites = Sprites(all_painters(Gallery()), PLENTY, shelf=Shelf(tmp_path, PLENTY, "m"))
    for width in range(8, 88):
        layer = {**DISC, "size": {"width": width, "height": 9}}
        Compositor(sprites).compose(state_of(layer), [(0, 0, 128, 96)], canvas())
    assert len(files(tmp_path)) == 32


def test_what_a_dead_process_left_unfinished_goes(tmp_path: Path) -> None:
    (tmp_path / "x.part").write_bytes(b"half")
    (tmp_path / "notes.txt").write_bytes(b"somebody's")
    os.utime(tmp_path / "x.part", (1000, 1000))
    drawn(Shelf(tmp_path, PLENTY, "m"), DISC)
    Shelf(tmp_path, PLENTY, "m")
    assert {path.suffix for path in files(tmp_path)} == {".sprite", ".txt"}


def test_a_folder_that_went_away_costs_nothing_but_its_use(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "gone", PLENTY, "m")
    (tmp_path / "gone").rmdir()
    assert same(drawn(shelf, DISC), drawn(None, DISC))


def test_a_folder_that_cannot_be_used_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = load_settings({"RASTER_CACHE_DIR": str(tmp_path / "file" / "cache")})
    with pytest.raises(SettingsError, match="RASTER_CACHE_DIR"):
        open_shelf(settings)


def test_none_is_opened_unless_asked_for(tmp_path: Path) -> None:
    assert open_shelf(load_settings({})) is None
    shelf = open_shelf(load_settings({"RASTER_CACHE_DIR": str(tmp_path)}))
    assert shelf is not None


def test_the_makers_mark_is_that_of_this_program() -> None:
    assert makers_mark() == makers_mark()
    assert len(makers_mark()) == 64


def test_a_sprite_that_was_read_cannot_be_written_to(tmp_path: Path) -> None:
    drawn(Shelf(tmp_path, PLENTY, "m"), DISC)
    sprites = Sprites(all_painters(Gallery()), PLENTY, shelf=Shelf(tmp_path, PLENTY, "m"))
    (layer,) = state_of(DISC).layers
    placed = sprites.placed(layer)
    assert placed is not None
    pixels = sprites.pixels(placed, "high")
    assert not isinstance(pixels, type(None) | tuple)
    with pytest.raises(ValueError, match="read-only"):
        np.copyto(pixels.planes.y, 0)  # type: ignore[union-attr]
