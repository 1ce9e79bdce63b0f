"""``framefarm up`` from start to end."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable

import httpx
import psutil

from farm.clock import SystemClock
from farm.errors import FarmError, SettingsError, StoreUnavailable
from farm.forking.kinship import adopt_orphans, bury_orphans
from farm.log import configure_logging, get_logger
from farm.services import reaching_private_redis
from farm.settings import Settings
from farm.store.connection import connect
from farm.store.primary import Places
from farm.store.tokens import ADMIN_OWNER, Scope, TokenStore
from farm.up.console import Console
from farm.up.demo import DEMO_STREAM, start_demo
from farm.up.plan import ENCODER, fork_server_path, services
from farm.up.ports import check_ports
from farm.up.supervisor import Roster, Supervisor

log = get_logger(__name__)

READY_WITHIN_S = 60.0
_POLL_S = 0.1
_ORPHANS_WITHIN_S = 1.0


def run(settings: Settings, *, demo: bool, flower: bool) -> None:
    """Run a farm until SIGINT or SIGTERM. Raises SettingsError when it cannot start."""
    if settings.log_format == "auto":  # people read this one, also when it goes to a file
        settings = settings.model_copy(update={"log_format": "pretty"})
    configure_logging(settings, "up")
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    adopt_orphans()
    roster = Roster(settings.state_dir)
    _end_leftovers(roster.claim())
    check_ports(settings)
    _check_redis(settings)
    asyncio.run(_run(settings, roster, demo=demo, flower=flower))


def _check_redis(settings: Settings) -> None:
    """Raises SettingsError when the user's own Redis does not answer."""
    if settings.redis_url is None:
        return
    try:
        connect(settings.broker_url()).ping()
    except StoreUnavailable as error:
        where = ", ".join(f"{place.host}:{place.port}" for place in Places(settings.redis_url).in_turn())
        raise SettingsError(
            f"REDIS_URL ({where}): {error.message}; start it, correct the "
            "setting, or leave it out and the farm runs a Redis of its own"
        ) from error


def _end_leftovers(left: dict[str, psutil.Process]) -> None:
    """End the services of a supervisor that was killed; its encoder processes go on and are adopted."""
    if not left:
        return
    log.warning(
        "ending what a killed farm left behind; its encoder processes go on", services=", ".join(left)
    )
    for name, process in left.items():
        # Asked to end, an encoder node would end its streams first.
        process.kill() if name == ENCODER else process.terminate()
    _, stubborn = psutil.wait_procs(left.values(), timeout=8)
    for process in stubborn:
        process.kill()
    psutil.wait_procs(stubborn, timeout=2)


async def _run(settings: Settings, roster: Roster, *, demo: bool, flower: bool) -> None:
    console = Console(json=settings.log_format == "json")
    supervisor = Supervisor(services(settings, flower=flower), console, roster)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_number, stop.set)
    opening = asyncio.create_task(_open(settings, supervisor, console, demo=demo))
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({opening, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if opening.done():
            opening.result()  # raises what kept the farm from opening
            await stopped
    finally:
        opening.cancel()
        log.info("stopping")
        await supervisor.stop()
        await _bury_orphans()
        log.info("stopped")


async def _bury_orphans() -> None:
    """What services left behind when they were killed is ending now, and would be seen as zombies."""
    deadline = time.monotonic() + _ORPHANS_WITHIN_S
    while bury_orphans() and time.monotonic() < deadline:
        await asyncio.sleep(_POLL_S / 10)


async def _open(settings: Settings, supervisor: Supervisor, console: Console, *, demo: bool) -> None:
    """Start everything in order, say where it is, and put the demo on air."""
    supervisor.start(foundation=True)
    tokens = _token_store(settings)
    await _until(lambda: _answers(tokens), "Redis")
    await _until(fork_server_path(settings).exists, "the fork server")
    console.banner("Framefarm", _addresses(settings, _first_token(tokens, settings), demo=demo))
    supervisor.start(foundation=False)
    await _until(lambda: _ready(settings), "the farm")
    if demo:
        await asyncio.to_thread(_start_demo, settings, tokens)
    log.info("ready", dashboard=_dashboard(settings))


def _start_demo(settings: Settings, tokens: TokenStore) -> None:
    with tokens.lent("up", Scope.ADMIN) as token:
        start_demo(f"http://127.0.0.1:{settings.port}", token)


def _token_store(settings: Settings) -> TokenStore:
    reached = reaching_private_redis(settings)
    admin = settings.admin_token.get_secret_value() if settings.admin_token else None
    return TokenStore(connect(reached.broker_url()), SystemClock(), admin_token=admin)


def _first_token(tokens: TokenStore, settings: Settings) -> str | None:
    """A new admin token, to be shown once; None when the user has one already."""
    mine = any(token.owner == ADMIN_OWNER and token.scope is Scope.ADMIN for token in tokens.all())
    if mine or settings.admin_token is not None:
        return None
    return tokens.create(ADMIN_OWNER, Scope.ADMIN, "first")[1]


async def _until(condition: Callable[[], bool], what: str) -> None:
    """Wait until ``condition``, asked in a thread, is true. Raises FarmError after READY_WITHIN_S."""
    deadline = time.monotonic() + READY_WITHIN_S
    while not await asyncio.to_thread(condition):
        if time.monotonic() > deadline:
            raise FarmError(f"{what} is not ready after {READY_WITHIN_S:g} s; the log above says why")
        await asyncio.sleep(_POLL_S)


def _answers(tokens: TokenStore) -> bool:
    try:
        tokens.all()
    except StoreUnavailable:
        return False
    return True


def _ready(settings: Settings) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{settings.health_port}/ready").is_success
    except httpx.HTTPError:
        return False


def _addresses(settings: Settings, token: str | None, *, demo: bool) -> dict[str, str]:
    rows = {"dashboard": _dashboard(settings)}
    if settings.admin_token is not None:
        rows["admin token"] = "the one in ADMIN_TOKEN"
    elif token is not None:
        rows["admin token"] = f"{token}  (shown this once; keep it)"
        rows["dashboard"] += f"/#token={token}"
    else:
        rows["admin token"] = "shown at the first start; `framefarm token` makes another"
    if demo:
        rows["demo stream"] = f"rtmp://localhost:{settings.rtmp_port}/live/{DEMO_STREAM}"
    rows["API"] = f"http://localhost:{settings.port}/openapi.json"
    rows["health"] = f"http://localhost:{settings.health_port}/ready"
    rows["metrics"] = f"http://localhost:{settings.metrics_port}/metrics"
    rows["state"] = str(settings.state_dir.resolve())
    return rows


def _dashboard(settings: Settings) -> str:
    return f"http://localhost:{settings.port}"
