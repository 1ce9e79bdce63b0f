"""What `make chaos` breaks things with does break them."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests.chaos.clock import WallClock
from tests.chaos.link import Relay, Weather
from tests.conftest import wait_until


def seconds_now(clock: WallClock) -> float:
    """What a program of that host believes."""
    told = subprocess.run(
        [sys.executable, "-c", "import time; print(time.time())"],
        env={**os.environ, **clock.environment},
        capture_output=True,
        check=True,
    )
    return float(told.stdout)


def test_a_wall_clock_is_wrong_by_what_it_was_set_to(tmp_path: Path) -> None:
    clock = WallClock(tmp_path)
    before = time.time()
    assert 0 <= seconds_now(clock) - before < 30
    clock.step_to(-3600)
    assert -3600 <= seconds_now(clock) - before < -3570


def carried(weather: Weather, packets: int) -> list[bytes]:
    """What comes out of a link into which so many packets were put."""
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with near, far:
        relay = Relay(-1, near.fileno(), weather, random.Random(1))
        for number in range(packets):
            relay.take(bytes([number]), near.fileno())
        far.setblocking(False)
        arrived: list[bytes] = []

        def all_there() -> bool:
            relay.deliver()
            with suppress(BlockingIOError):
                while True:
                    arrived.append(far.recv(1))
            return not relay.under_way

        wait_until(all_there, "everything was delivered")
    return arrived


def test_a_link_carries_everything_in_order_however_late() -> None:
    assert carried(Weather(jitter_s=0.02), 50) == [bytes([number]) for number in range(50)]


def test_a_bad_link_loses_its_share() -> None:
    assert 30 < len(carried(Weather(loss=0.5), 100)) < 70


def test_a_link_that_is_cut_carries_nothing() -> None:
    assert carried(Weather(cut=True), 20) == []
