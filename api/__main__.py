"""``python -m api``: the realtime servers in this process and the HTTP API in a child of it."""

from __future__ import annotations

import asyncio
import signal
import sys

from api.http_process import HttpProcess, check_port
from api.realtime.servers import cannot_listen, realtime_servers
from farm.clock import SystemClock
from farm.errors import SettingsError
from farm.log import configure_logging, get_logger
from farm.services import reaching_private_redis
from farm.settings import Settings, load_settings

log = get_logger(__name__)


async def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises SettingsError that names the setting of a port that is taken."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        check_port(settings.host, settings.port)
    except OSError as error:
        raise cannot_listen("PORT", error) from error

    http = HttpProcess(settings.fork_server)
    async with realtime_servers(settings, SystemClock()):
        keeping = asyncio.create_task(http.keep())
        stopping = asyncio.create_task(stop.wait())
        log.info("serving", http=settings.port, websocket=settings.ws_port)
        await asyncio.wait({keeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
        log.info("stopping")
        http.stop()  # while the servers say goodbye to their clients
    stopping.cancel()
    await keeping


def main() -> None:
    """The entry point: what is wrong with the settings is said in a line each, not in a traceback."""
    try:
        settings = reaching_private_redis(load_settings())
        configure_logging(settings, "api")
        asyncio.run(run(settings))
    except SettingsError as error:
        sys.exit("\n".join(f"api: {line}" for line in error.message.splitlines()))


if __name__ == "__main__":
    main()
