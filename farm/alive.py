"""``python -m farm.alive coordinator|worker|encoder``: whether this host's one reports; exit code 1 if not.

For containers' health checks, where every container is a host of its own that runs one of a kind.
"""

from __future__ import annotations

import sys

from farm.errors import FarmError
from farm.services import reaching_private_redis
from farm.settings import load_settings
from farm.store import keys
from farm.store.connection import FarmRedis, connect
from farm.store.heartbeats import lately


def alive(redis: FarmRedis, kind: str, node_name: str) -> bool:
    """Whether the ``kind`` of host ``node_name`` has reported lately. Raises StoreUnavailable.

    An encoder node beats by its host's name; the others may be several and add to it what tells them apart.
    """
    if kind == "encoder":
        return bool(redis.exists(keys.node(node_name)))
    own = keys.component(f"{kind}:{node_name}")
    beating = [own + rest for rest in lately(redis, own)]
    return bool(beating) and bool(redis.exists(*beating))


def main() -> None:
    """Ask, and say why not."""
    kind = sys.argv[1] if len(sys.argv) == 2 else ""
    if kind not in ("coordinator", "worker", "encoder"):
        sys.exit("usage: python -m farm.alive coordinator|worker|encoder")
    try:
        settings = reaching_private_redis(load_settings())
        with connect(settings.broker_url()) as redis:
            if not alive(redis, kind, settings.node_name):
                sys.exit(f"no {kind} of {settings.node_name} has reported within seconds")
    except FarmError as error:
        sys.exit(error.message)


if __name__ == "__main__":
    main()
