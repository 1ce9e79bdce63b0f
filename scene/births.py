"""Which revisions a document mentions: all whose first scene times its motion needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def revisions_in(document: object) -> Iterator[int]:
    """Whatever is called "revision" in it: starts, runs and changes of clocks are all told in that word."""
    if isinstance(document, Mapping):
        for name, value in document.items():
            if name == "revision" and isinstance(value, int) and not isinstance(value, bool):
                yield value
            else:
                yield from revisions_in(value)
    elif isinstance(document, list):
        for value in document:
            yield from revisions_in(value)
