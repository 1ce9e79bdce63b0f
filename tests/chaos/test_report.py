"""The table says what was found beside its mark, and finds its place in the page."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.chaos.case import Case, Marks, Outcome, missed
from tests.chaos.findings import Findings
from tests.chaos.report import BEGIN, END, HEADINGS, in_markdown, into_page, rows

CALM = Findings(90, 0, 0, 0, 0, 3, 0, 0)
FROZEN = Findings(90, 2, 12, 1, 400, 3, 0, 7)
CASE = Case("kill -9: all", lambda _: nullcontext(), Marks(100))
CIRCUMSTANCES = {"date": "2026-01-02T03:04:05", "commit": "abc", "machine": {"cores": 2, "cpu": "a CPU"}}
PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"


def test_marks_that_are_kept_are_not_mentioned() -> None:
    assert missed(CASE.marks, CALM, 0) == []


def test_every_mark_that_is_missed_is_named_with_its_number() -> None:
    assert missed(CASE.marks, FROZEN, 1) == [
        "missing ticks: 2 > 0",
        "reconnects: 1 > 0",
        "freeze ms: 400 > 100",
        "recovered after s: 7 > 3",
        "unreadable pictures: 1 > 0",
    ]


def test_silence_counts_only_where_it_has_a_mark() -> None:
    silent = Findings(90, 0, 0, 0, 0, 2500, 1, 0)
    assert missed(Marks(100), silent, 0) == []
    assert missed(Marks(100, silence_ms=2000), silent, 0) == ["silence ms: 2500 > 2000"]


def test_a_row_has_a_cell_for_every_heading() -> None:
    outcomes = [Outcome(CASE.name, CALM, 0, ()), Outcome("not asked for", CALM, 0, ())]
    (row,) = rows([CASE], outcomes)
    assert len(row) == len(HEADINGS)
    assert row[-1] == "kept"
    (broken,) = rows([CASE], [Outcome(CASE.name, None, 0, ("StoreUnavailable: gone",))])
    assert len(broken) == len(HEADINGS)
    assert broken[-1] == "StoreUnavailable: gone"


def test_the_section_takes_the_place_of_the_one_before() -> None:
    section = in_markdown(rows([CASE], [Outcome(CASE.name, CALM, 0, ())]), CIRCUMSTANCES, "1280x720")
    page = into_page(f"before\n{BEGIN}\nold\n{END}\nafter\n", section)
    assert page.startswith(f"before\n{BEGIN}\nMeasured on 2026-01-02, commit abc, at 1280x720")
    assert "old" not in page
    assert page.endswith(f"{END}\nafter\n")


def test_the_page_has_a_place_for_the_table() -> None:
    into_page(PAGE.read_text(), f"{BEGIN}\n{END}")
    with pytest.raises(ValueError, match="no place"):
        into_page("nothing", "")
