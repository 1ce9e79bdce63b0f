"""The short version of `make chaos`: what a debugger that stops a process costs a viewer.

The marks of `make chaos` are for a machine that does nothing else; the rest of the suite may run beside this.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.chaos.case import Case, Marks, run_case
from tests.chaos.one_host import CASES, STOPPED_S, OneHost

SHORT = ("SIGSTOP: a process that draws", "SIGSTOP: the coordinator that drives the stream")

LENIENT = Marks(freeze_ms=1000 * STOPPED_S / 2, recovered_s=5)
"""Half as long as the process stands still: somebody else does its work."""


@pytest.fixture(scope="module")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneHost]:
    arena = OneHost(tmp_path_factory.mktemp("farm"), {"STREAM_RESOLUTION": "960x540"})
    yield arena
    arena.close()


@pytest.mark.parametrize("case", [case for case in CASES if case.name in SHORT], ids=lambda case: case.name)
def test_a_viewer_notices_little(arena: OneHost, case: Case) -> None:
    outcome = run_case(replace(case, marks=LENIENT), arena)
    assert outcome.missed == (), outcome
