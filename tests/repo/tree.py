"""The repository as files."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


def read(path: str) -> str:
    """The text of a file of the repository."""
    return (ROOT / path).read_text()


def read_yaml(path: str) -> Any:
    """A YAML file of the repository."""
    return yaml.safe_load(read(path))


def tracked_files() -> list[Path]:
    """Every file that git knows and that is there, relative to the root."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [Path(name) for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
