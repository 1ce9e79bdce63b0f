"""Workers on other hosts: frames come by mailbox, complete and in order."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.conftest import wait_until
from tests.integration.conftest import StartFarm
from tests.integration.hosts import remote_worker
from tests.integration.running_farm import Viewer

HOST_IP, WORKER_IP = "10.77.0.1", "10.77.0.2"


def test_the_mailbox_path_is_complete_and_in_order(start_farm: StartFarm, read_seconds: float) -> None:
    farm = start_farm(FRAME_TRANSPORT="mailbox")
    url = farm.checkable_stream("mailed")
    with Viewer(url, read_seconds) as viewer:
        pass
    assert viewer.tally.complete(), viewer.tally
    report = farm.report("mailed")
    assert report["mailedFrames"] > 0.9 * report["emitted"]
    assert report["mailedBytes"] > 20 * report["mailedFrames"]
    farm.stop()


@contextmanager
def other_host(name: str) -> Iterator[str]:
    """A network namespace of our own, joined to this one by a veth pair; its name."""

    def ip(*arguments: str) -> None:
        subprocess.run(["ip", *arguments], check=True)

    with ExitStack() as undo:
        ip("netns", "add", name)
        undo.callback(ip, "netns", "delete", name)
        ip("link", "add", f"{name}-a", "type", "veth", "peer", "name", f"{name}-b", "netns", name)
        ip("addr", "add", f"{HOST_IP}/24", "dev", f"{name}-a")
        ip("link", "set", f"{name}-a", "up")
        ip("-n", name, "addr", "add", f"{WORKER_IP}/24", "dev", f"{name}-b")
        ip("-n", name, "link", "set", f"{name}-b", "up")
        yield name


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("ip") is None, reason="making a network namespace needs root"
)
def test_workers_in_another_network_namespace_deliver_every_frame(
    start_farm: StartFarm, read_seconds: float
) -> None:
    with ExitStack() as undo:
        namespace = undo.enter_context(other_host("ffhost"))
        farm = start_farm(
            ready=False, REDIS_BIND=HOST_IP, REDIS_PASSWORD="between-hosts", WORKER_PROCESSES="0"
        )
        reached = {"REDIS_URL": f"redis://{HOST_IP}:{farm.settings.redis_port}/0"}
        undo.callback(farm.stop)
        for number in (1, 2):
            undo.enter_context(remote_worker(namespace, f"remote-{number}", {**farm.environment, **reached}))
        wait_until(farm.ready, "the workers have reported", 30)
        with Viewer(farm.checkable_stream("far"), read_seconds) as viewer:
            pass
        assert viewer.tally.complete(), viewer.tally
        assert set(farm.report("far")["drawnBy"]) == {"remote-1", "remote-2"}
