"""What the coordinator reads of Redis: the streams as they are wanted, and as they are said to be."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from coordinator.degrade import Measures
from coordinator.order import Order, relieved
from farm.messages import Desired, StreamConfig
from farm.store import keys
from farm.store.connection import FarmRedis, as_text
from farm.store.reading import readable
from farm.store.streams import StreamRecord, StreamStatus

ALL = Measures()
"""Nothing is left out."""


class StreamView(NamedTuple):
    """One stream."""

    record: StreamRecord | None
    """None when it was deleted."""
    revision: int
    """The newest of the scene that it shows, 0 when there is none."""
    status: StreamStatus
    snapshot: int = 0
    """The newest of what is live in it, 0 when nothing is."""

    @property
    def wanted(self) -> bool:
        """Whether it is to run, paused or not."""
        return self.record is not None and self.record.desired is not Desired.STOPPED

    def order(self, *, replacing: bool, measures: Measures = ALL) -> Order | None:
        """What is to be on air, as far as ``measures`` allow; None when nothing is."""
        if self.record is None or not self.wanted:
            return None
        playing = self.record.desired is Desired.LIVE
        order = Order(
            revision=self.revision,
            playing=playing,
            started_wall_ms=self.record.started_wall_ms,
            quality=self.record.config.render_quality,
            replacing=replacing,
            snapshot=self.snapshot,
            variant_of=self.record.variant_of,
            free=self.record.config.pace == "free",
            priority=_priority(self.record.config),
            first_frame=self.record.config.first_frame,
        )
        return relieved(order, measures)


def _priority(config: StreamConfig) -> str:
    """A stream that no tick waits for stands back behind those on air, unless somebody said otherwise."""
    return "low" if config.pace == "free" and config.priority == "normal" else config.priority


class Reader:
    """Reads several streams in one or two round trips. All methods raise StoreUnavailable."""

    def __init__(self, redis: FarmRedis) -> None:
        self._redis = redis

    def names(self) -> list[str]:
        """Every stream that exists."""
        return [as_text(name) for name in self._redis.hkeys(keys.STREAMS)]

    def view(self, streams: Collection[str]) -> dict[str, StreamView]:
        """``streams`` as they are now."""
        if not streams:
            return {}
        names = list(streams)
        with self._redis.pipeline(transaction=False) as pipe:
            pipe.hmget(keys.STREAMS, names)
            pipe.mget([keys.scene_head(name) for name in names])
            pipe.mget([keys.status(name) for name in names])
            pipe.mget([keys.snapshot_head(name) for name in names])
            answers = pipe.execute()
        views = {
            name: StreamView(
                readable(record, StreamRecord),
                int(head or 0),
                readable(status, StreamStatus) or StreamStatus(),
                int(snapshot or 0),
            )
            for name, record, head, status, snapshot in zip(names, *answers, strict=True)
        }
        return self._with_followed(views)

    def _with_followed(self, views: dict[str, StreamView]) -> dict[str, StreamView]:
        """Renditions with the scenes that they follow."""
        sources = {
            name: view.record.scene_stream
            for name, view in views.items()
            if view.record is not None and view.record.variant_of is not None
        }
        if not sources:
            return views
        with self._redis.pipeline(transaction=False) as pipe:
            pipe.mget([keys.scene_head(source) for source in sources.values()])
            pipe.mget([keys.snapshot_head(source) for source in sources.values()])
            heads, snapshots = pipe.execute()
        followed = {
            name: views[name]._replace(revision=int(head or 0), snapshot=int(snapshot or 0))
            for name, head, snapshot in zip(sources, heads, snapshots, strict=True)
        }
        return views | followed
