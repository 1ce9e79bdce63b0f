"""What is known of the streams that are held here, and what follows from it: steps, orders, relief.

A stream is looked at when somebody changed it, and every so often in any case.
"""

from __future__ import annotations

from collections.abc import Collection

from coordinator.director import Director
from coordinator.isolation import Isolation
from coordinator.reconciler import Reconciler
from coordinator.reliever import Held, Reliever
from coordinator.tenure import Tenure
from coordinator.unrecorded import Unrecorded
from coordinator.view import Reader, StreamView
from farm.log import get_logger
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.nodes import NodeStore

log = get_logger(__name__)


class Steward:
    """Sees to the streams whose leases ``tenure`` holds. Methods raise StoreUnavailable."""

    def __init__(
        self,
        redis: FarmRedis,
        director: Director,
        tenure: Tenure,
        reconciler: Reconciler,
        reliever: Reliever,
        unrecorded: Unrecorded,
    ) -> None:
        self._redis = redis
        self._reader = Reader(redis)
        self._nodes = NodeStore(redis)
        self._director = director
        self._tenure = tenure
        self._reconciler = reconciler
        self._reliever = reliever
        self._unrecorded = unrecorded
        self._isolation = Isolation()
        self.streams: list[str] = []
        """Every stream there is, as of the last look at all."""
        self._views: dict[str, StreamView] = {}
        self._replacing: dict[str, bool] = {}

    def edited(self, changed: Collection[str]) -> bool:
        """Somebody changed these streams: show it from the next frame on. Whether it may concern more than
        the picture, so that all is to be looked at."""
        more = not set(changed).issubset(self.streams)
        for stream, view in self._reader.view(self.showing(changed)).items():
            self._give_order(stream, view)
            before = self._views.get(stream)
            more = more or before is None or view.record != before.record
        return more

    def showing(self, sources: Collection[str]) -> list[str]:
        """The streams held here that show the scenes of ``sources``: these, and their renditions."""
        views = ((stream, self._views.get(stream)) for stream in self._tenure.held())
        return [
            stream
            for stream, view in views
            if stream in sources or (view is not None and view.record and view.record.scene_stream in sources)
        ]

    def look(self) -> None:
        """Look at everything: nodes, leases, and each stream with what is wanted of it."""
        self._reconciler.look(self._nodes.names())
        assigned = self._reconciler.assigned_streams()
        self.streams = list({*self._reader.names(), *assigned, *self._tenure.held()})
        self._tenure.keep(self.streams)
        self._views = self._reader.view(self._tenure.held())
        for stream, view in self._views.items():
            with self._isolation.around(stream):
                self._step(stream, view)
        held = set(self._tenure.held())
        self._director.forget_all_but(held)
        self._replacing = {stream: old for stream, old in self._replacing.items() if stream in held}
        self._unrecorded.forget_all_but(held)

    def relieve(self) -> None:
        """Have streams that are too much for the farm do with less, and give back what they can have."""
        held = {
            stream: Held(lease, view.record, view.revision)
            for stream, view in self._views.items()
            if view.record is not None and (lease := self._tenure.lease(stream)) is not None
        }
        for stream in self._reliever.look(held):
            self._director.relieve(stream, self._reliever.measures(stream))

    def _step(self, stream: str, view: StreamView) -> None:
        lease = self._tenure.lease(stream)
        if lease is None:
            return
        if self._unrecorded.may_be_put_back(stream, recorded=view.record is not None):
            return
        step = self._reconciler.step(lease, view)
        self._replacing[stream] = step.replacing
        self._give_order(stream, view)
        if view.record is None and step.gone:
            self._clean_up(stream)

    def _give_order(self, stream: str, view: StreamView) -> None:
        order = view.order(
            replacing=self._replacing.get(stream, False), measures=self._reliever.measures(stream)
        )
        if order is None:
            self._director.forget(stream)
        else:
            self._director.order(stream, order)

    def _clean_up(self, stream: str) -> None:
        """The stream was deleted and its process is gone: so is all that was kept for it."""
        kept = (
            keys.program,
            keys.status,
            keys.relief,
            keys.report,
            keys.events,
            keys.cues,
            keys.preview,
            keys.preview_wanted,
            keys.hedges,
        )
        self._redis.delete(keys.snapshot_births(stream), *(kind(stream) for kind in kept))
        self._tenure.give_up(stream)
        log.info("deleted", stream=stream)
