"""When revisions were first shown, as far as a document asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def births_of(births: Mapping[int, Fraction], revisions: Iterable[int]) -> dict[int, Fraction]:
    """The births of these ``revisions``, where ``births`` has every one since the first that it has: one
    from before that counts as born with it, and one from after the last is not born yet."""
    first, last = min(births, default=0), max(births, default=0)
    return {revision: births[max(revision, first)] for revision in revisions if births and revision <= last}
