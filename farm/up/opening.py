"""``python -m farm.up.opening addresses | ready``: what is done once while a farm opens.

``addresses`` waits for Redis, makes the first token and says where everything is; ``ready`` waits until the
farm is ready, and with ``--demo`` puts the demo on air. Each is a process that ends then, so that the
supervisor keeps nothing of what only they need.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

from farm.clock import SystemClock
from farm.errors import FarmError, StoreUnavailable
from farm.log import configure_logging, get_logger
from farm.readiness import is_ready
from farm.services import reaching_private_redis
from farm.settings import Settings, load_settings
from farm.store.connection import connect
from farm.store.tokens import ADMIN_OWNER, Scope, TokenStore
from farm.up.console import Console
from farm.up.demo import DEMO_STREAM, start_demo

log = get_logger(__name__)

READY_WITHIN_S = 60.0
_POLL_S = 0.1


def show_addresses(settings: Settings, *, demo: bool) -> None:
    """Wait for Redis, then say where everything is. Raises FarmError."""
    tokens = _token_store(settings)
    _until(lambda: _answers(tokens), "Redis")
    console = Console(json=settings.log_format == "json", out=sys.stdout)
    console.banner("Framefarm", _addresses(settings, _first_token(tokens, settings), demo=demo))


def show_ready(settings: Settings, *, demo: bool) -> None:
    """Wait for the farm, put the demo on air if it is wanted, and say so. Raises FarmError."""
    _until(lambda: is_ready(settings.health_port), "the farm")
    if demo:
        with _token_store(settings).lent("up", Scope.ADMIN) as token:
            start_demo(f"http://127.0.0.1:{settings.port}", token)
    log.info("ready", dashboard=_dashboard(settings))


STEPS = {"addresses": show_addresses, "ready": show_ready}


def main() -> int:
    """The entry point: 0, or 1 and what is wrong on standard error."""
    parser = argparse.ArgumentParser(prog="python -m farm.up.opening")
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("--demo", action="store_true")
    given = parser.parse_args()
    try:
        settings = load_settings()
        configure_logging(settings, "up")
        STEPS[given.step](settings, demo=given.demo)
    except FarmError as error:
        print("\n".join(f"framefarm: {line}" for line in error.message.splitlines()), file=sys.stderr)  # noqa: T201
        return 1
    return 0


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


def _until(condition: Callable[[], bool], what: str) -> None:
    """Wait until ``condition`` is true. Raises FarmError after READY_WITHIN_S."""
    deadline = time.monotonic() + READY_WITHIN_S
    while not condition():
        if time.monotonic() > deadline:
            raise FarmError(f"{what} is not ready after {READY_WITHIN_S:g} s; the log above says why")
        time.sleep(_POLL_S)


def _answers(tokens: TokenStore) -> bool:
    try:
        tokens.all()
    except StoreUnavailable:
        return False
    return True


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


if __name__ == "__main__":
    sys.exit(main())
