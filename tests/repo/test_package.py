"""What is installed is what the repository has."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatch

from tests.repo.tree import read, tracked_files

SETUPTOOLS = tomllib.loads(read("pyproject.toml"))["tool"]["setuptools"]
ROOMS = ("scene", "farm", "api", "coordinator", "workers", "encoder")


def test_every_file_of_a_room_becomes_part_of_the_package() -> None:
    patterns = SETUPTOOLS["package-data"]["*"]
    for path in tracked_files():
        if path.parts[0] in ROOMS:
            kept = path.suffix == ".py" or any(fnmatch(path.name, pattern) for pattern in patterns)
            assert kept, f"no pattern of package-data in pyproject.toml fits {path}"


def test_every_room_is_a_package_that_is_found() -> None:
    found = SETUPTOOLS["packages"]["find"]["include"]
    assert sorted(found) == sorted(f"{room}*" for room in ROOMS)
