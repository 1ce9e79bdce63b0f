"""What a worker does about a broker that misbehaves."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from celery.contrib.testing.worker import start_worker

from farm.perf.ports import free_port
from farm.services import redis_command
from farm.settings import load_settings
from farm.store.connection import FarmRedis, connect
from tests.conftest import listens, wait_until
from workers.app import make_app
from workers.broker import PatientConnection


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A redis-server of this test, which may be spoiled."""
    port = free_port()
    with subprocess.Popen(redis_command(tmp_path, port), stdout=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: listens(port), "redis-server accepts connections")
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()


def refuse_writes(redis: FarmRedis, *, refuse: bool) -> None:
    """As a full disk makes it do: a replica without its primary counts as one that may not write."""
    redis.execute_command("REPLICAOF", *(("127.0.0.1", "1") if refuse else ("NO", "ONE")))


def test_a_worker_outlives_a_redis_that_refuses_to_write(url: str) -> None:
    app = make_app(load_settings({"REDIS_URL": url}))
    ran: list[int] = []

    def count(number: int) -> None:
        ran.append(number)

    app.task(count, name="count", ignore_result=True)
    with closing(connect(url)) as redis, start_worker(app, pool="solo", perform_ping_check=False):
        app.send_task("count", [1], queue="frames")
        wait_until(lambda: ran == [1], "the worker works")
        refuse_writes(redis, refuse=True)
        wait_until(lambda: not _listens_for_tasks(redis), "the worker was refused")
        refuse_writes(redis, refuse=False)
        wait_until(lambda: _listens_for_tasks(redis), "the worker asks again")
        app.send_task("count", [2], queue="frames")
        wait_until(lambda: ran == [1, 2], "it works again")


def _listens_for_tasks(redis: FarmRedis) -> bool:
    return any(client["cmd"] == "brpop" for client in redis.client_list())


def test_a_broker_at_another_address_is_found(url: str) -> None:
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    app = make_app(load_settings({"REDIS_URL": f"{nowhere},{url}"}))
    with app.connection_for_read() as connection:
        assert isinstance(connection, PatientConnection)
        connection.ensure_connection(max_retries=1)
        with connection.channel() as channel:  # type: ignore[no-untyped-call]
            assert channel.client.ping()
