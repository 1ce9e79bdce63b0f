"""Where timelines of a stream are played: by people over HTTP, by a chat, by a schedule.

Every action is a revision like any edit, so that it begins on one frame and comes back after a crash. But it
is no edit of the scene: undo and redo step over it, and change nothing about what plays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

from pydantic import ValidationError

from farm.clock import Clock
from farm.errors import Conflict, NotFound, SceneInvalid
from farm.store.scenes import NO_NOTE, RevisionNote, SceneStore
from scene.actions import NotPossible, Stagehand, UnknownTimeline, UnknownTrigger
from scene.mistakes import SceneMistakes
from scene.performance import Performance, read_performance
from scene.show import stored_show

_MAX_TRIES = 50
"""So many edits may come between one action's reading and its writing before it gives up."""


Action = Callable[[Stagehand], Performance]
"""What is done, such as ``lambda hand: hand.start("intro")``."""


class Played(NamedTuple):
    """The timelines of a revision."""

    performance: Performance
    revision: int
    births: Mapping[int, Fraction]
    """Of the revisions that the timelines mention, and of the last one that was on air."""
    changed: bool = False
    """Whether an action made the revision."""


class TimelineDesk:
    """Plays the timelines of streams. All methods raise StoreUnavailable."""

    def __init__(self, scenes: SceneStore, clock: Clock) -> None:
        self._scenes = scenes
        self._clock = clock

    def current(self, stream: str) -> Played:
        """The newest revision's timelines; none when there is no scene yet. Raises SceneInvalid when another
        version of the farm wrote it."""
        head = self._scenes.head(stream)
        if head == 0:
            return Played(Performance(), 0, {})
        return self._read(stream, head, self._scenes.load(stream, head))

    def rehearse(self, stream: str, action: Action) -> None:
        """Raises what :meth:`act` would raise by now; changes nothing."""
        current = self.current(stream)
        _done(action, Stagehand(current.performance, current.revision + 1, current.births))

    def act(self, stream: str, author: str, summary: str, action: Action) -> Played:
        """Do ``action`` with the newest revision; again when somebody else's edit came first.

        ``summary`` is what the history says of it. An action that changes nothing makes no revision. Raises
        NotFound for an unknown timeline or trigger, Conflict for what is not possible now, SceneInvalid.
        """
        for _ in range(_MAX_TRIES):
            head = self._scenes.head(stream)
            document = self._scenes.load(stream, head) if head else {}
            current = self._read(stream, head, document)
            changed = _done(action, Stagehand(current.performance, head + 1, current.births))
            if changed == current.performance:
                return current
            document = _with_runs(document, changed)
            note = self._note(stream, head, author, summary)
            revision = self._scenes.commit(stream, document, expected_head=head, note=note)
            if revision is not None:
                return Played(changed, revision, current.births, changed=True)
        raise Conflict("too many others are editing this scene at this moment; try again")

    def _read(self, stream: str, revision: int, document: Mapping[str, Any]) -> Played:
        performance = performance_on_air(document, revision)
        wanted = {number for run in performance.runs for number in run.revisions}
        births = self._scenes.births(stream, wanted, until=revision)
        births |= self._scenes.newest_birth(stream, until=revision)
        return Played(performance, revision, births)

    def _note(self, stream: str, head: int, author: str, summary: str) -> RevisionNote:
        """Undo and redo go on from here as they would have gone on from ``head``."""
        [before] = self._scenes.notes(stream, [head])
        before = before or NO_NOTE
        return RevisionNote(
            author,
            self._clock.wall_ms(),
            summary,
            undo=before.undo,
            redo=before.redo,
            edited=before.edited or head,
        )


def performance_on_air(document: Mapping[str, Any], revision: int) -> Performance:
    """The timelines of the scene that is on program in a stream's ``document``. Raises SceneInvalid when
    another version of the farm wrote it."""
    try:
        show = stored_show(document)
        return read_performance(show.scenes[show.program], revision)
    except (ValidationError, SceneMistakes) as error:
        raise SceneInvalid(f"the timelines of revision {revision} cannot be read: {error}") from error


def _with_runs(document: Mapping[str, Any], performance: Performance) -> dict[str, Any]:
    """``document`` with these runs in the scene that is on program."""
    show = stored_show(document)
    scene = {**show.scenes[show.program], "runs": performance.runs_json()}
    return replace(show, scenes={**show.scenes, show.program: scene}).to_json()


def _done(action: Action, hand: Stagehand) -> Performance:
    try:
        return action(hand)
    except UnknownTimeline as error:
        raise NotFound(str(error), {"timeline": error.timeline_id}) from error
    except UnknownTrigger as error:
        raise NotFound(str(error), {"trigger": error.name}) from error
    except NotPossible as error:
        raise Conflict(str(error)) from error
