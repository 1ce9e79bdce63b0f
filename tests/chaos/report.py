"""The table of what became of each failure: on the screen, in docs/reliability.md, and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.chaos.case import Case, Outcome

BEGIN = "<!-- Measured by `make chaos`; it writes what stands between these two lines. -->"
END = "<!-- End of what `make chaos` writes. -->"
HEADINGS = (
    "failure",
    "missing ticks",
    "repeated pictures",
    "longest freeze, ms",
    "reconnects",
    "off air, ms",
    "clean after, s",
    "marks",
)


def rows(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[tuple[str, ...]]:
    """The cells of the table below HEADINGS: what was found, with the mark where there is one."""
    by_name = {outcome.case: outcome for outcome in outcomes}
    return [_row(case, by_name[case.name]) for case in cases if case.name in by_name]


def _row(case: Case, outcome: Outcome) -> tuple[str, ...]:
    found, marks = outcome.found, case.marks
    verdict = "kept" if not outcome.missed else "; ".join(outcome.missed)
    if found is None:
        return (case.name, *("" for _ in HEADINGS[2:]), verdict)
    silence = f"{found.silence_ms:g}"
    return (
        case.name,
        f"{found.missing_ticks} (≤ {marks.missing_ticks})",
        str(found.repeated),
        f"{found.freeze_ms:g} (≤ {marks.freeze_ms:g})",
        f"{outcome.reconnects} (≤ {marks.reconnects})",
        silence if marks.silence_ms is None else f"{silence} (≤ {marks.silence_ms:g})",
        f"{found.recovered_s:g} (≤ {marks.recovered_s:g})",
        verdict,
    )


def print_table(table_rows: Sequence[Sequence[str]]) -> None:
    """On the screen."""
    table = Table(title="make chaos", title_justify="left")
    for heading in HEADINGS:
        table.add_column(heading, overflow="fold")
    for row in table_rows:
        table.add_row(*row)
    Console(width=160).print(table)


def in_markdown(table_rows: Sequence[Sequence[str]], circumstances: dict[str, Any], size: str) -> str:
    """The section of the page, with when, of which commit and on what it was measured."""
    machine = circumstances["machine"]
    when = f"on {circumstances['date'][:10]}, commit {circumstances['commit']}"
    where = f"at {size}, on {machine['cores']} cores ({machine['cpu']})"
    lines = [
        BEGIN,
        f"Measured {when}, {where}. In brackets: the mark.",
        "",
        f"| {' | '.join(HEADINGS)} |",
        f"|{'---|' * len(HEADINGS)}",
        *(f"| {' | '.join(row)} |" for row in table_rows),
        END,
    ]
    return "\n".join(lines)


def into_page(page: str, section: str) -> str:
    """``page`` with ``section`` in place of the one it has. Raises ValueError when it has none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the page has no place for the table")
    return f"{before}{section}{after}"


def write_page(path: Path, section: str) -> None:
    """Put ``section`` into the file."""
    path.write_text(into_page(path.read_text(), section))


def as_values(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """For a file of results."""
    return {
        "cases": {
            outcome.case: {
                **(asdict(outcome.found) if outcome.found is not None else {}),
                "reconnects": outcome.reconnects,
                "missed": list(outcome.missed),
            }
            for outcome in outcomes
        },
        "kept": sum(not outcome.missed for outcome in outcomes),
        "missed": sum(bool(outcome.missed) for outcome in outcomes),
    }
