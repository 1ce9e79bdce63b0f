"""A bad link between two hosts: packets are really lost and really late, and TCP has to cope.

Two TUN devices, one here and one in a network namespace, and a thread that carries packets between them. So
it needs no kernel module (netem), only root. Packets stay in order, as on one path.
"""

from __future__ import annotations

import fcntl
import heapq
import os
import random
import selectors
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

HERE, THERE = "10.78.0.1", "10.78.0.2"
_TUN_DEVICE = "/dev/net/tun"
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000  # linux/if_tun.h
_PACKET_BYTES = 65536
_LOOK_S = 0.05


@dataclass
class Weather:
    """What becomes of packets from now on; may be changed at any time."""

    loss: float = 0.0
    """The share of packets that are lost."""
    jitter_s: float = 0.0
    """Each packet is late by up to this."""
    cut: bool = False
    """Nothing gets through."""


@dataclass
class Relay:
    """Carries packets between two devices until :meth:`stop`."""

    here: int
    there: int
    weather: Weather
    chance: random.Random
    _stopping: threading.Event = field(default_factory=threading.Event)
    under_way: list[tuple[float, int, int, bytes]] = field(default_factory=list)
    _last_due: dict[int, float] = field(default_factory=dict)
    _count: int = 0

    def run(self) -> None:
        """The thread's work."""
        with selectors.DefaultSelector() as ready:
            ready.register(self.here, selectors.EVENT_READ, self.there)
            ready.register(self.there, selectors.EVENT_READ, self.here)
            while not self._stopping.is_set():
                for key, _ in ready.select(self._wait_s()):
                    self.take(os.read(key.fd, _PACKET_BYTES), key.data)
                self.deliver()

    def stop(self) -> None:
        """End the thread soon."""
        self._stopping.set()

    def _wait_s(self) -> float:
        if not self.under_way:
            return _LOOK_S
        return min(_LOOK_S, max(0.0, self.under_way[0][0] - time.monotonic()))

    def take(self, packet: bytes, to: int) -> None:
        """A packet on its way ``to`` a device."""
        weather = self.weather
        if weather.cut or self.chance.random() < weather.loss:
            return
        due = time.monotonic() + self.chance.random() * weather.jitter_s
        due = self._last_due[to] = max(due, self._last_due.get(to, 0.0))
        self._count += 1
        heapq.heappush(self.under_way, (due, self._count, to, packet))

    def deliver(self) -> None:
        """Hand over what is due."""
        now = time.monotonic()
        while self.under_way and self.under_way[0][0] <= now:
            _, _, to, packet = heapq.heappop(self.under_way)
            os.write(to, packet)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


def _tun(name: str) -> int:
    """A new TUN device; it goes when the file is closed."""
    fd = os.open(_TUN_DEVICE, os.O_RDWR | os.O_CLOEXEC)
    fcntl.ioctl(fd, _TUNSETIFF, struct.pack("16sH", name.encode(), _IFF_TUN | _IFF_NO_PI))
    return fd


@contextmanager
def bad_link(namespace: str, seed: int) -> Iterator[Weather]:
    """A network namespace that is reached from HERE at THERE, in fine weather at first."""
    weather = Weather()
    with ExitStack() as undo:
        _ip("netns", "add", namespace)
        undo.callback(_ip, "netns", "delete", namespace)
        here, there = _tun(f"{namespace}-a"), _tun(f"{namespace}-b")
        for fd in (here, there):
            undo.callback(os.close, fd)
        _ip("link", "set", f"{namespace}-b", "netns", namespace)
        _ip("addr", "add", HERE, "peer", THERE, "dev", f"{namespace}-a")
        _ip("link", "set", f"{namespace}-a", "up")
        _ip("-n", namespace, "addr", "add", THERE, "peer", HERE, "dev", f"{namespace}-b")
        _ip("-n", namespace, "link", "set", f"{namespace}-b", "up")
        relay = Relay(here, there, weather, random.Random(seed))
        thread = threading.Thread(target=relay.run, name="link")
        thread.start()
        undo.callback(thread.join)
        undo.callback(relay.stop)
        yield weather
