"""Births of revisions: as a coordinator would have written them, and as plainly as they can be worked out."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from farm.store import keys
from farm.store.connection import FarmRedis, as_text


def set_birth(redis: FarmRedis, stream: str, revision: int, time_s: Fraction | float | str) -> None:
    """``revision`` was first shown at ``time_s``."""
    redis.zadd(keys.scene_births(stream), {f"{revision} {Fraction(time_s)}": revision})


def kept_births(redis: FarmRedis, stream: str) -> dict[int, Fraction]:
    """All that are kept."""
    rows: Any = redis.zrange(keys.scene_births(stream), 0, -1)
    found = (as_text(row).partition(" ") for row in rows)
    return {int(revision): Fraction(time_s) for revision, _, time_s in found}


def births_until(births: Mapping[int, Fraction], revision: int) -> dict[int, Fraction]:
    """All births that ``revision`` can refer to: an edit that was overtaken by the next one before any frame
    showed it counts as born with the first one after it that was shown."""
    born: dict[int, Fraction] = {}
    later: Fraction | None = None
    for number in range(revision, 0, -1):
        later = births.get(number, later)
        if later is not None:
            born[number] = later
    return born
