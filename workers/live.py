"""Live snapshots, loaded once and kept: immutable, and so is when they were first shown.

Kept by *epoch* as well, for the reason that :mod:`workers.scenes` gives.
"""

from __future__ import annotations

from farm.errors import NotFound
from farm.messages import FrameTask
from farm.store.snapshots import SnapshotStore, live_of
from scene.live import NOTHING_LIVE, Live
from workers.cache import RecentCache

_MAX_SNAPSHOTS = 128
_MAX_STREAMS = 64


class SnapshotGone(LookupError):
    """A snapshot was overtaken so long ago that it is not kept any more."""


class LiveSnapshots:
    """Snapshots by stream, epoch and number."""

    def __init__(self, store: SnapshotStore) -> None:
        self._store = store
        self._kept: RecentCache[tuple[str, int, int], Live] = RecentCache(_MAX_SNAPSHOTS)
        self._newest: RecentCache[tuple[str, int], Live] = RecentCache(_MAX_STREAMS)
        self.missed = 0
        """How often the last known snapshot stood in for one that is gone."""

    def live(self, task: FrameTask, snapshot: int) -> Live:
        """The ``snapshot`` of the task's stream. Raises SnapshotGone and StoreUnavailable."""
        if snapshot == 0:
            return NOTHING_LIVE
        key = (task.stream, task.epoch, snapshot)
        live = self._kept.get(key)
        if live is None:
            try:
                stored = self._store.load(task.scene_stream, snapshot)
            except NotFound as error:
                raise SnapshotGone(error.message) from error
            live = live_of(stored, self._store.births(task.stream, snapshot))
            self._kept.put(key, live)
            self._newest.put((task.stream, task.epoch), live)
        return live

    def last_known(self, task: FrameTask) -> Live:
        """What stands in for a snapshot that is gone: the one of the task's stream that came last."""
        self.missed += 1
        return self._newest.get((task.stream, task.epoch)) or NOTHING_LIVE
