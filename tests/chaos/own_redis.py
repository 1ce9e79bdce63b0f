"""A farm whose Redis is somebody else's: a primary and a replica that nobody starts again but the test."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from farm.perf.ports import free_port
from farm.services import redis_command
from farm.store.connection import FarmRedis, connect
from tests.chaos.arena import Ground, started
from tests.chaos.case import STREAM, Case, Marks
from tests.chaos.disk import full, small_disk
from tests.chaos.one_host import BACK_MS, REDIS_AWAY_S
from tests.conftest import listens, wait_until
from tests.integration.running_farm import TOKEN, RunningFarm

SHORT_S = 2.0
FULL_S = 8.0


class RedisServer:
    """One redis-server with a small disk of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it with what lies on its disk."""
        self._process = subprocess.Popen(redis_command(self.directory, self.port), stdout=subprocess.DEVNULL)
        wait_until(lambda: listens(self.port), "redis-server accepts connections")

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def follow(self, other: RedisServer | None) -> None:
        """Be a replica of ``other``, or the primary."""
        with closing(self.client()) as client:
            client.config_set("repl-diskless-sync-delay", 0)
            client.execute_command("REPLICAOF", *(("127.0.0.1", other.port) if other else ("NO", "ONE")))

    def wait_for_replica(self) -> None:
        """Until it has all that was written here: one that lags, or begins anew, is nothing to go over to."""
        with closing(self.client()) as client:
            wait_until(lambda: client.wait(1, 100), "the replica has all that was written", 30)

    def client(self) -> FarmRedis:
        """A client of this very server, whatever its role."""
        return connect(self.url)


class OwnRedis(Ground):
    """A primary, its replica, and a farm that knows both."""

    def __init__(self, state_dir: Path, settings: dict[str, str]) -> None:
        with self.building() as undo:
            self.primary, self.replica = (
                RedisServer(undo.enter_context(small_disk(state_dir / name))) for name in ("one", "two")
            )
            for server in (self.primary, self.replica):
                server.start()
                undo.callback(server.kill)
            self.replica.follow(self.primary)
            urls = f"{self.primary.url},{self.replica.url}"
            self.farm = started(undo, state_dir, {**settings, "REDIS_URL": urls})
            self.farm.checkable_stream(STREAM)

    def change_places(self) -> None:
        """The replica is the primary now."""
        self.primary, self.replica = self.replica, self.primary
        self.primary.follow(None)


@contextmanager
def killed_for_a_while(arena: OwnRedis) -> Iterator[None]:
    """Nobody starts it again before the case's time is over."""
    arena.primary.kill()
    yield
    arena.primary.start()


@contextmanager
def fails_over(arena: OwnRedis) -> Iterator[None]:
    """The primary dies; a moment later its replica takes over, at another address."""
    dead = arena.primary
    dead.wait_for_replica()
    dead.kill()
    yield
    arena.change_places()
    dead.start()
    dead.follow(arena.primary)


@contextmanager
def is_demoted(arena: OwnRedis) -> Iterator[None]:
    """Primary and replica change places; both stay reachable."""
    old = arena.primary
    old.wait_for_replica()
    arena.change_places()
    old.follow(arena.primary)
    yield


@contextmanager
def forgets_what_expires(arena: OwnRedis) -> Iterator[None]:
    """Every key with a time to live is gone: leases, reports, heartbeats, mailboxes."""
    with closing(arena.primary.client()) as client:
        passing = [key for key in client.scan_iter(count=1000) if client.pttl(key) >= 0]
        client.delete(*passing)
    yield


@contextmanager
def forgets_everything(arena: OwnRedis) -> Iterator[None]:
    """FLUSHALL."""
    with closing(arena.primary.client()) as client:
        client.flushall()
    yield
    _expect_edits(arena.farm)


@contextmanager
def begins_from_nothing(arena: OwnRedis) -> Iterator[None]:
    """It dies and comes back on an empty disk."""
    arena.primary.kill()
    for file in (arena.primary.directory / "appendonlydir").iterdir():
        file.unlink()
    yield
    arena.primary.start()
    _expect_edits(arena.farm)


@contextmanager
def has_a_full_disk(arena: OwnRedis) -> Iterator[None]:
    """Nothing can be saved. The API says so, and works again when there is room."""
    with full(arena.primary.directory):
        wait_until(lambda: _edit(arena.farm) == httpx.codes.SERVICE_UNAVAILABLE, "the API answers 503")
        yield
    _expect_edits(arena.farm)


def _expect_edits(farm: RunningFarm) -> None:
    wait_until(lambda: _edit(farm) == httpx.codes.OK, "edits are taken again")


def _edit(farm: RunningFarm) -> int:
    """The status of an edit of the stream's scene, unlike the one before: an edit that changes nothing writes
    nothing."""
    url = f"http://127.0.0.1:{farm.settings.port}/streams/{STREAM}/layers/mover"
    edit = {"opacity": 0.5 + time.monotonic() % 0.5}
    answer = httpx.patch(url, json=edit, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10)
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        assert "disk" in answer.json()["error"]["message"], answer.text
    return answer.status_code


CASES = (
    Case("Redis changes places with its replica", is_demoted, Marks(BACK_MS)),
    Case("Redis loses all that expires", forgets_what_expires, Marks(BACK_MS)),
    Case("Redis loses everything", forgets_everything, Marks(BACK_MS)),
    Case("Redis has a full disk", has_a_full_disk, Marks(1000 * (FULL_S + 2) + BACK_MS), FULL_S),
    Case("Redis dies, its replica takes over", fails_over, Marks(1000 * SHORT_S + 2 * BACK_MS), SHORT_S),
    Case(
        "Redis dies, is back after half a minute",
        killed_for_a_while,
        Marks(1000 * REDIS_AWAY_S + BACK_MS),
        REDIS_AWAY_S,
    ),
    Case("Redis dies, is back with nothing", begins_from_nothing, Marks(1000 * SHORT_S + BACK_MS), SHORT_S),
)
