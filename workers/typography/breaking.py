"""Where lines may break: the rules of Unicode's UAX 14 on classes that Python's own tables tell.

Hangul jamo and the scripts without spaces that need a dictionary (Thai, Lao, Khmer, Myanmar) are taken for
letters: such text breaks at its spaces, or anywhere when it is wider than the line.
https://www.unicode.org/reports/tr14/
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

SPACES = " \u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u200b\u205f\u3000"
"""Spaces at which a line may end; at its end they have no width."""

SOFT_HYPHEN = "\u00ad"

_CLASSES = {
    **dict.fromkeys(" ", "SP"),
    **dict.fromkeys("\u200b", "ZW"),
    **dict.fromkeys("\u2060\ufeff", "WJ"),
    **dict.fromkeys("\u00a0\u202f\u2007\u2011", "GL"),
    **dict.fromkeys("\u00ad\u2010\u2012\u2013|" + SPACES[1:11] + "\u205f\u3000", "BA"),
    **dict.fromkeys("-", "HY"),
    **dict.fromkeys("\u2014", "B2"),
    **dict.fromkeys("!?！？", "EX"),
    **dict.fromkeys(",.:;", "IS"),
    **dict.fromkeys("/", "SY"),
    **dict.fromkeys(")]", "CP"),
    **dict.fromkeys("、。，．｡､", "CL"),
    **dict.fromkeys("\"'", "QU"),
    **dict.fromkeys("¿¡", "OP"),
    **dict.fromkeys("\u2025\u2026", "IN"),
    **dict.fromkeys("$£¥￥€₩₽₹+\\±№", "PR"),
    **dict.fromkeys("%‰¢°℃", "PO"),
    # What may not begin a line of Japanese: small kana, long vowels, iterations.
    **dict.fromkeys("ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶーゝゞヽヾ々〻・：；〜゠", "NS"),
}
_BY_CATEGORY = {"Ps": "OP", "Pe": "CL", "Pi": "QU_OPEN", "Pf": "QU_CLOSE", "Nd": "NU"}
_QUOTES = frozenset({"QU", "QU_OPEN", "QU_CLOSE"})

# No break before these, even after spaces (LB11, LB13).
_NEVER_FIRST = frozenset({"WJ", "CL", "CP", "EX", "IS", "SY"})
# Pairs that spaces between them do not part (LB14 to LB17).
_HELD_OVER_SPACES = {("CL", "NS"), ("CP", "NS"), ("B2", "B2")}
# No break directly before these (LB19, LB21, LB22).
_STAYS = frozenset({"BA", "HY", "NS", "IN"}) | _QUOTES
# Pairs that do not break when nothing lies between them (LB23 to LB30).
_HELD = {
    *(("AL", after) for after in ("AL", "NU", "PR", "PO", "OP")),
    *(("NU", after) for after in ("AL", "NU", "PR", "PO", "OP")),
    *(("PR", after) for after in ("AL", "NU", "ID", "OP")),
    *(("PO", after) for after in ("AL", "NU", "OP")),
    *(("CP", after) for after in ("AL", "NU", "PR", "PO")),
    *(("CL", after) for after in ("PR", "PO")),
    *(("IS", after) for after in ("AL", "NU")),
    ("HY", "NU"),
    ("SY", "NU"),
    ("ID", "PO"),
}


def breakable(clusters: Sequence[str]) -> Iterator[str]:
    """The clusters of a paragraph joined to pieces, after each of which a line may end."""
    classes = [_class(cluster[0]) for cluster in clusters]
    begin, last = 0, -1  # where the piece begins, and the last cluster that is no space
    for at in range(1, len(clusters)):
        if classes[at - 1] != "SP":
            last = at - 1
        if _may_break(classes, last, at):
            yield "".join(clusters[begin:at])
            begin = at
    if clusters:
        yield "".join(clusters[begin:])


def _may_break(classes: Sequence[str], last: int, at: int) -> bool:
    """Whether a line may end before ``at``, when ``last`` is the last one before that is no space."""
    after = classes[at]
    before = classes[last] if last >= 0 else "SP"
    if after in {"SP", "ZW"} or before == "ZW":
        return after not in {"SP", "ZW"}
    if after in _NEVER_FIRST or before in {"WJ", "OP", "OP_WIDE"} or (before, after) in _HELD_OVER_SPACES:
        return False
    if last < at - 1:
        opened = before == "QU_OPEN" and _opens(classes, last)
        return not opened and not (after == "QU_CLOSE" and _closes(classes, at))
    return _may_break_between(classes, before, after, at)


def _may_break_between(classes: Sequence[str], before: str, after: str, at: int) -> bool:
    """The same where no space lies between."""
    if before == "GL" or before in _QUOTES or after in _STAYS:
        return False
    if after == "GL":
        return before in {"BA", "HY"}
    starts_word = at < 2 or classes[at - 2] in {"SP", "ZW", "GL"}
    if before == "HY" and after == "AL" and starts_word:
        return False
    return (before, after) not in _HELD


def _opens(classes: Sequence[str], at: int) -> bool:
    """Whether the quotation mark at ``at`` stands where one opens (LB15a)."""
    return at == 0 or classes[at - 1] in {"SP", "ZW", "GL", "OP", "OP_WIDE"} | _QUOTES


def _closes(classes: Sequence[str], at: int) -> bool:
    """Whether the quotation mark at ``at`` stands where one closes (LB15b)."""
    return at + 1 == len(classes) or classes[at + 1] in {"SP", "ZW", "GL", *_NEVER_FIRST} | _QUOTES


@lru_cache(maxsize=4096)
def _class(character: str) -> str:
    """The line breaking class, after what UAX 14 makes of the ones that depend on other tables."""
    wide = unicodedata.east_asian_width(character) in "WF"
    found = _CLASSES.get(character) or _BY_CATEGORY.get(unicodedata.category(character))
    if found == "OP" and wide:
        return "OP_WIDE"  # a line may end between a letter and it (LB30)
    return found or ("ID" if wide else "AL")
