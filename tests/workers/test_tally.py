"""The pages that children share with their master: whole counts, and who died over what."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import NoReturn

import pytest

from farm.workforce import Deeds
from tests.conftest import wait_until
from workers.tally import MOST_STREAMS, TallySheet

PATIENCE_NS = 1_000


def dead_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def dies_over(sheet: TallySheet, stream: str, child: int = 0, *, drawn: int = 0) -> None:
    """A child that draws some frames and dies over the next, as kill -9 does it."""
    if (pid := os.fork()) == 0:
        _die_over(sheet, stream, child, drawn)
    os.waitpid(pid, 0)


def _die_over(sheet: TallySheet, stream: str, child: int, drawn: int) -> NoReturn:
    tally = sheet.tally(child)
    tally.of(stream).drawn += drawn
    tally.write()
    tally.begin(stream, 5)
    os._exit(9)


def test_the_master_sees_what_all_children_did() -> None:
    sheet = TallySheet(2)
    for child in range(2):
        tally = sheet.tally(child)
        tally.of("s").drawn += 3 + child
        tally.of("t").slow += child
        tally.write()
    assert sheet.totals() == {"s": Deeds(drawn=7), "t": Deeds(slow=1)}


def test_counts_that_are_being_written_are_those_of_before() -> None:
    sheet = TallySheet(1)
    tally = sheet.tally(0)
    tally.of("s").drawn = 3
    tally.write()
    assert sheet.totals() == {"s": Deeds(drawn=3)}
    sheet._memory[160:164] = b"\xff\xff\0\0"  # begun and not ended
    assert sheet.totals() == {"s": Deeds(drawn=3)}


def test_a_new_child_goes_on_where_the_last_one_died_and_counts_its_death() -> None:
    sheet = TallySheet(1)
    dies_over(sheet, "fatal", drawn=4)
    assert sheet.tally(0).of("fatal") == Deeds(drawn=4, crashed=1)
    assert sheet.tally(0).of("fatal") == Deeds(drawn=4, crashed=1)  # once
    assert sheet.totals() == {"fatal": Deeds(drawn=4, crashed=1)}


def test_a_child_that_ended_between_frames_died_over_nothing() -> None:
    sheet = TallySheet(1)
    tally = sheet.tally(0)
    tally.begin("s", 5)
    tally.end()
    tally.write()
    assert sheet.tally(0).of("s") == Deeds()


def test_a_child_that_hangs_is_killed_once_and_its_frame_is_told() -> None:
    sheet = TallySheet(1)
    if (pid := os.fork()) == 0:
        sheet.tally(0).begin("endless", 1_000)
        while True:
            os.sched_yield()
    wait_until(lambda: sheet.end_stuck(1_000 + PATIENCE_NS + 1, PATIENCE_NS) == [pid], "it is found")
    os.waitpid(pid, 0)
    assert sheet.end_stuck(10**9, PATIENCE_NS) == []
    assert sheet.tally(0).of("endless") == Deeds(stuck=1)


@pytest.mark.parametrize(("now_ns", "begun"), [(1_000 + PATIENCE_NS, True), (10**9, False)])
def test_a_child_that_draws_or_rests_is_left_alone(now_ns: int, begun: bool) -> None:
    sheet = TallySheet(1)
    tally = sheet.tally(0)
    tally.begin("s", 1_000)
    if not begun:
        tally.end()
    assert sheet.end_stuck(now_ns, PATIENCE_NS) == []


def test_the_counts_of_many_streams_fit_and_are_bounded() -> None:
    sheet = TallySheet(2)
    tally = sheet.tally(0)
    for number in range(200):
        deeds = tally.of(f"{number:0>100}")
        for name in Deeds.__struct_fields__:
            setattr(deeds, name, 2**60)
    tally.write()
    assert len(sheet.totals()) == MOST_STREAMS
    assert sheet.tally(1).newest() == []
