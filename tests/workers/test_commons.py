"""Sprites that the workers of a host hold in common: one copy, the same pixels, gone with who uses it."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from farm.errors import SettingsError
from farm.settings import load_settings
from scene.state import SceneState
from tests.workers.farmhand import Gallery, canvas, same, state_of
from workers import commons as shared
from workers.commons import Commons, open_commons
from workers.compositor import Compositor
from workers.looks import Placed
from workers.maker import makers_mark
from workers.painters.registry import all_painters
from workers.raster import Sprite
from workers.sprites import Sprites

PLENTY = 10_000_000
STAR: dict[str, Any] = {"type": "shape", "shape": "star", "size": {"width": 61, "height": 47}}
PICTURE: dict[str, Any] = {"type": "image", "asset": "a", "size": {"width": 40, "height": 30}}
WHOLE = [(0, 0, 128, 96)]


@pytest.fixture(autouse=True)
def small_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "LEAST_BYTES", 2000)


class Worker:
    """A worker's sprites, and what it draws with them."""

    def __init__(self, commons: Commons | None) -> None:
        self.sprites = Sprites(all_painters(Gallery()), 1_000_000, commons=commons)

    def draw(self, *layers: dict[str, Any], frames: int = 1) -> Any:
        state, onto = state_of(*layers), canvas()
        for _ in range(frames):
            Compositor(self.sprites).compose(state, WHOLE, onto)
            self.sprites.share()
        return onto

    def sprite(self, *layers: dict[str, Any]) -> tuple[Placed, Sprite]:
        placed = the_only(self.sprites, state_of(*layers))
        pixels = self.sprites.pixels(placed, "high")
        assert isinstance(pixels, Sprite)
        return placed, pixels


def the_only(sprites: Sprites, state: SceneState) -> Placed:
    (layer,) = state.layers
    placed = sprites.placed(layer)
    assert placed is not None
    return placed


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


@pytest.mark.parametrize("layer", [STAR, PICTURE])
def test_what_one_worker_draws_with_again_and_again_another_finds(
    tmp_path: Path, layer: dict[str, Any]
) -> None:
    alone, first = Worker(None).draw(layer), Worker(Commons(tmp_path, PLENTY, "m"))
    assert same(first.draw(layer), alone)
    assert not files(tmp_path), "a sprite that was used once may never be used again"
    assert same(first.draw(layer, frames=10), alone)
    (path,) = files(tmp_path)
    found = Commons(tmp_path, PLENTY, "m")
    second = Worker(found)
    assert same(second.draw(layer, frames=10), alone)
    assert found.hits == 1
    assert files(tmp_path) == [path]
    for worker in (first, second):
        _, sprite = worker.sprite(layer)
        assert not sprite.planes.y.flags.writeable, "it is the common one"


def test_who_drew_the_same_meanwhile_takes_the_common_one(tmp_path: Path) -> None:
    workers = [Worker(Commons(tmp_path, PLENTY, "m")) for _ in range(2)]
    for worker in workers:
        worker.draw(STAR)
    for worker in workers:
        worker.draw(STAR, frames=10)
    assert len(files(tmp_path)) == 1
    assert not any(worker.sprite(STAR)[1].planes.y.flags.writeable for worker in workers)


def test_an_opaque_part_is_told_and_another_program_draws_for_itself(tmp_path: Path) -> None:
    first = Worker(Commons(tmp_path, PLENTY, "m"))
    disc = {**STAR, "shape": "ellipse", "fill": "#ff8800"}
    first.draw(disc, frames=10)
    placed, sprite = first.sprite(disc)
    assert sprite.opaque is not None
    again = Commons(tmp_path, PLENTY, "m").get(placed, "high")
    assert again is not None
    assert (again.opaque, again.bytes) == (sprite.opaque, sprite.bytes)
    assert Commons(tmp_path, PLENTY, "m").get(placed, "low") is None
    assert Commons(tmp_path, PLENTY, "n").get(placed, "high") is None


@pytest.mark.parametrize(
    "layer",
    [
        {**STAR, "rotation": 20},
        {**STAR, "size": {"width": 20, "height": 20}},
        {**STAR, "blend": "multiply"},
        {**PICTURE, "asset": "missing"},
        {"type": "character", "character": "robo", "size": {"width": 80, "height": 90}},
    ],
)
def test_what_may_differ_or_is_not_worth_a_file_stays_with_its_worker(
    tmp_path: Path, layer: dict[str, Any]
) -> None:
    Worker(Commons(tmp_path, PLENTY, "m")).draw(layer, frames=10)
    assert not files(tmp_path)


def test_what_nobody_holds_makes_room_and_what_somebody_holds_does_not(tmp_path: Path) -> None:
    commons = Commons(tmp_path, 9_000, "m")
    holder = Worker(commons)
    holder.draw(STAR, frames=10)
    (path,) = files(tmp_path)
    (tmp_path / "left.1.part").write_bytes(b"of a worker that died while it wrote")
    Worker(commons).draw({**STAR, "fill": "#123456"}, frames=10)
    assert files(tmp_path) == [path], "held, and the limit allows one"
    del holder
    Worker(commons).draw({**STAR, "fill": "#123456"}, frames=10)
    assert files(tmp_path) != [path]
    assert len(files(tmp_path)) == 1


@pytest.mark.parametrize("damage", [b"", b"no sprite at all", b"common 1" + bytes(9000)])
def test_a_damaged_file_is_a_miss(tmp_path: Path, damage: bytes) -> None:
    alone = Worker(None).draw(STAR)
    Worker(Commons(tmp_path, PLENTY, "m")).draw(STAR, frames=10)
    (path,) = files(tmp_path)
    path.write_bytes(damage)
    assert same(Worker(Commons(tmp_path, PLENTY, "m")).draw(STAR, frames=10), alone)


def test_without_memory_a_worker_keeps_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    worker = Worker(Commons(tmp_path, PLENTY, "m"))
    assert same(worker.draw(STAR, frames=10), Worker(None).draw(STAR))
    assert not files(tmp_path)


def test_the_settings_say_where(tmp_path: Path) -> None:
    assert open_commons(load_settings({})) is None
    there = open_commons(load_settings({"RASTER_SHARE_DIR": str(tmp_path / "new")}))
    assert there is not None
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert makers_mark() is makers_mark()
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="RASTER_SHARE_DIR"):
        open_commons(load_settings({"RASTER_SHARE_DIR": str(tmp_path / "file" / "below")}))
