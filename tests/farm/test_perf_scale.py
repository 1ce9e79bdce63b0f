"""`framefarm perf scale`: workers on hosts of their own, and the stand-in that collects their frames."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress

import psutil
import pytest

from farm.errors import FarmError
from farm.messages import FrameDone
from farm.perf import hosts
from farm.perf.collector import Shelf, Window
from farm.perf.scale import measure_scale

needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("ip") is None, reason="making a network namespace needs root"
)


def done(frame: int, fence: int = 1, worker: str = "one") -> FrameDone:
    return FrameDone("s", 1, frame, frame - 1, fence, (), worker, 0.1, 2.0)


def test_frames_count_once_and_in_order() -> None:
    shelf = Shelf()
    assert [shelf.put(done(number), 1.0) for number in (0, 2, 2, 3)] == [True, True, False, True]
    assert (shelf.emitted, shelf.ahead) == (0, {2, 3})
    assert shelf.put(done(1, fence=4), 2.0)
    assert not shelf.put(done(1), 3.0)
    assert (shelf.emitted, shelf.ahead, shelf.fence, shelf.moved_s) == (3, set(), 4, 2.0)


def test_a_frame_that_never_comes_is_given_up_and_counted() -> None:
    shelf = Shelf()
    for number in (0, 3, 4):
        shelf.put(done(number), 1.0)
    assert not shelf.give_up(3.9)
    assert shelf.give_up(4.1)
    assert (shelf.emitted, shelf.lost) == (4, 2)
    assert not shelf.give_up(99.0)


def test_a_rate_is_measured_from_frame_to_frame() -> None:
    window = Window()
    assert window.frames_per_s() == 0
    for number, second in enumerate((10.0, 10.2, 10.4, 11.0)):
        window.add(done(number, worker=f"w{number % 2}"), 100, second)
    assert window.frames_per_s() == pytest.approx(3)
    assert (window.workers, window.bytes) == ({"w0": 2, "w1": 2}, 400)


def test_without_root_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(FarmError, match="needs root"), hosts.own_hosts():
        pytest.fail("made a network without root")


@needs_root
def test_a_worker_on_a_host_of_its_own_draws_for_the_farm() -> None:
    result = measure_scale((1,), wait_ms=20, seconds=1)
    assert 5 < result["frames_per_s"] < 50
    assert (result["of_linear"], result["lost"]) == (1.0, 0)
    assert result["steps"].keys() == {"1"}


@needs_root
def test_hosts_are_gone_afterwards_whatever_happened() -> None:
    with suppress(KeyError), hosts.own_hosts() as network:
        name = network.add()
        network.start(name, "http.server", ["--bind", network.address, "0"], {})
        assert name in namespaces()
        raise KeyError
    assert name not in namespaces()
    assert not any("http.server" in " ".join(child.cmdline()) for child in psutil.Process().children())


def namespaces() -> str:
    return subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
