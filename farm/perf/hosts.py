"""Hosts that are none: network namespaces of this one, each with an address of its own, joined by a bridge.

Made with ip(8), which needs root, and removed at the end whatever happens in between.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

import psutil

from farm.errors import FarmError
from farm.perf.apart import apart_from_others
from farm.perf.processes import ended

MOST = 250
"""Hosts beside this one; they share a network of 8 bits."""
_OWN_MEMORY = 'mount -t tmpfs tmpfs /dev/shm && exec "$@"'


class Hosts:
    """A network of this host and of others that are added to it."""

    def __init__(self, label: str, network: str, undo: ExitStack) -> None:
        self._label = label
        self._network = network
        self._undo = undo
        self._names: list[str] = []
        self._running: list[psutil.Popen] = []
        self.address = f"{network}.1"
        """Of this host, as the others reach it."""

    def add(self) -> str:
        """One more host; its name."""
        number = len(self._names) + 1
        if number > MOST:
            raise FarmError(f"there is room for {MOST} hosts only")
        name, here, there = (f"{self._label}{kind}{number}" for kind in "nab")
        _ip("netns", "add", name)
        self._undo.callback(_ip, "netns", "delete", name)
        _ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", name)
        # Somebody's older mount namespace may hold the name on; its end of the wire must not stay here.
        self._undo.callback(_ip, "link", "delete", here)
        _ip("link", "set", here, "master", f"{self._label}bridge", "up")
        _ip("-n", name, "address", "add", f"{self._network}.{number + 1}/24", "dev", there)
        _ip("-n", name, "link", "set", there, "up")
        self._names.append(name)
        return name

    def start(self, host: str, module: str, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        """Run a program of ours on ``host``, with shared memory of its own as on another machine."""
        command = [
            *("ip", "netns", "exec", host, "unshare", "--mount", "sh", "-c", _OWN_MEMORY, "sh"),
            *(sys.executable, "-m", module, *arguments),
        ]
        # Standard output is for the answer of the command that measures.
        nothing = subprocess.DEVNULL
        environment = {**apart_from_others(), **environment}
        self._running.append(psutil.Popen(command, env=environment, stdin=nothing, stdout=nothing))

    def stop_all(self) -> None:
        """End all programs, in good order if they can."""
        for process in self._running:
            process.terminate()
        for process in self._running:
            ended(process)
        self._running.clear()


@contextmanager
def own_hosts() -> Iterator[Hosts]:
    """A network with no other host in it yet. Raises FarmError without root or ip(8)."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        raise FarmError("making network namespaces needs root, and ip of the package iproute2")
    label, network = f"ff{os.getpid():x}", f"10.{100 + os.getpid() % 100}.{os.getpid() // 100 % 256}"
    with ExitStack() as undo:
        _ip("link", "add", f"{label}bridge", "type", "bridge")
        undo.callback(_ip, "link", "delete", f"{label}bridge")
        _ip("address", "add", f"{network}.1/24", "dev", f"{label}bridge")
        _ip("link", "set", f"{label}bridge", "up")
        hosts = Hosts(label, network, undo)
        try:
            yield hosts
        finally:
            hosts.stop_all()


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise FarmError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
