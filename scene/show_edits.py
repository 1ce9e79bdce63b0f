"""Changes to a show: each gives a new show and leaves the old one as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pydantic import TypeAdapter, ValidationError

from scene.animation import AfterRevision
from scene.document import Scene, variant_of
from scene.edits import settle_starts
from scene.fields import Name, Part
from scene.mistakes import Mistake, SceneInUse, SceneMistakes, UnknownScene, UnknownVariant
from scene.show import MAX_SCENES, Moment, Show, Take, check_name
from scene.transitions import CUT, AnyTransition, Stinger, Transition
from scene.wording import mistakes_in

_transition: TypeAdapter[AnyTransition] = TypeAdapter(Transition)


class TakeOrder(Part):
    """What goes on program, and how."""

    scene: Name | None = None
    """None: the scene on preview."""
    transition: Transition = CUT
    """How it takes the place of the one that is there."""


def parse_order(data: object) -> TakeOrder:
    """The order in ``data``, a JSON value. Raises SceneMistakes."""
    try:
        return TakeOrder.model_validate(data)
    except ValidationError as error:
        raise SceneMistakes(mistakes_in(error)) from error


def parse_transition(data: object) -> AnyTransition:
    """The transition in ``data``, a JSON value. Raises SceneMistakes with paths inside ``transition``."""
    try:
        return _transition.validate_python(data)
    except ValidationError as error:
        found = mistakes_in(error, skipped_steps=1)
        raise SceneMistakes([mistake.inside("transition") for mistake in found]) from error


def add_scene(show: Show, name: str, scene: Scene) -> Show:
    """With ``scene`` under a new name. Raises SceneMistakes, SceneInUse."""
    _check_new(show, name)
    if len(show.scenes) >= MAX_SCENES:
        raise SceneMistakes([Mistake("scenes", f"holds {MAX_SCENES} scenes already; remove one first")])
    return show.with_scene(name, scene)


def remove_scene(show: Show, name: str) -> Show:
    """Without one scene. Raises UnknownScene, and SceneInUse for the one on program."""
    _check_known(show, name)
    if name == show.program:
        raise SceneInUse(f"{name!r} is on program; take another scene first")
    return show.without_scene(name)


def rename_scene(show: Show, name: str, new: str) -> Show:
    """With one scene under another name, at its place. Raises UnknownScene, SceneMistakes, SceneInUse."""
    _check_known(show, name)
    if new == name:
        return show
    _check_new(show, new)
    names = {name: new}
    take = show.take
    if take is not None:
        take = take.model_copy(update={"from_": names.get(take.from_, take.from_)})
    return replace(
        show,
        scenes={names.get(key, key): scene for key, scene in show.scenes.items()},
        program=names.get(show.program, show.program),
        preview=names.get(show.preview, show.preview) if show.preview else None,
        take=take,
        since={names.get(key, key): moment for key, moment in show.since.items()},
        _parsed={},
    )


def set_preview(show: Show, name: str | None) -> Show:
    """With another scene, or none, on preview. Raises UnknownScene, SceneInUse for the one on program."""
    if name is not None:
        _check_known(show, name)
        if name == show.program:
            raise SceneInUse(f"{name!r} is on program already")
    return replace(show, preview=name)


def take_scene(show: Show, name: str | None, transition: AnyTransition, start: Moment) -> Show:
    """With scene ``name`` (None: the one on preview) on program from ``start`` on; the one that was there
    goes on preview. A transition that still runs is cut short.

    Raises UnknownScene, and SceneInUse when there is nothing to take.
    """
    name = name or show.preview
    if name is None:
        raise SceneInUse("there is no scene on preview; name the scene to take")
    _check_known(show, name)
    if name == show.program:
        raise SceneInUse(f"{name!r} is on program already")
    take = Take.model_construct(from_=show.program, transition=transition, start=start)
    return replace(show, program=name, preview=show.program, take=take, since={**show.since, name: start})


def settle_show(show: Show, before: Show | None, revision: int) -> Show:
    """``show``, which becomes ``revision`` after ``before``, with all that starts "now" starting with it.

    What is not on program has not begun: its "now" is when it will be taken. Starts with later revisions
    come from another stream's document: such a take is over, and such scenes are on air since now.
    """
    now = AfterRevision(revision=revision)
    take = None if show.take is not None and _is_later(show.take.start, revision) else show.take
    since = {name: now if _is_later(moment, revision) else moment for name, moment in show.since.items()}
    show = replace(show, take=take, since=since)
    if (
        before is not None
        and show.program == before.program
        and show.program not in changed_scenes(before, show)
    ):
        return show
    # Scene time begins with the first revision, so there a take may still be to come.
    begins = take.start if take is not None and before is None else now
    settled = settle_starts(show.on_air, revision, now=begins)
    return show if settled == show.on_air else show.with_scene(show.program, settled)


def variant_of_show(show: Show, name: str) -> Show:
    """``show`` with each scene that has a variant ``name`` as that. Raises UnknownVariant if none has it."""
    having = [scene for scene in show.scenes if name in show.scene(scene).variants]
    if not having:
        raise UnknownVariant(name, list(show.on_air.variants))
    for scene in having:
        show = show.with_scene(scene, variant_of(show.scene(scene), name))
    return show


def changed_scenes(old: Show, new: Show) -> list[str]:
    """The names under which ``new`` has other scenes than ``old``, in the order of ``new``."""
    return [name for name, scene in new.scenes.items() if scene is not old.scenes.get(name)]


def with_stinger_times(show: Show, frame_ms: Callable[[str], tuple[int, ...] | None]) -> Show:
    """With what the asset of a stinger says of its frames, so that it plays."""
    take = show.take
    if take is None or not isinstance(take.transition, Stinger):
        return show
    timed = timed_stinger(take.transition, frame_ms)
    return replace(show, take=take.model_copy(update={"transition": timed}))


def timed_stinger(stinger: Stinger, frame_ms: Callable[[str], tuple[int, ...] | None]) -> Stinger:
    """``stinger`` with what its asset says of its frames; None: it does not move, or is not there."""
    return stinger.model_copy(update={"frame_ms": frame_ms(stinger.asset) or None})


def _is_later(moment: Moment, revision: int) -> bool:
    return isinstance(moment, AfterRevision) and moment.revision > revision


def _check_known(show: Show, name: str) -> None:
    if name not in show.scenes:
        raise UnknownScene(name)


def _check_new(show: Show, name: str) -> None:
    if check_name(name) in show.scenes:
        raise SceneInUse(f"there is a scene {name!r} already; choose another name")
