"""The short version of `make chaos`: what a debugger that stops a process costs a viewer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.case import Case, run_case
from tests.chaos.one_host import CASES, OneHost

SHORT = ("SIGSTOP: a process that draws", "SIGSTOP: the coordinator that drives the stream")


@pytest.fixture(scope="module")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneHost]:
    arena = OneHost(tmp_path_factory.mktemp("farm"), {"STREAM_RESOLUTION": "960x540"})
    yield arena
    arena.close()


@pytest.mark.parametrize("case", [case for case in CASES if case.name in SHORT], ids=lambda case: case.name)
def test_a_viewer_notices_no_more_than_the_marks_say(arena: OneHost, case: Case) -> None:
    outcome = run_case(case, arena)
    assert outcome.missed == (), outcome
