"""Scene versions, loaded once and kept.

A revision is immutable and so are the births of revisions that were shown, so nothing kept here goes stale.
Entries are kept by *epoch* as well: a stream that was deleted and made again under its old id numbers its
revisions from 1 again, but its epochs go on, and within one epoch a revision means one document.
"""

from __future__ import annotations

from farm.errors import SceneInvalid
from farm.messages import FrameTask
from farm.store.scenes import SceneStore
from scene.births import revisions_in
from scene.mistakes import SceneMistakes
from scene.onair import ShowVersion
from scene.show import stored_show
from workers.cache import RecentCache

_MAX_VERSIONS = 64


class SceneVersions:
    """Scene versions by stream, epoch, revision and canvas; a rendition's are variants of another's."""

    def __init__(self, store: SceneStore) -> None:
        self._store = store
        self._kept: RecentCache[tuple[str, int, int, int, int], ShowVersion] = RecentCache(_MAX_VERSIONS)

    def version(self, task: FrameTask, revision: int) -> ShowVersion:
        """The version ``revision`` of the task's stream, for its canvas.

        Raises NotFound, SceneInvalid (another version of the farm wrote it) and StoreUnavailable.
        """
        canvas = task.size
        key = (task.stream, task.epoch, revision, *canvas)
        version = self._kept.get(key)
        if version is None:
            document = self._store.load(task.scene_stream, revision)
            mentioned = {revision, *revisions_in(document)}
            births = self._store.births(task.stream, mentioned, until=revision)
            variant = task.variant_of.variant if task.variant_of else None
            try:
                show = stored_show(document)
                version = ShowVersion(revision, show, births, canvas, variant)
            except SceneMistakes as error:
                raise SceneInvalid(
                    f"revision {revision} of {task.scene_stream!r} cannot be read: {error}"
                ) from error
            if revision in births:
                # Without its birth it is good for this frame only: the birth will come, and change it.
                self._kept.put(key, version)
        return version
