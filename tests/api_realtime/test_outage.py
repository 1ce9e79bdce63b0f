"""Listeners while Redis goes away and comes back."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

from farm.perf.ports import free_port
from farm.services import redis_command
from farm.store.connection import connect
from tests.api_realtime.farm_fixtures import live_stream, publish
from tests.api_realtime.rig import Rig, event_server
from tests.conftest import listens, wait_until


class OwnRedis:
    """A redis-server that a test may stop and start; it keeps its data."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self._command = redis_command(directory, self.port)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it listens."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        wait_until(lambda: listens(self.port), "redis-server accepts connections")

    def stop(self) -> None:
        """End it and wait for that."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None


async def _scene(server: OwnRedis, rig: Rig, token: str) -> None:
    async with rig.listener(token, events=["layer:update"]) as client:
        await client.say(type="nonsense")
        await client.hear("error")  # the subscription stands by now

        await asyncio.to_thread(server.stop)
        assert (await client.hear("error"))["data"]["code"] == "STORE_UNAVAILABLE"

        async with rig.listener(token) as newcomer:
            assert (await newcomer.goodbye())[0] == 1013

        await asyncio.to_thread(server.start)
        redis = connect(server.url)
        event_id = await asyncio.to_thread(publish, redis, n=1)
        redis.close()
        assert (await client.hear("layer:update"))["id"] == event_id


def test_listeners_are_told_that_redis_is_away_and_hear_on_when_it_is_back(tmp_path: Path) -> None:
    server = OwnRedis(tmp_path)
    server.start()
    redis = connect(server.url)
    live_stream(redis)

    async def main() -> None:
        async with event_server(server.url) as rig:
            await _scene(server, rig, rig.token())

    try:
        asyncio.run(main())
    finally:
        redis.close()
        server.stop()
