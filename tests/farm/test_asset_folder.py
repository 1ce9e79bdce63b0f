"""A folder's pictures, registered at start."""

from __future__ import annotations

from pathlib import Path

import pytest

from farm import asset_folder
from farm.asset_folder import register_folder
from farm.clock import ManualClock
from farm.settings import Settings
from farm.store.assets import AssetStore
from farm.store.connection import FarmRedis
from farm.store.tokens import ADMIN_OWNER
from tests.farm.test_assets import png


@pytest.fixture
def store(redis: FarmRedis) -> AssetStore:
    return AssetStore(redis, ManualClock(), Settings())


def names(folder: Path, store: AssetStore, max_bytes: int = 100_000) -> list[str]:
    return [record.name for record in register_folder(folder, store, max_bytes=max_bytes)]


def test_its_pictures_are_kept_by_name_for_everybody(tmp_path: Path, store: AssetStore) -> None:
    (tmp_path / "b.PNG").write_bytes(png("blue"))
    (tmp_path / "a.png").write_bytes(png("red"))
    first = register_folder(tmp_path, store, max_bytes=100_000)
    assert [(record.name, record.owner) for record in first] == [
        ("a.png", ADMIN_OWNER),
        ("b.PNG", ADMIN_OWNER),
    ]
    assert register_folder(tmp_path, store, max_bytes=100_000) == first
    assert len(store.list()) == 2


def test_what_is_no_picture_of_the_folder_is_left_out(tmp_path: Path, store: AssetStore) -> None:
    folder = tmp_path / "pictures"
    (folder / "inner.png").mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(png("black"))
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "dead.png").symlink_to(tmp_path / "nothing.png")
    (folder / "broken.png").write_bytes(b"no picture")
    (folder / "notes.txt").write_bytes(png("white"))
    (folder / "large.png").write_bytes(png("red", 90) + bytes(2_000))
    (folder / "good.png").write_bytes(png("green"))
    assert names(folder, store, max_bytes=2_000) == ["good.png"]


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path, store: AssetStore) -> None:
    assert names(tmp_path / "nowhere", store) == []


def test_only_so_many_are_registered(
    tmp_path: Path, store: AssetStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asset_folder, "MAX_FILES", 2)
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.png").write_bytes(png(side=len(name) + ord(name) % 7))
    assert names(tmp_path, store) == ["a.png", "b.png"]
