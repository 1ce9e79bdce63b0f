"""What processes take of the memory, and what they are called."""

from __future__ import annotations

import os

import psutil
import pytest

from farm.perf.shares import NOTHING, Share, share_in, share_of, title

ROLLUP = """\
55d0a0a00000-7ffd5b5f2000 ---p 00000000 00:00 0                          [rollup]
Rss:               90000 kB
Pss:               20000 kB
Pss_Dirty:         15000 kB
Shared_Clean:      60000 kB
Private_Clean:      1000 kB
Private_Dirty:     12000 kB
SwapPss:               0 kB
"""


def test_the_share_of_a_process_is_in_its_rollup() -> None:
    assert share_in(ROLLUP) == Share(pss_mb=20.5, own_mb=13.3, written_mb=15.4)
    assert share_in("") == NOTHING


def test_a_process_that_runs_takes_some_and_one_that_is_gone_nothing() -> None:
    own = share_of(os.getpid())
    assert 0 < own.written_mb <= own.pss_mb
    assert 0 < own.own_mb <= own.pss_mb < psutil.Process().memory_info().rss / 1e6 + 1
    assert share_of(2**22 + 1) == NOTHING


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (["/venv/bin/python", "-m", "farm.up", "--demo"], "farm.up --demo"),
        (["python -m coordinator"], "coordinator"),
        (["[celeryd: worker-1@host:MainProcess] -active- (--name worker-1)"], "worker-1 MainProcess"),
        (["[celeryd: worker-2@host.example:ForkPoolWorker-1]"], "worker-2 ForkPoolWorker-1"),
        (["/usr/bin/redis-server 127.0.0.1:4279", ""], "redis-server 127.0.0.1:4279"),
        (["gunicorn: worker [framefarm-api]"], "gunicorn: worker"),
        ([], ""),
    ],
)
def test_a_process_has_a_name_for_people(command: list[str], name: str) -> None:
    assert title(command) == name
