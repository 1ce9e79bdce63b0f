"""``.env.example`` lists the settings of the code, each with its default, its range and a sentence."""

from __future__ import annotations

import re
from typing import Any, Literal, NamedTuple, get_args, get_origin

import pytest
from annotated_types import Ge, Le
from pydantic_core import PydanticUndefined

from farm.settings import Settings
from tests.repo.tree import read

COMPOSE_ONLY = {
    "FRAMEFARM_VERSION",
    "GRAFANA_PORT",
    "GRAFANA_PASSWORD",
    "FRAMES_SIZE",
    "PIP_CONFIG_FILE",
    "PIP_CA_FILE",
    "BUILD_NETWORK",
}
NAMES = [name.upper() for name in Settings.model_fields]
_LINE = re.compile(r"#?([A-Z][A-Z0-9_]+)=(.*)")


class Entry(NamedTuple):
    """One setting as the file shows it."""

    value: str
    comment: str


def listed() -> dict[str, Entry]:
    """Every setting of the file, by its name."""
    entries: dict[str, Entry] = {}
    before = ""
    for line in read(".env.example").splitlines():
        if match := _LINE.fullmatch(line):
            assert match[1] not in entries, f"{match[1]} is listed twice"
            entries[match[1]] = Entry(match[2], before)
        before = line
    return entries


def default_of(name: str) -> str:
    """The default of the setting ``name`` as one writes it into the environment; "" for none."""
    value: Any = Settings.model_fields[name.lower()].default
    if value is None or value is PydanticUndefined:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def range_of(name: str) -> list[str]:
    """What the comment of the setting ``name`` must say of its range."""
    field = Settings.model_fields[name.lower()]
    if get_origin(field.annotation) is Literal:
        return [str(choice) for choice in get_args(field.annotation)]
    if field.annotation is bool:
        return ["true or false"]
    ge = next((rule.ge for rule in field.metadata if isinstance(rule, Ge)), None)
    le = next((rule.le for rule in field.metadata if isinstance(rule, Le)), None)
    return [] if ge is None else [f"{ge:,} to {le:,}"]


def test_every_setting_is_listed() -> None:
    missing = [name for name in NAMES if name not in listed()]
    lines = [f"# (what, unit, {', '.join(range_of(name))})\n#{name}={default_of(name)}" for name in missing]
    assert not missing, "add to .env.example:\n" + "\n".join(lines)


def test_nothing_is_listed_that_is_no_setting() -> None:
    unknown = set(listed()) - set(NAMES) - COMPOSE_ONLY
    assert not unknown, f"remove from .env.example, or add to farm/settings.py: {sorted(unknown)}"


@pytest.mark.parametrize("name", NAMES)
def test_the_listed_value_is_the_default(name: str) -> None:
    assert listed()[name].value == default_of(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_comment_tells_the_range(name: str) -> None:
    comment = listed()[name].comment
    assert re.match(r"# [A-Z/x0-9`a]", comment), f"{name} needs a comment in the line above it"
    for words in range_of(name):
        assert words in comment, f"the comment of {name} must say {words!r}"
