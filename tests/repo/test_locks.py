"""The lock files: complete, hashed, and without the name of any package index."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.repo.tree import read

LOCKS = ["requirements.lock", "requirements-dev.lock"]
PROJECT = tomllib.loads(read("pyproject.toml"))
RUNTIME = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
DEVELOPMENT = [Requirement(line) for line in PROJECT["dependency-groups"]["dev"]]
_PIN = re.compile(r"^([a-z0-9][a-z0-9-]*)==(\S+)(.*)", re.MULTILINE)
HOW = "make the locks anew; CONTRIBUTING.md says how"


def pins(lock: str) -> dict[str, set[str]]:
    """Name to versions; a package may have one for each version of Python."""
    found: dict[str, set[str]] = {}
    for name, version, _ in _PIN.findall(read(lock)):
        found.setdefault(name, set()).add(version)
    return found


@pytest.mark.parametrize(
    ("lock", "wanted"), [("requirements.lock", RUNTIME), ("requirements-dev.lock", RUNTIME + DEVELOPMENT)]
)
def test_a_lock_holds_what_is_declared(lock: str, wanted: list[Requirement]) -> None:
    locked = pins(lock)
    for requirement in wanted:
        versions = locked.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement.name} is not in {lock}; {HOW}"
        assert all(requirement.specifier.contains(v) for v in versions), (
            f"{requirement} is not {versions}; {HOW}"
        )


def test_development_runs_the_versions_that_are_deployed() -> None:
    development = pins("requirements-dev.lock")
    assert {name: development.get(name) for name in pins("requirements.lock")} == pins("requirements.lock")


def test_a_farm_installs_no_tools_of_development() -> None:
    tools = {canonicalize_name(requirement.name) for requirement in DEVELOPMENT}
    assert not tools & set(pins("requirements.lock"))


@pytest.mark.parametrize("lock", LOCKS)
def test_pillow_simd_has_its_namespace_for_itself(lock: str) -> None:
    assert "pillow-simd" in pins(lock)
    assert "pillow" not in pins(lock)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash_and_no_line_names_an_index(lock: str) -> None:
    text = read(lock)
    starts = [match.start() for match in _PIN.finditer(text)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        assert "--hash=sha256:" in text[start:end]
    assert "://" not in text
    assert not re.search(
        r"^\s*(-i|-f|--(extra-)?index-url|--find-links|--trusted-host)\b", text, re.MULTILINE
    )
