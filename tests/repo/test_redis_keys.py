"""ARCHITECTURE.md shows every Redis key and channel that the code uses, and no other."""

from __future__ import annotations

import inspect
import re

from farm.store import keys
from tests.repo.tree import read


def keys_of_code() -> set[str]:
    """Every key and channel of ``farm.store.keys``; what varies is written {}."""
    found = set()
    for name, value in vars(keys).items():
        if inspect.isfunction(value):
            blanks = ["{}"] * len(inspect.signature(value).parameters)
            found.add(value(*blanks))
        elif name.isupper():
            found.add(value)
    return found


def keys_of_page() -> set[str]:
    """Every key and channel that the page's section on Redis names, written the same way."""
    section = read("ARCHITECTURE.md").split("## Redis", 1)[1]
    named = re.findall(r"`(ff:[^`]+|frames)`", section)
    return {re.sub(r"\{\w+\}", "{}", name) for name in named} - {"ff:"}


def test_every_key_of_the_code_is_in_the_table() -> None:
    missing = keys_of_code() - keys_of_page()
    assert not missing, f"add to the table under Redis in ARCHITECTURE.md: {sorted(missing)}"


def test_every_key_of_the_table_is_in_the_code() -> None:
    unknown = keys_of_page() - keys_of_code()
    assert not unknown, f"remove from ARCHITECTURE.md, or add to farm/store/keys.py: {sorted(unknown)}"
