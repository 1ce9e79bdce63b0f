"""Editing a stream's scene: every edit is a new revision, and no two editors overwrite each other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from api.http.pictures import ScenePictures
from api.http.services import Services
from farm.errors import ChangedMeanwhile, Conflict, NotFound, SceneInvalid
from farm.messages import Event
from farm.store.scenes import RevisionNote
from farm.store.streams import StreamRecord
from scene.document import Scene, parse_scene, variant_of
from scene.edits import settle_starts, with_runs
from scene.mistakes import SceneMistakes, UnknownLayer, UnknownVariant
from scene.slots import with_layout_moves
from scene.summary import describe_change

_MAX_TRIES = 50
"""So many edits may come between one edit's reading and its writing, again and again, before it gives up."""


class Edited(NamedTuple):
    """A scene and its revision; ``changed`` is whether this edit made it."""

    scene: Scene
    revision: int
    changed: bool


class Plan(NamedTuple):
    """What the next revision shall be; ``undo`` and ``redo`` as its RevisionNote says them."""

    scene: Scene
    summary: str
    undo: int | None = None
    redo: int | None = None


@contextmanager
def scene_errors() -> Iterator[None]:
    """Translate the scene's errors: SceneInvalid with every mistake, NotFound for what it has not."""
    try:
        yield
    except SceneMistakes as error:
        mistakes = [{"path": mistake.path, "reason": mistake.reason} for mistake in error.mistakes]
        raise SceneInvalid(str(error), {"mistakes": mistakes}) from error
    except UnknownLayer as error:
        raise NotFound(str(error), {"layer": error.layer_id}) from error
    except UnknownVariant as error:
        raise NotFound(str(error), {"variant": error.variant, "known": error.known}) from error


def parse_document(document: object, max_layers: int) -> Scene:
    """The scene in ``document``. Raises SceneInvalid."""
    with scene_errors():
        return parse_scene(document, max_layers=max_layers)


class SceneDesk:
    """Where one stream's scene is read and edited; that of a rendition is only read."""

    def __init__(self, farm: Services, record: StreamRecord, author: str | None = None) -> None:
        """Edits are noted as those of ``author``; None is the stream's owner."""
        self._farm = farm
        self._stream = record.scene_stream
        self._record = record
        self._author = author or record.owner
        self.max_layers = record.config.max_layers
        self.pictures = ScenePictures(farm.assets, farm.imports, record.owner)

    def parse(self, document: object) -> Scene:
        """The scene in ``document``. Raises SceneInvalid."""
        return parse_document(document, self.max_layers)

    def current(self) -> Edited:
        """The newest revision, as the stream shows it; an empty scene when there is none yet."""
        head = self._farm.scenes.head(self._stream)
        if head == 0:
            return Edited(Scene(), 0, changed=False)
        # What was accepted once stays readable, also when fewer layers are allowed now.
        document = self._farm.scenes.load(self._stream, head)
        scene = parse_scene(document, max_layers=len(document["layers"]))
        source = self._record.variant_of
        if source is not None and source.variant in scene.variants:
            scene = variant_of(scene, source.variant)
        return Edited(scene, head, changed=False)

    def begin(self, scene: Scene) -> None:
        """Write the first revision unless there is one."""
        first = with_layout_moves(Scene(), self.pictures.settled(scene), 1)
        self._commit(Plan(with_runs(Scene(), first, 1), "the first scene"), head=0)

    def edit(
        self,
        change: Callable[[Scene], Scene],
        *,
        expected: Collection[int] | None = None,
        one_layer: bool = False,
    ) -> Edited:
        """Apply ``change`` to the newest revision; see :meth:`follow`."""

        def plan(current: Edited) -> Plan:
            changed = change(current.scene)
            return Plan(changed, describe_change(current.scene, changed), undo=current.revision or None)

        return self.follow(plan, expected=expected, one_layer=one_layer)

    def follow(
        self,
        plan: Callable[[Edited], Plan],
        *,
        expected: Collection[int] | None = None,
        one_layer: bool = False,
    ) -> Edited:
        """Make the revision that ``plan`` asks for; again when somebody else's edit came first.

        With ``expected``, only after one of these revisions. A plan that changes nothing makes no revision.
        ``one_layer`` says that paths in mistakes are those inside a layer. Raises SceneInvalid, NotFound for
        an unknown layer, ChangedMeanwhile, and Conflict for a rendition.
        """
        if self._record.variant_of is not None:
            raise Conflict(
                f"stream {self._record.id!r} shows a variant of the scene of {self._stream!r}; edit that one",
                {"stream": self._record.id, "edit": self._stream},
            )
        for _ in range(_MAX_TRIES):
            current = self.current()
            if expected is not None and current.revision not in expected:
                raise ChangedMeanwhile(
                    f"the scene is at revision {current.revision} by now; load it again",
                    {"revision": current.revision, "expected": sorted(expected)},
                )
            with scene_errors():
                planned = plan(current)
            self.refuse_unknown_assets(planned.scene, known=current.scene, one_layer=one_layer)
            timed = self.pictures.settled(planned.scene, current.scene)
            moved = with_layout_moves(current.scene, timed, current.revision + 1)
            planned = planned._replace(scene=with_runs(current.scene, moved, current.revision + 1))
            if planned.scene == current.scene and current.revision > 0:
                return current
            if (edited := self._commit(planned, head=current.revision)) is not None:
                return edited
        raise Conflict("too many others are editing this scene at this moment; try again")

    def refuse_unknown_assets(
        self, scene: Scene, *, known: Scene | None = None, one_layer: bool = False
    ) -> None:
        """Raises SceneInvalid; see :meth:`ScenePictures.refuse_unknown`."""
        with scene_errors():
            self.pictures.refuse_unknown(scene, known=known, one_layer=one_layer)

    def tell(self, kind: str, revision: int, data: dict[str, Any]) -> None:
        """Tell those who listen to the stream of an edit."""
        event = Event(kind, self._stream, self._farm.clock.wall_ms(), {**data, "revision": revision})
        self._farm.events.publish(event)

    def _commit(self, plan: Plan, *, head: int) -> Edited | None:
        settled = settle_starts(plan.scene, head + 1)
        note = RevisionNote(
            self._author, self._farm.clock.wall_ms(), plan.summary, undo=plan.undo, redo=plan.redo
        )
        revision = self._farm.scenes.commit(self._stream, settled.to_json(), expected_head=head, note=note)
        if revision is None:
            return None
        self.pictures.order(settled)
        return Edited(settled, revision, changed=True)
