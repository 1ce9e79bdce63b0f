"""Tables of fields, and of the parts that fields hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from tests.docs.schema import DEFINITIONS, VALUES, Field, Schema, fields, in_markdown


class Elsewhere(NamedTuple):
    """What other pages tell, as addresses for one page."""

    values: str
    """The page of the kinds of values."""
    definitions: Mapping[str, str]
    """The page of each definition that has one."""


_HEAD = "| field | what to write | default | range | moves | |\n|---|---|---|---|:-:|---|"
_STILL_HEAD = "| field | what to write | default | range | |\n|---|---|---|---|---|"
_TERM = re.compile(r"\[(\w+?)(s?)\]")


def with_parts(
    definition: Schema, elsewhere: Elsewhere, moving: Collection[str], without: Sequence[str] = ()
) -> str:
    """The table of an object's fields, and below it a section for each kind of object that these hold.

    ``moving`` are the properties that can be animated, as animations write them.
    """
    rows = fields(definition, without=without)
    parts: dict[str, str] = {}
    _find_parts(rows, elsewhere, "", parts)
    sections = [_table(rows, elsewhere, parts, moving, "")]
    for part, path in parts.items():
        about = in_markdown(DEFINITIONS[part].get("description", ""))
        table = _table(fields(DEFINITIONS[part]), elsewhere, parts, moving, f"{path}.")
        sections.append(f"### `{path}`\n{about}\n\n{table}")
    return "\n\n".join(sections)


def _find_parts(rows: Sequence[Field], elsewhere: Elsewhere, above: str, parts: dict[str, str]) -> None:
    """Add the definitions that this page tells to ``parts``, with the path of the first field that has each.

    ``above`` is the path of the object that has ``rows``, with its dot.
    """
    for row in rows:
        for part in row.parts:
            if part not in elsewhere.definitions and part not in parts:
                parts[part] = f"{above}{row.name}"
                _find_parts(fields(DEFINITIONS[part]), elsewhere, f"{parts[part]}.", parts)


def _anchor(heading: str) -> str:
    """The anchor of a heading, as browsers of repositories make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _table(
    rows: Sequence[Field],
    elsewhere: Elsewhere,
    parts: Mapping[str, str],
    moving: Collection[str],
    above: str,
) -> str:
    moves = [f"{above}{row.name}" in moving for row in rows]
    lines = [_HEAD if any(moves) else _STILL_HEAD]
    for row, does in zip(rows, moves, strict=True):
        kind = _linked_terms(row.kind, elsewhere)
        for part in row.parts[:1]:
            told = elsewhere.definitions.get(part) or f"#{_anchor(parts[part])}"
            kind = kind.replace("object", f"[object]({told})", 1)
        cells = [
            f"`{row.name}`",
            kind,
            row.default,
            row.bounds,
            *(["✓" if does else ""] if any(moves) else []),
        ]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in (*cells, row.about)) + " |")
    return "\n".join(lines)


def _linked_terms(kind: str, elsewhere: Elsewhere) -> str:
    """``[colour]`` becomes a link to what colours are."""

    def link(term: re.Match[str]) -> str:
        name = term[1] if term[1] in VALUES else term[1] + term[2]
        return f"[{term[1]}{term[2]}]({elsewhere.values}#{name.lower()})"

    return _TERM.sub(link, kind)
