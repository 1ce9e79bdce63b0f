"""Of several addresses every client finds the primary, and finds it again when it is another one."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from farm.errors import SettingsError, StoreUnavailable
from farm.perf.ports import free_port
from farm.services import redis_command
from farm.settings import load_settings
from farm.store.async_connection import connect_async
from farm.store.channels import Subscription
from farm.store.connection import FarmRedis, connect
from tests.conftest import listens, wait_until


class Server:
    """A redis-server of this test."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._command = redis_command(directory, self.port)

    @contextmanager
    def running(self) -> Iterator[None]:
        with subprocess.Popen(self._command, stdout=subprocess.DEVNULL) as process:
            try:
                wait_until(lambda: listens(self.port), "redis-server accepts connections")
                yield
            finally:
                process.kill()  # asked to end, a primary would wait for its replica

    def follow(self, other: Server | None) -> None:
        """Be a replica of ``other``, or the primary."""
        with connect(self.url) as client:
            client.config_set("repl-diskless-sync-delay", 0)
            client.execute_command("REPLICAOF", *(("127.0.0.1", other.port) if other else ("NO", "ONE")))


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    """The first is a replica of the second."""
    with ExitStack() as stack:
        servers = []
        for name in ("first", "second"):
            (tmp_path / name).mkdir()
            servers.append(Server(tmp_path / name))
            stack.enter_context(servers[-1].running())
        first, second = servers
        second.follow(None)
        first.follow(second)
        yield first, second


def both(pair: tuple[Server, Server]) -> str:
    return ",".join(server.url for server in pair)


def fail_over(pair: tuple[Server, Server]) -> None:
    """The first becomes the primary."""
    first, second = pair
    with connect(second.url) as client:
        wait_until(lambda: client.wait(1, 100), "the replica has all that was written")
    first.follow(None)
    second.follow(first)


def works(client: FarmRedis) -> bool:
    try:
        client.incr("count")
    except StoreUnavailable:
        return False
    return True


def test_a_client_writes_to_the_primary_wherever_it_stands_in_the_list(pair: tuple[Server, Server]) -> None:
    first, second = pair
    with connect(both(pair)) as client, connect(second.url) as primary:
        client.set("written", "here")
        assert primary.get("written") == b"here"
    with connect(f"{second.url},{first.url}") as client:
        assert works(client)


def test_a_client_follows_a_fail_over_and_nobody_notices(pair: tuple[Server, Server]) -> None:
    with connect(both(pair)) as client, connect(pair[0].url) as later:
        client.incr("count")
        fail_over(pair)
        assert client.incr("count") == 2
        assert later.get("count") == b"2"


def test_a_single_address_that_became_a_replica_is_said(pair: tuple[Server, Server]) -> None:
    with connect(pair[0].url) as client, pytest.raises(StoreUnavailable, match="replica"):
        client.incr("count")


def test_a_pipeline_and_a_script_follow_too(pair: tuple[Server, Server]) -> None:
    with connect(both(pair)) as client:
        script = client.register_script("return redis.call('INCR', 'by-script')")
        script()
        fail_over(pair)
        assert script() == 2
        fail_over(pair[::-1])
        with client.pipeline(transaction=False) as pipe, pytest.raises(StoreUnavailable, match="replica"):
            pipe.incr("count").execute()
        with client.pipeline(transaction=False) as pipe:
            pipe.incr("count")
            pipe.execute()


def test_an_event_loop_follows_too(pair: tuple[Server, Server]) -> None:
    async def story() -> None:
        client = connect_async(both(pair))
        await client.incr("count")
        await asyncio.to_thread(fail_over, pair)
        assert await client.incr("count") == 2
        await client.aclose()

    asyncio.run(story())


def test_a_subscription_is_made_at_the_primary(pair: tuple[Server, Server]) -> None:
    with connect(both(pair)) as client:
        subscription = Subscription(client, "news")
        client.publish("news", "said")
        wait_until(lambda: subscription.next(0.1), "the message is heard")
        subscription.close()


def test_a_primary_that_is_away_is_looked_for_elsewhere(tmp_path: Path) -> None:
    server = Server(tmp_path)
    with server.running(), connect(f"redis://127.0.0.1:{free_port()}/0,{server.url}") as client:
        assert works(client)
        assert works(client)


def test_without_a_primary_the_store_is_unavailable(pair: tuple[Server, Server]) -> None:
    first, second = pair
    second.follow(first)
    with connect(both(pair)) as client, pytest.raises(StoreUnavailable):
        client.get("anything")


def test_every_address_gets_the_password() -> None:
    settings = load_settings({"REDIS_URL": "redis://a:1/0, redis://b:2/0", "REDIS_PASSWORD": "p/w"})
    assert settings.broker_url() == "redis://:p%2Fw@a:1/0,redis://:p%2Fw@b:2/0"


@pytest.mark.parametrize("url", ["a:1", "redis://a,b", "http://a"])
def test_what_is_no_address_is_said(url: str) -> None:
    with pytest.raises(SettingsError, match="REDIS_URL"):
        load_settings({"REDIS_URL": url})
