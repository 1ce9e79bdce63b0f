"""``/metrics`` for Prometheus: made at each scrape from what the farm's processes report in Redis.

No process keeps a registry of its own, so that a restart or a second API process changes no number.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from websockets.datastructures import Headers

from api.realtime.farm_metrics import farm_metrics, redis_metric
from api.realtime.node_metrics import node_metrics
from api.realtime.plain_http import Page
from api.realtime.roll_call import RollCall
from api.realtime.state import FarmState
from api.realtime.stream_metrics import stream_metrics
from farm.clock import Clock
from farm.errors import StoreUnavailable


class _Scrape(Collector):
    """One scrape's metrics, as the exposition wants them."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        """The metrics."""
        return self._metrics


class Metrics:
    """Answers scrapes."""

    def __init__(self, state: FarmState, clock: Clock) -> None:
        self._state = state
        self._roll_call = RollCall(clock)

    async def scrape(self, headers: Headers) -> Page:
        """All metrics, in the format asked for. Redis being away is a metric, not an error."""
        encode, content_type = choose_encoder(headers.get("Accept", ""))
        return Page(HTTPStatus.OK, content_type, encode(_Scrape(await self._collect())))

    async def _collect(self) -> list[Metric]:
        try:
            snapshot = await self._state.snapshot()
        except StoreUnavailable:
            return [redis_metric(up=False)]
        reports = [condition.report for _, condition in snapshot.streams if condition.report is not None]
        presence = self._roll_call.take(snapshot.components)
        return [
            redis_metric(up=True),
            *stream_metrics(reports),
            *farm_metrics(snapshot, presence),
            *node_metrics(snapshot),
        ]
