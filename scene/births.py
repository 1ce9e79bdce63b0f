"""When revisions were first shown, as far as a document asks."""

from __future__ import annotations

from bisect import bisect_left
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


def births_mentioned(births: Mapping[int, str], revision: int, document: object) -> dict[int, Fraction]:
    """Of :func:`births_until` those that the ``document`` of ``revision`` mentions, and its own.

    ``births`` are seconds as texts. A stream has as many as it had edits; a document mentions a few.
    """
    known = sorted(births)
    found = {}
    for number in {revision, *_revisions_in(document)}:
        place = bisect_left(known, number)
        if place < len(known) and known[place] <= revision:
            found[number] = Fraction(births[known[place]])
    return found


def _revisions_in(document: object) -> Iterable[int]:
    """Whatever is called "revision" in it: starts, runs and changes of clocks are all told in that word."""
    if isinstance(document, Mapping):
        for name, value in document.items():
            if name == "revision" and isinstance(value, int):
                yield value
            else:
                yield from _revisions_in(value)
    elif isinstance(document, list):
        for value in document:
            yield from _revisions_in(value)
