"""When revisions were first shown, as far as a document asks."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction


def births_until(births: Mapping[int, Fraction], revision: int) -> dict[int, Fraction]:
    """The births that ``revision`` can refer to.

    An edit that was overtaken by the next one before any frame showed it was never born by itself; what
    starts with it starts with the first revision after it that was shown.
    """
    born: dict[int, Fraction] = {}
    later: Fraction | None = None
    for number in range(revision, 0, -1):
        later = births.get(number, later)
        if later is not None:
            born[number] = later
    return born
