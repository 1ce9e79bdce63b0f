"""Editing a stream's show, scene by scene or as a whole: every edit is a new revision, and no two editors
overwrite each other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from api.http.pictures import ScenePictures
from api.http.services import Services
from farm.errors import ChangedMeanwhile, Conflict, NotFound, SceneInvalid
from farm.messages import Event
from farm.store.scenes import RevisionNote, TakeNote
from farm.store.streams import StreamRecord
from scene.document import Scene, parse_scene, variant_of
from scene.edits import with_runs
from scene.mistakes import SceneInUse, SceneMistakes, UnknownLayer, UnknownScene, UnknownVariant
from scene.show import Show, one_scene, parse_show, stored_show
from scene.show_edits import changed_scenes, settle_show
from scene.slots import with_layout_moves
from scene.summary import describe_change

_MAX_TRIES = 50
"""So many edits may come between one edit's reading and its writing, again and again, before it gives up."""


class Edited(NamedTuple):
    """A scene, its show and their revision; ``changed`` is whether this edit made it."""

    scene: Scene
    revision: int
    changed: bool
    show: Show


class Plan(NamedTuple):
    """What the next revision shall be: another scene, or another ``show``, of which ``scene`` is then only
    what the edit answers. ``undo`` and ``redo`` are as its RevisionNote says them."""

    scene: Scene
    summary: str
    undo: int | None = None
    redo: int | None = None
    show: Show | None = None
    take: TakeNote | None = None


@contextmanager
def scene_errors() -> Iterator[None]:
    """Translate the scene's errors: SceneInvalid with every mistake, NotFound for what it has not, Conflict
    for what a scene on program forbids."""
    try:
        yield
    except SceneMistakes as error:
        mistakes = [{"path": mistake.path, "reason": mistake.reason} for mistake in error.mistakes]
        raise SceneInvalid(str(error), {"mistakes": mistakes}) from error
    except UnknownLayer as error:
        raise NotFound(str(error), {"layer": error.layer_id}) from error
    except UnknownVariant as error:
        raise NotFound(str(error), {"variant": error.variant, "known": error.known}) from error
    except UnknownScene as error:
        raise NotFound(str(error), {"scene": error.name}) from error
    except SceneInUse as error:
        raise Conflict(str(error)) from error


def parse_document(document: object, max_layers: int) -> Scene:
    """The scene in ``document``. Raises SceneInvalid."""
    with scene_errors():
        return parse_scene(document, max_layers=max_layers)


def parse_show_document(document: object, max_layers: int) -> Show:
    """The show, or the scene that stands alone, in ``document``. Raises SceneInvalid."""
    with scene_errors():
        return parse_show(document, max_layers=max_layers)


class SceneDesk:
    """Where a stream's scene is read and edited: the one on program, or the one of a name. That of a
    rendition is only read."""

    def __init__(
        self, farm: Services, record: StreamRecord, author: str | None = None, scene: str | None = None
    ) -> None:
        """Edits are noted as those of ``author``; None is the stream's owner."""
        self._farm = farm
        self._stream = record.scene_stream
        self._record = record
        self._author = author or record.owner
        self._scene = scene
        self.max_layers = record.config.max_layers
        self.pictures = ScenePictures(farm.assets, farm.imports, record.owner)

    def parse(self, document: object) -> Scene:
        """The scene in ``document``. Raises SceneInvalid."""
        return parse_document(document, self.max_layers)

    def parse_show(self, document: object) -> Show:
        """The show in ``document``. Raises SceneInvalid."""
        return parse_show_document(document, self.max_layers)

    def current(self) -> Edited:
        """The newest revision, as the stream shows it; an empty scene when there is none yet. Raises NotFound
        for a scene that is not there."""
        head = self._farm.scenes.head(self._stream)
        # What was accepted once stays readable, also when fewer layers are allowed now.
        show = stored_show(self._farm.scenes.load(self._stream, head)) if head else one_scene(Scene())
        return self._edited(show, head, changed=False)

    def most_layers(self) -> int:
        """Of any scene."""
        show = self.current().show
        return max(len(show.scene(name).layers) for name in show.scenes)

    def begin(self, first: Scene | Show) -> None:
        """Write the first revision unless there is one."""
        show = first if isinstance(first, Show) else one_scene(first)
        nothing = self._edited(Show({}, show.program), 0, changed=False, scene=Scene())
        settled = self._settled(show, nothing, one_layer=False)
        self._commit(Plan(settled.on_air, "the first scene", show=settled), settled, nothing.show, head=0)

    def edit(
        self,
        change: Callable[[Scene], Scene],
        *,
        expected: Collection[int] | None = None,
        one_layer: bool = False,
    ) -> Edited:
        """Apply ``change`` to the scene in the newest revision; see :meth:`follow`."""

        def plan(current: Edited) -> Plan:
            changed = change(current.scene)
            summary = describe_change(current.scene, changed)
            named = summary if self._scene is None else f"{self._scene}: {summary}"
            return Plan(changed, named, undo=current.revision or None)

        return self.follow(plan, expected=expected, one_layer=one_layer)

    def edit_show(
        self, change: Callable[[Show], Show], summary: str, *, expected: Collection[int] | None = None
    ) -> Edited:
        """Apply ``change`` to the show in the newest revision; see :meth:`follow`."""

        def plan(current: Edited) -> Plan:
            return Plan(current.scene, summary, undo=current.revision or None, show=change(current.show))

        return self.follow(plan, expected=expected)

    def follow(
        self,
        plan: Callable[[Edited], Plan],
        *,
        expected: Collection[int] | None = None,
        one_layer: bool = False,
    ) -> Edited:
        """Make the revision that ``plan`` asks for; again when somebody else's edit came first.

        With ``expected``, only after one of these revisions, and what played timelines since. A plan that
        changes nothing makes no revision. ``one_layer`` says that paths in mistakes are those inside a layer.
        Raises SceneInvalid, NotFound for an unknown layer or scene, ChangedMeanwhile, and Conflict for what a
        scene on program forbids and for a rendition.
        """
        if self._record.variant_of is not None:
            raise Conflict(
                f"stream {self._record.id!r} shows a variant of the scene of {self._stream!r}; edit that one",
                {"stream": self._record.id, "edit": self._stream},
            )
        for _ in range(_MAX_TRIES):
            current = self.current()
            if expected is not None and not self._is_expected(current.revision, expected):
                raise ChangedMeanwhile(
                    f"the scene is at revision {current.revision} by now; load it again",
                    {"revision": current.revision, "expected": sorted(expected)},
                )
            with scene_errors():
                planned = plan(current)
                show = planned.show or current.show.with_scene(self._name(current.show), planned.scene)
                settled = self._settled(show, current, one_layer=one_layer)
            if settled == current.show and current.revision > 0:
                return current
            if (edited := self._commit(planned, settled, current.show, head=current.revision)) is not None:
                return edited
        raise Conflict("too many others are editing this scene at this moment; try again")

    def _is_expected(self, head: int, expected: Collection[int]) -> bool:
        """Whether there was no edit after one of ``expected``: what plays timelines is none."""
        if head in expected:
            return True
        [note] = self._farm.scenes.notes(self._stream, [head])
        edited = head if note is None or note.edited is None else note.edited
        return any(edited <= revision < head for revision in expected)

    def refuse_unknown_assets(self, first: Scene | Show) -> None:
        """Raises SceneInvalid; see :meth:`ScenePictures.refuse_unknown`."""
        show = first if isinstance(first, Show) else one_scene(first)
        with scene_errors():
            for name in show.scenes:
                self.pictures.refuse_unknown(show.scene(name), within=_path(show, name))

    def tell(self, kind: str, revision: int, data: dict[str, Any]) -> None:
        """Tell those who listen to the stream of an edit, and of which scene if it was called by its name."""
        named = {} if self._scene is None else {"scene": self._scene}
        told = {**named, **data, "revision": revision}
        event = Event(kind, self._stream, self._farm.clock.wall_ms(), told)
        self._farm.events.publish(event)

    def _name(self, show: Show) -> str:
        return self._scene or show.program

    def _edited(self, show: Show, revision: int, *, changed: bool, scene: Scene | None = None) -> Edited:
        with scene_errors():
            shown = show.scene(self._name(show)) if scene is None else scene
        source = self._record.variant_of
        if source is not None and source.variant in shown.variants:
            shown = variant_of(shown, source.variant)
        return Edited(shown, revision, changed, show)

    def _settled(self, show: Show, current: Edited, *, one_layer: bool) -> Show:
        """``show``, which follows ``current``, with what the farm writes into it. Raises SceneMistakes."""
        revision = current.revision + 1
        # A scene that goes on program may have timelines to start.
        for name in dict.fromkeys((*changed_scenes(current.show, show), show.program)):
            known = current.show.scene(name) if name in current.show.scenes else None
            scene, old = show.scene(name), known or Scene()
            path = "" if one_layer or self._scene == name else _path(show, name)
            self.pictures.refuse_unknown(scene, known=known, one_layer=one_layer, within=path)
            scene = with_layout_moves(old, self.pictures.settled(scene, known), revision)
            on_program = name == show.program
            taken = on_program and current.show.program != name
            scene = _running(old, scene, revision, on_program=on_program, taken=taken)
            show = show.keeping(current.show, name) if scene == known else show.with_scene(name, scene)
        return settle_show(show, current.show if current.revision else None, revision)

    def _commit(self, plan: Plan, show: Show, before: Show, *, head: int) -> Edited | None:
        note = RevisionNote(
            self._author,
            self._farm.clock.wall_ms(),
            plan.summary,
            undo=plan.undo,
            redo=plan.redo,
            take=plan.take,
        )
        revision = self._farm.scenes.commit(self._stream, show.to_json(), expected_head=head, note=note)
        if revision is None:
            return None
        for name in changed_scenes(before, show):
            self.pictures.order(show.scene(name))
        return self._edited(show, revision, changed=True)


def _running(old: Scene, new: Scene, revision: int, *, on_program: bool, taken: bool) -> Scene:
    """``new`` with the runs of its timelines; those of a scene that never was on program have not begun."""
    if not on_program:
        return new if new.runs == old.runs else new.model_copy(update={"runs": old.runs})
    return with_runs(Scene() if old.runs is None else old, new, revision, taken=taken)


def _path(show: Show, name: str) -> str:
    """Where scene ``name`` lies in the document of ``show``."""
    return "" if show.stands_alone else f"scenes.{name}"
