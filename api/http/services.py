"""What a request handler works with: the stores, the clock and the settings of this app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app

from api.viewers import ViewerCounter
from farm.clock import Clock
from farm.fetch import Fetcher
from farm.settings import Settings
from farm.store.assets import AssetStore
from farm.store.connection import FarmRedis
from farm.store.events import EventLog
from farm.store.feeds import FeedStore
from farm.store.hedges import HedgeStore
from farm.store.imports import ImportStore
from farm.store.ledgers import LedgerStore
from farm.store.nodes import NodeStore
from farm.store.scenes import SceneStore
from farm.store.snapshots import SnapshotStore
from farm.store.stream_keys import StreamKeyStore
from farm.store.streams import StreamStore
from farm.store.tokens import TokenStore
from farm.store.workers import WorkerStore

EXTENSION = "framefarm"


@dataclass(frozen=True)
class Services:
    """Made once per app by :func:`make_services`; all of it may be used by several threads at once."""

    settings: Settings
    clock: Clock
    redis: FarmRedis
    streams: StreamStore
    scenes: SceneStore
    ledgers: LedgerStore
    hedges: HedgeStore
    workers: WorkerStore
    snapshots: SnapshotStore
    events: EventLog
    nodes: NodeStore
    tokens: TokenStore
    stream_keys: StreamKeyStore
    assets: AssetStore
    imports: ImportStore
    feeds: FeedStore
    fetcher: Fetcher
    viewers: ViewerCounter


def make_services(settings: Settings, redis: FarmRedis, clock: Clock) -> Services:
    """The stores over ``redis``, with the limits of ``settings``."""
    return Services(
        settings=settings,
        clock=clock,
        redis=redis,
        streams=StreamStore(
            redis,
            clock,
            user_limit=settings.max_concurrent_streams_per_user,
            global_limit=settings.max_concurrent_streams_global,
        ),
        scenes=SceneStore(redis),
        ledgers=LedgerStore(redis, settings.ledger_s),
        hedges=HedgeStore(redis),
        workers=WorkerStore(redis),
        snapshots=SnapshotStore(redis),
        events=EventLog(redis),
        nodes=NodeStore(redis),
        tokens=TokenStore(
            redis,
            clock,
            admin_token=settings.admin_token.get_secret_value() if settings.admin_token else None,
        ),
        stream_keys=StreamKeyStore(redis, clock),
        assets=AssetStore(redis, clock, settings),
        imports=ImportStore(redis, clock),
        feeds=FeedStore(redis, clock, settings),
        fetcher=Fetcher(settings),
        viewers=ViewerCounter(settings.rtmp_host, settings.rtmp_stat_port, clock),
    )


def services() -> Services:
    """The services of the app that handles this request."""
    return cast(Services, current_app.extensions[EXTENSION])
