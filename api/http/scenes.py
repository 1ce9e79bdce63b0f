"""Editing a stream's scene: every edit is a new revision, and no two editors overwrite each other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from api.http.services import Services
from farm.errors import ChangedMeanwhile, Conflict, NotFound, SceneInvalid
from farm.messages import Event
from farm.store.streams import StreamRecord
from farm.store.tokens import ADMIN_OWNER
from scene.document import Scene, parse_scene
from scene.edits import settle_starts
from scene.layers import ImageLayer
from scene.mistakes import Mistake, SceneMistakes, UnknownLayer

_MAX_TRIES = 50
"""So many edits may come between one edit's reading and its writing, again and again, before it gives up."""


class Edited(NamedTuple):
    """A scene and its revision; ``changed`` is whether this edit made it."""

    scene: Scene
    revision: int
    changed: bool


@contextmanager
def scene_errors() -> Iterator[None]:
    """Translate the scene's errors: SceneInvalid with every mistake, NotFound for an unknown layer."""
    try:
        yield
    except SceneMistakes as error:
        mistakes = [{"path": mistake.path, "reason": mistake.reason} for mistake in error.mistakes]
        raise SceneInvalid(str(error), {"mistakes": mistakes}) from error
    except UnknownLayer as error:
        raise NotFound(str(error), {"layer": error.layer_id}) from error


def parse_document(document: object, max_layers: int) -> Scene:
    """The scene in ``document``. Raises SceneInvalid."""
    with scene_errors():
        return parse_scene(document, max_layers=max_layers)


class SceneDesk:
    """Where one stream's scene is read and edited."""

    def __init__(self, farm: Services, record: StreamRecord) -> None:
        self._farm = farm
        self._stream = record.id
        self._owner = record.owner
        self.max_layers = record.config.max_layers

    def parse(self, document: object) -> Scene:
        """The scene in ``document``. Raises SceneInvalid."""
        return parse_document(document, self.max_layers)

    def current(self) -> Edited:
        """The newest revision; an empty scene when there is none yet."""
        head = self._farm.scenes.head(self._stream)
        if head == 0:
            return Edited(Scene(), 0, changed=False)
        # What was accepted once stays readable, also when fewer layers are allowed now.
        document = self._farm.scenes.load(self._stream, head)
        return Edited(parse_scene(document, max_layers=len(document["layers"])), head, changed=False)

    def begin(self, scene: Scene) -> None:
        """Write the first revision unless there is one."""
        self._commit(scene, head=0)

    def edit(
        self,
        change: Callable[[Scene], Scene],
        *,
        expected: Collection[int] | None = None,
        one_layer: bool = False,
    ) -> Edited:
        """Apply ``change`` to the newest revision; again when somebody else's edit came first.

        With ``expected``, only to one of these revisions. An edit that changes nothing makes no revision.
        ``one_layer`` says that paths in mistakes are those inside a layer. Raises SceneInvalid, NotFound for
        an unknown layer, and ChangedMeanwhile.
        """
        for _ in range(_MAX_TRIES):
            current = self.current()
            if expected is not None and current.revision not in expected:
                raise ChangedMeanwhile(
                    f"the scene is at revision {current.revision} by now; load it again",
                    {"revision": current.revision, "expected": sorted(expected)},
                )
            with scene_errors():
                changed = change(current.scene)
            self.refuse_unknown_assets(changed, known=current.scene, one_layer=one_layer)
            if changed == current.scene and current.revision > 0:
                return current
            if (edited := self._commit(changed, head=current.revision)) is not None:
                return edited
        raise Conflict("too many others are editing this scene at this moment; try again")

    def refuse_unknown_assets(
        self, scene: Scene, *, known: Scene | None = None, one_layer: bool = False
    ) -> None:
        """Raises SceneInvalid for pictures that the stream's owner does not have; those of ``known`` pass."""
        layers = known.layers if known else ()
        passing = {layer.asset for layer in layers if isinstance(layer, ImageLayer)}
        mistakes = [
            Mistake("asset" if one_layer else f"layers[{index}].asset", "is not uploaded; POST /assets first")
            for index, layer in enumerate(scene.layers)
            if isinstance(layer, ImageLayer)
            and layer.asset not in passing
            and not self._has_asset(layer.asset)
        ]
        if mistakes:
            with scene_errors():
                raise SceneMistakes(mistakes)

    def tell(self, kind: str, revision: int, data: dict[str, Any]) -> None:
        """Tell those who listen to the stream of an edit."""
        event = Event(kind, self._stream, self._farm.clock.wall_ms(), {**data, "revision": revision})
        self._farm.events.publish(event)

    def _commit(self, scene: Scene, *, head: int) -> Edited | None:
        settled = settle_starts(scene, head + 1)
        revision = self._farm.scenes.commit(self._stream, settled.to_json(), expected_head=head)
        return None if revision is None else Edited(settled, revision, changed=True)

    def _has_asset(self, asset: str) -> bool:
        try:
            return self._farm.assets.get(asset).owner in (self._owner, ADMIN_OWNER)
        except NotFound:
            return False
